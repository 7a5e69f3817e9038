import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { TABLE } from '../../src/protocols/ftp/verbs/table.ts';
import { readAll } from '../ftp/client.ts';
import { until } from '../peers/support/wait.ts';
import type { Cases, RESOURCES } from './corpus.ts';
import { newcomer, type Scene } from './scene.ts';
import { SLOW_CASES } from './slow.ts';

const MEBIBYTE = 1024 * 1024;

/** What a visitor does in one visit, and how a transfer in it goes. */
const VISIT = 'USER anna\r\nPASS correct horse\r\nTYPE I\r\nEPSV\r\nMKD v\r\nRMD v\r\nQUIT\r\n';

export const RESOURCE_CASES: Readonly<Record<(typeof RESOURCES)[number], Cases>> = {
  slowloris: SLOW_CASES,

  'ABOR/QUIT/close at every byte of every phase': {
    'a visit that is cut after each of its bytes, by FIN and by RST, leaves nothing': async (
      scene,
    ) => {
      const before = await sockets();
      for (let length = 0; length <= VISIT.length; length += 1) {
        const socket = connect(scene.live.server.ftp);
        socket.on('error', () => {});
        await once(socket, 'connect');
        socket.write(VISIT.slice(0, length));
        if (length % 2 === 0) socket.end().resume();
        else socket.resetAndDestroy();
        if (length % 2 === 0) await once(socket, 'close');
      }
      await until('every connection is given back', async () => (await sockets()) <= before);
    },
    'ABOR, QUIT, REIN and the end of the connection in a transfer, at each of its moments (CVE-2011-4130, CVE-2020-9273, CVE-2008-7264, CVE-2009-5013)':
      async (scene) => {
        await newcomer(scene, 'cutter');
        await writeFile(join(scene.live.home('cutter'), 'large'), Buffer.alloc(4 * MEBIBYTE));
        const before = await sockets();
        for (const verb of ['STOR cut', 'APPE cut', 'RETR large', 'LIST', 'MLSD']) {
          for (const ending of ['ABOR', 'QUIT', 'REIN', 'ABOR\r\nQUIT', 'RST', 'FIN']) {
            for (const moment of ['before', 'opened', 'flowing']) {
              await cutShort(scene, { verb, ending, moment });
            }
          }
        }
        await until('every connection is given back', async () => (await sockets()) <= before);
        await using client = await scene.live.logIn('cutter');
        await client.say('DELE cut');
        assert.equal((await client.upload('STOR cut', 'whole')).code, 226);
        const uploads = await client.say('SITE UPLOADS', 213);
        assert.doesNotMatch(uploads, /running/);
      },
  },

  'connect + immediate RST': {
    'a hundred peers that are gone before they were accepted (CVE-2010-3494, CVE-2009-5011)':
      async ({ live }) => {
        await Promise.all(
          Array.from({ length: 100 }, async () => {
            const socket = connect(live.server.ftp);
            socket.on('error', () => {});
            await once(socket, 'connect');
            socket.resetAndDestroy();
          }),
        );
        await using client = await live.logIn();
        const port = await client.passive();
        const data = await client.data(port);
        data.resetAndDestroy();
        client.send('STOR reset');
        await client.reply(150);
        const { code } = await client.reply();
        assert.ok([425, 426].includes(code), `${code}`);
        await client.say('NOOP', 200);
      },
  },

  'zip bomb MODE Z': {
    'what is inflated counts against the quota, and no more is stored than it allows': async (
      scene,
    ) => {
      const home = await newcomer(scene, 'bomber', { quotaBytes: MEBIBYTE });
      await using client = await scene.live.logIn('bomber');
      client.send('MODE Z');
      const { code } = await client.reply();
      assert.ok([200, 504].includes(code));
      if (code === 504) return;
      const bomb = deflateSync(Buffer.alloc(64 * MEBIBYTE));
      assert.ok(bomb.length * 900 < 64 * MEBIBYTE, 'a thousand to one');
      const reply = await client.upload('STOR bomb', bomb);
      assert.ok([451, 552].includes(reply.code), `${reply.code}`);
      assert.deepEqual(await readdir(home), []);
    },
  },

  glob: {
    'patterns are bounded in length, and take no longer than the names they match (CVE-2011-0762, CVE-2025-14242)':
      async (scene) => {
        const home = await newcomer(scene, 'globber');
        await mkdir(join(home, 'a/b/c/d'), { recursive: true });
        await writeFile(join(home, 'a/b/c/d', 'a'.repeat(200)), '');
        await using client = await scene.live.logIn('globber');
        const patterns = [
          '*/*/*/*',
          '*/'.repeat(60),
          `${'*a'.repeat(100)}b`,
          `a/b/c/d/${'*a'.repeat(100)}b`,
          '{a,{b,{c,{d,e}}}}'.repeat(10),
          '[a-z'.repeat(50),
          '?'.repeat(250),
          '**/**/**',
          '*'.repeat(2000),
        ];
        for (const pattern of patterns) {
          for (const verb of ['LIST', 'NLST', 'LIST -R']) {
            const data = await client.data();
            client.send(`${verb} ${pattern}`);
            const { code } = await client.reply();
            if (code === 150) {
              await readAll(data);
              await client.reply();
            } else assert.ok([450, 501, 550].includes(code), `${verb} ${pattern}: ${code}`);
            data.destroy();
          }
          client.send(`STAT ${pattern}`);
          const { code } = await client.reply();
          assert.ok([211, 212, 213, 450, 501, 550].includes(code), `STAT ${pattern}: ${code}`);
        }
      },
    'a folder a thousand levels deep is listed without recursion of ours (CVE-2019-20176)': async (
      scene,
    ) => {
      const home = await newcomer(scene, 'deep');
      await mkdir(join(home, 'd/'.repeat(1000)), { recursive: true });
      await using client = await scene.live.logIn('deep');
      const data = await client.data();
      client.send('LIST -R');
      await client.reply(150);
      await readAll(data);
      const { code } = await client.reply();
      assert.ok([226, 451, 550].includes(code), `${code}`);
      await client.say('NOOP', 200);
    },
  },

  'quota race': {
    'parallel uploads, each below the limit, together stay below it (CVE-2021-40524)': async (
      scene,
    ) => {
      const quota = 300_000;
      const home = await newcomer(scene, 'racer', { quotaBytes: quota });
      const clients = await Promise.all(Array.from({ length: 8 }, () => scene.live.logIn('racer')));
      const replies = await Promise.all(
        clients.map((client, index) => client.upload(`STOR ${index}`, Buffer.alloc(100_000))),
      );
      for (const { code } of replies) assert.ok([226, 552].includes(code), `${code}`);
      const sizes = await Promise.all(
        (await readdir(home)).map(async (name) => (await readFile(join(home, name))).length),
      );
      assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= quota);
      const [first] = clients;
      assert.ok(first);
      for (let index = 0; index < 8; index += 1) {
        first.send(`DELE ${index}`);
        await first.reply();
      }
      assert.equal((await first.upload('STOR again', Buffer.alloc(quota))).code, 226, 'all of it');
      assert.equal((await first.upload('APPE again', 'x')).code, 552);
      for (const client of clients) await client[Symbol.asyncDispose]();
    },
    'nothing is a limit as well: 0 bytes and 0 files': async (scene) => {
      await newcomer(scene, 'nothing', { quotaBytes: 0 });
      await newcomer(scene, 'nofiles', { quotaFiles: 0 });
      await using bytes = await scene.live.logIn('nothing');
      assert.equal((await bytes.upload('STOR x', 'x')).code, 552);
      await bytes.say('ALLO 1', 552).catch(() => {});
      await using files = await scene.live.logIn('nofiles');
      assert.equal((await files.upload('STOR x', 'x')).code, 552);
    },
  },

  'resume abuse': {
    'nobody continues, sees or takes what another has begun': async (scene) => {
      await newcomer(scene, 'mallory');
      await using owner = await scene.live.logIn();
      const data = await owner.data();
      owner.send('STOR begun');
      await owner.reply(150);
      data.write(Buffer.alloc(200_000, 'owner'));
      await until('some of it has come', async () =>
        /[1-9]\d* bytes so far/.test(await owner.say('STAT', 211)),
      );
      data.resetAndDestroy();
      await owner.reply(426);
      await using thief = await scene.live.logIn('mallory');
      await thief.say('SIZE begun', 550);
      await thief.say('REST 1000', 350);
      assert.equal((await thief.upload('STOR begun', 'x')).code, 554);
      await thief.say('SIZE ../anna/begun', 550);
      assert.doesNotMatch(await thief.say('SITE UPLOADS', 213), /begun/);
      assert.equal((await thief.upload('APPE begun', 'mine')).code, 226);
      assert.equal(await thief.say('SIZE begun', 213), '4');
      assert.notEqual(await owner.say('SIZE begun', 213), '4');
      await owner.say('DELE begun', 250);
    },
    'no offset beyond what can be counted is taken': async ({ live }) => {
      await using client = await live.logIn();
      await client.upload('STOR offsets', 'x');
      const offsets = [
        '-1',
        '9223372036854775808',
        '18446744073709551615',
        '1e3',
        '0x1',
        ' ',
        '1.5',
      ];
      for (const offset of [...offsets, '9007199254740992'])
        await client.say(`REST ${offset}`, 501);
      for (const verb of ['RETR', 'STOR', 'APPE']) {
        await client.say('REST 9007199254740991', 350);
        await client.passive();
        client.send(`${verb} offsets`);
        const { code } = await client.reply();
        assert.ok([554, 550, 552, 501].includes(code), `${verb}: ${code}`);
      }
      assert.equal(await client.say('SIZE offsets', 213), '1');
    },
    'a permission that was taken meanwhile is missing at the end': async (scene) => {
      await newcomer(scene, 'demoted');
      await using client = await scene.live.logIn('demoted');
      const data = await client.data();
      client.send('STOR late');
      await client.reply(150);
      data.write('x');
      await scene.live.server.accounts.set('demoted', { permissions: ['list'] });
      await until('it has been noticed', async () => {
        await using other = await scene.live.logIn('demoted');
        other.send('MKD x');
        return (await other.reply()).code === 550;
      });
      await new Promise((resolve) => setTimeout(resolve, 500));
      data.end();
      const { code } = await client.reply();
      assert.ok([426, 550].includes(code), `${code}`);
      assert.deepEqual(await readdir(scene.live.home('demoted')), []);
    },
  },

  concurrent: {
    'two STOR to one name, DELE, RNTO and SIZE in between: one whole version or the other': async (
      scene,
    ) => {
      const home = await newcomer(scene, 'both');
      const [one, other, third] = await Promise.all(
        Array.from({ length: 3 }, () => scene.live.logIn('both')),
      );
      assert.ok(one && other && third);
      const contents = ['1', '2'].map((digit) => digit.repeat(200_000));
      for (let turn = 0; turn < 10; turn += 1) {
        const uploads = [one, other].map((client, index) =>
          client.upload('STOR same', contents[index] ?? ''),
        );
        for (const line of ['SIZE same', 'DELE same', 'RNFR same', 'RNTO moved', 'SIZE moved']) {
          third.send(line);
          await third.reply();
        }
        await Promise.all(uploads);
        for (const name of await readdir(home)) {
          assert.ok(contents.includes(await readFile(join(home, name), 'utf8')), `${turn} ${name}`);
        }
      }
      for (const client of [one, other, third]) await client[Symbol.asyncDispose]();
    },
  },

  'hash DoS': {
    'digests of a large file in a loop, by many, keep nobody waiting, and end with who asked':
      async (scene) => {
        const home = await newcomer(scene, 'hasher');
        await writeFile(join(home, 'large'), Buffer.alloc(64 * MEBIBYTE));
        const askers = await Promise.all(
          Array.from({ length: 4 }, () => scene.live.logIn('hasher')),
        );
        for (const asker of askers) {
          for (let turn = 1; turn < 20; turn += 1) {
            asker.send(`XSHA512 "large" ${turn} ${64 * MEBIBYTE - turn}`);
          }
        }
        await using guest = await scene.live.logIn();
        for (let turn = 0; turn < 20; turn += 1) await guest.say('PWD', 257);
        for (const asker of askers) asker.reset();
        await using after = await scene.live.logIn('hasher');
        await after.say('XSHA1 large', 250);
      },
  },

  exceptions: {
    'every verb with every odd argument is answered, and nobody else notices (CVE-2026-126346)':
      async ({ live }) => {
        const odd = ['', ' ', '  x', '\u{0}', '%00', '-', '"', '|||', ',,,,,', '1e999', '\u{ffff}'];
        const long = ['[', '(', '9'.repeat(400), '/'.repeat(4000), '\\'.repeat(3000), '__proto__'];
        await using client = await live.logIn();
        const ends = new Set(['QUIT', 'REIN', 'AUTH', 'USER', 'PASS']);
        for (const { name, aliases = [] } of TABLE) {
          if (ends.has(name)) continue;
          for (const word of [name, ...aliases]) {
            for (const argument of [...odd, ...long, 'constructor']) {
              client.socket.write(`${word} ${argument}\r\n`);
              const { code } = await client.reply();
              assert.ok(code >= 200 && code < 600 && code !== 421, `${word} ${argument}: ${code}`);
              await client.say('ABOR', 226);
            }
          }
        }
      },
  },
};

interface Cut {
  readonly verb: string;
  readonly ending: string;
  readonly moment: string;
}

/** One transfer that is ended at some moment in some way. */
async function cutShort({ live }: Scene, { verb, ending, moment }: Cut): Promise<void> {
  await using client = await live.logIn('cutter');
  const data = await client.data();
  const end = (): void => {
    if (ending === 'RST') client.reset();
    else if (ending === 'FIN') client.socket.end();
    else client.send(ending);
  };
  client.send(verb);
  if (moment === 'before') end();
  const { code } = await client.reply().catch(() => ({ code: 0 }));
  if (moment === 'opened') end();
  if (code === 150) {
    if (/^(STOR|APPE)/.test(verb)) data.write(Buffer.alloc(1000));
    if (moment === 'flowing') end();
  }
  data.destroy();
}

/** Sockets that this process has open, of both sides. */
function sockets(): Promise<number> {
  const open = process.getActiveResourcesInfo().filter((name) => /TCP|TLS/.test(name));
  return Promise.resolve(open.length);
}

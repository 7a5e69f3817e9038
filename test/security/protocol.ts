import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Client, listenForData, readAll } from '../ftp/client.ts';
import { PASSWORD, startLive } from '../ftp/live.ts';
import { countHashes } from '../session/reception.ts';
import type { Cases, PROTOCOL } from './corpus.ts';
import { newcomer } from './scene.ts';

/** More than any line may have, by far. */
const MEBIBYTE = 1024 * 1024;

export const PROTOCOL_CASES: Readonly<Record<(typeof PROTOCOL)[number], Cases>> = {
  bounce: {
    'PORT and EPRT lead to the own address only, and to no service (CVE-2020-15152)': async ({
      live,
    }) => {
      using trap = await listenForData('127.0.0.1');
      await using client = await Client.connect(live.server.ftp, '127.0.0.5');
      await client.reply(220);
      await client.say('USER anna', 331);
      await client.say(`PASS ${PASSWORD}`, 230);
      const [high, low] = [trap.port >> 8, trap.port & 0xff];
      const refused: readonly (readonly [string, readonly number[]])[] = [
        [`PORT 127,0,0,1,${high},${low}`, [504]],
        [`PORT 192,0,2,1,${high},${low}`, [504]],
        [`PORT 10,0,0,1,${high},${low}`, [504]],
        [`PORT 0,0,0,0,${high},${low}`, [504]],
        [`EPRT |1|127.0.0.1|${trap.port}|`, [504]],
        [`EPRT |2|::1|${trap.port}|`, [504, 522]],
        [`EPRT |2|::ffff:127.0.0.1|${trap.port}|`, [504, 522]],
        [`EPRT |2|::ffff:192.0.2.1|${trap.port}|`, [504, 522]],
        ['EPRT |1|localhost|2000|', [501]],
        ['PORT 127,0,0,5,3,255', [504]],
        ['PORT 127,0,0,5,0,21', [504]],
        ['PORT 127,0,0,5,0,0', [501, 504]],
        ['EPRT |1|127.0.0.5|0|', [501, 504]],
        ['EPRT |1|127.0.0.5|1023|', [504]],
        ['EPRT |1|127.0.0.5|65536|', [501]],
        ['PORT 127,0,0,256,20,0', [501]],
        ['PORT 127,0,0,5,256,0', [501]],
        ['PORT 0177,0,0,5,20,0', [501, 504]],
        ['PORT 127,0,0,5,20', [501]],
        ['PORT 127,0,0,5,20,0,1', [501]],
        ['PORT 127,0,0,5,-1,0', [501]],
        ['PORT 127.0.0.5,20,0', [501]],
        ['EPRT |1|0177.0.0.5|2000|', [501, 504]],
        ['EPRT |3|127.0.0.5|2000|', [522, 501]],
      ];
      for (const [line, codes] of refused) {
        client.send(line);
        const { code } = await client.reply();
        assert.ok(codes.includes(code), `${line}: ${code}`);
        await client.say('LIST', 425);
      }
    },
  },

  'data hijack': {
    'who comes from another address gets nothing, first or later': async ({ live }) => {
      await using client = await live.logIn();
      await client.upload('STOR hijack', 'mine');
      const port = await client.passive();
      for (const when of ['before', 'after']) {
        const thief = await client.data(port, '127.0.0.7');
        assert.equal((await readAll(thief).catch(() => Buffer.alloc(0))).length, 0, when);
        if (when === 'before') continue;
        const data = await client.data(port);
        client.send('RETR hijack');
        await client.reply(150);
        assert.equal((await readAll(data)).toString(), 'mine');
        await client.reply(226);
      }
    },
    'many PASV hold one port': async ({ live }) => {
      await using client = await live.logIn();
      const ports: number[] = [];
      for (let turn = 0; turn < 50; turn += 1) ports.push(await client.passive('PASV'));
      const open = await Promise.all(ports.map((port) => answers(port)));
      assert.equal(open.filter(Boolean).length, 1);
    },
    'a data connection that says nothing is given up, and the session goes on': async () => {
      await using live = await startLive({ flags: { ftpStallTimeout: '300ms' } });
      await using client = await live.logIn();
      await client.data();
      client.send('STOR nothing');
      await client.reply(150);
      await client.reply(426);
      await client.say('NOOP', 200);
    },
  },

  'over-long line': {
    'a mebibyte without an end is one error, and nothing in it is run (CVE-2007-6739, CVE-2008-4242, CVE-2019-18217)':
      async (scene) => {
        await newcomer(scene, 'longline');
        await using client = await scene.live.logIn('longline');
        for (const length of [8192 - 4, 8192, 8193, 10_000, 16_384, MEBIBYTE]) {
          client.socket.write(`${'x'.repeat(length)}MKD ran\r\n`);
          await client.reply(500);
        }
        client.socket.write(`MKD ${'y'.repeat(9000)}\r\nMKD ${'z'.repeat(8300)};MKD ran\r\n`);
        await client.reply(500);
        await client.reply(500);
        assert.equal((await client.download('NLST')).toString(), '');
      },
    'a line that never ends ends the connection in the end': async () => {
      await using live = await startLive({ flags: { ftpLineTimeout: '300ms' } });
      await using client = await live.logIn();
      client.socket.write('x'.repeat(20_000));
      await client.reply(500);
      await client.reply(421);
      await client.ended();
    },
  },

  Telnet: {
    'a hundred thousand IAC bytes, however they are cut, are nothing (CVE-2010-4221)': async ({
      live,
    }) => {
      await using client = await live.logIn();
      for (const size of [100_000, 99_999]) {
        const flood = Buffer.alloc(size, 0xff);
        for (let at = 0; at < flood.length; at += 7919) {
          client.socket.write(flood.subarray(at, at + 7919));
        }
        client.socket.write('\r\n');
        const { code } = await client.reply();
        assert.ok([200, 500, 501].includes(code), `${code}`);
      }
      client.socket.write(Buffer.concat([Buffer.from('NO'), Buffer.of(0xff)]));
      client.socket.write(Buffer.concat([Buffer.of(0xf1), Buffer.from('OP\r\n')]));
      await client.reply(200);
    },
    'IAC in front of a verb hides nothing': async ({ live }) => {
      await using client = await live.logIn();
      const prefix = Buffer.from([0xff, 0xf4, 0xff, 0xf2, 0xff, 0xfb, 0x01]);
      client.socket.write(Buffer.concat([prefix, Buffer.from('NOOP\r\n')]));
      await client.reply(200);
    },
  },

  STARTTLS: {
    'commands behind AUTH in the clear are never run (CVE-2011-1575)': async ({ live }) => {
      await using client = await live.connect();
      client.socket.write('AUTH TLS\r\nUSER anna\r\n');
      await client.reply(421);
      await client.ended();
    },
    'AUTH is said once': async ({ live }) => {
      await using client = await live.connect();
      await client.say('AUTH TLS', 234);
      await client.encrypt();
      await client.say('AUTH TLS', 503);
    },
    'where TLS is required there is no way back to the clear': async () => {
      await using live = await startLive({ flags: { tlsPolicy: 'required' } });
      await using client = await live.logInTls();
      await client.say('PROT C', 534);
      await client.say('CCC', 534);
      await using clear = await live.connect();
      await clear.say('USER anna', 530);
    },
    'other protocols end at once, by their words and by their ALPN (CVE-2021-3618)': async ({
      live,
    }) => {
      for (const line of ['GET / HTTP/1.1', 'POST /x HTTP/1.0', 'PRI * HTTP/2.0']) {
        await using client = await live.connect();
        client.socket.write(`${line}\r\nHost: x\r\nUSER anna\r\n\r\n`);
        await client.reply(421);
        await client.ended();
      }
      await using words = await live.connect();
      for (let turn = 0; turn < 9; turn += 1) await words.say('EHLO x', 500);
      await words.say('EHLO x', 421);
      await using other = await live.connect();
      await other.say('AUTH TLS', 234);
      await assert.rejects(other.encrypt({ ALPNProtocols: ['http/1.1'] }));
      await using right = await live.connect();
      await right.say('AUTH TLS', 234);
      await right.encrypt({ ALPNProtocols: ['ftp'] });
      await right.say('NOOP', 200);
    },
  },

  login: {
    'the same words and the same work for every name (CVE-2004-0042, CVE-2004-1602)': async (
      scene,
    ) => {
      await newcomer(scene, 'disabled', { enabled: false });
      await newcomer(scene, 'expired', { expiresAt: 1 });
      const heard = new Set<string>();
      for (const name of ['anna', 'nobody', 'disabled', 'expired', '../anna', 'x'.repeat(5000)]) {
        await using client = await scene.live.connect();
        const hashes = await countHashes(async () => {
          const first = await client.say(`USER ${name}`, 331);
          const password = ['disabled', 'expired'].includes(name) ? PASSWORD : 'wrong';
          heard.add(`${first} ${await client.say(`PASS ${password}`, 530)}`);
        });
        assert.equal(hashes, 1, name);
      }
      assert.equal(heard.size, 1);
    },
    'a name is no part of any statement (CVE-2009-0542)': async ({ live }) => {
      for (const name of [
        `' OR '1'='1`,
        `anna' --`,
        `anna'; DROP TABLE accounts; --`,
        'a\\',
        '%',
      ]) {
        await using client = await live.connect();
        await client.say(`USER ${name}`, 331);
        await client.say(`PASS ${PASSWORD}`, 530);
      }
      await using client = await live.logIn();
      for (const name of [`' OR 1=1 --`, `x'); DELETE FROM uploads; --`, '%', '_']) {
        assert.equal((await client.upload(`STOR ${name}`, 'x')).code, 226);
        await client.say(`RNFR ${name}`, 350);
        await client.say(`RNTO ${name}2`, 250);
        await client.say(`DELE ${name}2`, 250);
      }
    },
    'the connection ends after some guesses, and each one has to wait longer': async () => {
      await using live = await startLive({
        flags: { loginFreeFailures: '1', loginMaxDelay: '600ms', ftpMaxLoginFailures: '3' },
      });
      await using client = await live.connect();
      const took: number[] = [];
      for (const code of [530, 530, 421]) {
        await client.say('USER anna', 331);
        const began = performance.now();
        await client.say('PASS wrong', code);
        took.push(performance.now() - began);
      }
      assert.ok((took[2] ?? 0) > 400, `${took.join(', ')} ms`);
      await client.ended();
    },
    'FEAT, HELP and STAT tell nothing of accounts before a login': async ({ live }) => {
      await using client = await live.connect();
      for (const line of ['FEAT', 'HELP', 'STAT', 'SYST']) {
        client.send(line);
        const { lines } = await client.reply();
        assert.doesNotMatch(lines.join('\n'), /anna|carryon-|\/homes/i, line);
      }
    },
    'who has no permission may nothing: what is missing is no privilege (CVE-2024-48651)': async (
      scene,
    ) => {
      const home = await newcomer(scene, 'powerless', { permissions: [] });
      await using client = await scene.live.logIn('powerless');
      for (const line of ['MKD x', 'DELE x', 'RMD x', 'RMDA x', 'RNFR x', 'SIZE x', 'HASH x']) {
        await client.say(line, 550);
      }
      for (const line of ['LIST', 'MLSD', 'NLST', 'RETR x', 'STOR x', 'APPE x', 'STOU']) {
        await client.passive();
        client.send(line);
        const { code } = await client.reply();
        assert.ok([550, 553].includes(code), `${line}: ${code}`);
      }
      await assert.rejects(readFile(join(home, 'x')));
    },
    'an office behind one address, and clients with ten connections, all get in at once':
      async () => {
        await using live = await startLive({
          flags: { bansTrusted: 'none', loginFreeFailures: '2' },
        });
        await live.addAccount('bert');
        const clients = await Promise.all(
          Array.from({ length: 60 }, (_, index) => live.logIn(index % 2 === 0 ? 'anna' : 'bert')),
        );
        const uploads = clients.slice(0, 20).map((client, index) => {
          return client.upload(`STOR ${index}`, 'x'.repeat(10_000));
        });
        for (const { code } of await Promise.all(uploads)) assert.equal(code, 226);
        for (const client of clients) await client.say('NOOP', 200);
      },
    'an address that holds all its connections keeps nobody out (CVE-2021-30047)': async () => {
      const flags = {
        limitsMaxConnections: '12',
        limitsMaxConnectionsPerAddress: '6',
        bansTrusted: 'none',
      };
      await using live = await startLive({ flags });
      await using parts = new AsyncDisposableStack();
      for (const from of ['127.0.0.31', '127.0.0.32']) {
        for (let turn = 0; turn < 6; turn += 1) {
          const idle = parts.use(await Client.connect(live.server.ftp, from));
          await idle.reply(220);
        }
        const more = parts.use(await Client.connect(live.server.ftp, from));
        await more.reply(421);
      }
      await using guest = await live.logIn();
      await guest.say('PWD', 257);
    },
  },
};

/** Whether anybody listens there. */
async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

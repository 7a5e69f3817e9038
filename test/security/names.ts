import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { link, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SITE_TABLE } from '../../src/protocols/ftp/verbs/site.ts';
import { TABLE } from '../../src/protocols/ftp/verbs/table.ts';
import { pathVerbs } from '../peers/support/path-verbs.ts';
import { traversals } from '../peers/support/traversal-corpus.ts';
import type { Cases, NAMES } from './corpus.ts';
import { attempt, newcomer, snapshot, staysInside } from './scene.ts';

/** Verbs that read a whole file and answer with a part of it, in all uses. */
const ALL_VERBS = pathVerbs();

const attempts = (names: readonly (string | Buffer)[]) =>
  names.map((name) => ({ name: Buffer.from(name as string), idea: JSON.stringify(String(name)) }));

export const NAME_CASES: Readonly<Record<(typeof NAMES)[number], Cases>> = {
  traversal: {
    'every way to write a path that leads out, with every verb that takes a name, SITE too (CVE-2007-6736, CVE-2008-7262, CVE-2010-3867)':
      async (scene) => {
        const target = join(scene.outside, 'secret');
        const names = traversals(target, '../../..').map(({ name, idea }) => ({ name, idea }));
        await staysInside(scene, ALL_VERBS, [
          ...names,
          ...attempts(['../anna-too/secret', '/../anna-too/secret', 'x/../../anna-too/secret']),
        ]);
      },
    'a backslash is a letter and no separator (CVE-2020-26299)': async (scene) => {
      await staysInside(scene, ALL_VERBS, attempts(['..\\anna-too\\secret', '\\..\\anna-too']));
    },
    'every SITE command and every verb before a login is refused (CVE-2015-3306)': async (
      scene,
    ) => {
      const words = [
        ...TABLE.filter(({ needs, refusal }) => !needs.includes('greeted') && !refusal),
        ...SITE_TABLE,
      ].map(({ name }) => name);
      await using client = await scene.live.connect();
      for (const word of [...words, 'SITE CPFR', 'SITE CPTO', 'SITE COPY']) {
        client.send(`${word} x`);
        const { code } = await client.reply();
        assert.ok([501, 502, 503, 504, 530].includes(code), `${word} x: ${code}`);
      }
    },
    'a copy on the server, or a promise that leads to one, needs the permission to write (CVE-2019-12815)':
      async (scene) => {
        await newcomer(scene, 'reader', { permissions: ['list', 'read'] });
        await using client = await scene.live.logIn('reader');
        const before = await snapshot(scene.live.home('reader'));
        for (const [word, verb] of ALL_VERBS) {
          if (verb.changes !== true) continue;
          const heard = await attempt(client, verb, Buffer.from('new'));
          assert.match(heard, /permission|may not|not found|no such|There is no|syntax/i, word);
        }
        assert.deepEqual(await snapshot(scene.live.home('reader')), before);
      },
  },

  'prefix check': {
    'a home is not a prefix of its neighbour': async (scene) => {
      await staysInside(
        scene,
        ALL_VERBS,
        attempts(['../anna-too', '-too/secret', '../anna-too/.']),
      );
    },
    'the name of a user cannot lead out of the folder of homes (CVE-2026-30915)': async (scene) => {
      for (const name of ['..', '.', '../x', 'a/b', '/etc', '', '.hidden', 'a\0b', 'a\nb', '-x']) {
        await assert.rejects(scene.live.addAccount(name), { code: 'name-refused' }, name);
      }
    },
    'what is checked is what is used: each spelling of a name is the same name (CVE-2026-30914)':
      async (scene) => {
        await using client = await scene.live.logIn();
        await client.upload('STOR spelt', 'x');
        for (const name of ['//spelt', './spelt', 'folder/../spelt', '/./././spelt', 'spelt/']) {
          assert.equal(await client.say(`SIZE ${name}`, 213), '1', name);
        }
      },
  },

  symlinks: {
    'in the middle, at the end, to nothing, to the root, to a pipe and to a device (CVE-2017-7418)':
      async (scene) => {
        const home = scene.live.home('anna');
        const links: Readonly<Record<string, string>> = {
          'to-folder': scene.outside,
          'to-file': join(scene.outside, 'secret'),
          'to-nothing': join(scene.outside, 'new'),
          'to-root': '/',
          'to-device': '/dev/zero',
          'to-self': '/proc/self/root',
        };
        for (const [name, target] of Object.entries(links)) await symlink(target, join(home, name));
        await mkdir(join(home, 'deep'), { recursive: true });
        await symlink('../../anna-too', join(home, 'deep', 'up'));
        execFileSync('mkfifo', [join(home, 'pipe')]);
        const paths = [
          ...Object.keys(links),
          'to-folder/secret',
          'to-folder/made',
          'deep/up/secret',
          `to-root${scene.outside}/secret`,
          `to-self${scene.outside}/secret`,
          'pipe',
        ];
        // What removes or renames a link may: it is the visitor's own.
        const verbs = [...ALL_VERBS].filter(
          ([word]) => !/^(DELE|RN|RMDA|SITE RMDIR|MFF)/.test(word),
        );
        await staysInside(scene, new Map(verbs), attempts(paths));
        for (const name of [...Object.keys(links), 'deep', 'pipe']) {
          await rm(join(home, name), { recursive: true, force: true });
        }
      },
    'a folder cannot be made through a link, even one that comes and goes (CVE-2012-6095)': async (
      scene,
    ) => {
      const home = scene.live.home('anna');
      const before = await snapshot(scene.outside);
      await using client = await scene.live.logIn();
      const sent = 200;
      for (let turn = 0; turn < sent; turn += 1) client.send(`MKD swapped/made-${turn}`);
      for (let turn = 0; turn < sent; turn += 1) {
        await rm(join(home, 'swapped'), { recursive: true, force: true });
        if (turn % 2 === 0) await symlink(scene.outside, join(home, 'swapped'));
        else await mkdir(join(home, 'swapped'));
        await client.reply();
      }
      assert.deepEqual(await snapshot(scene.outside), before);
      await rm(join(home, 'swapped'), { recursive: true, force: true });
    },
    'a hard link that the operator has put there is a file like any other': async (scene) => {
      const home = scene.live.home('anna');
      await writeFile(join(scene.data, 'shared'), 'shared');
      await link(join(scene.data, 'shared'), join(home, 'hard'));
      await using client = await scene.live.logIn();
      await client.upload('STOR hard', 'changed');
      assert.equal(await readFile(join(scene.data, 'shared'), 'utf8'), 'shared', 'a new version');
    },
  },

  bytes: {
    'NUL, CR and LF are in no name (CVE-2025-47812)': async (scene) => {
      await using client = await scene.live.logIn();
      const names = [...(await readdir(scene.live.home('anna')))];
      for (const bytes of ['a\0b', 'a\0', '\0', 'a\r\0b', '"a\0b"']) {
        for (const verb of ['MKD', 'SIZE', 'RNFR', 'CWD', 'DELE', 'MLST', 'RMD']) {
          client.socket.write(Buffer.from(`${verb} ${bytes}\r\n`));
          const { code } = await client.reply();
          assert.ok([501, 550, 553].includes(code), `${verb} ${JSON.stringify(bytes)}: ${code}`);
        }
      }
      assert.deepEqual([...(await readdir(scene.live.home('anna')))], names);
    },
    'Telnet bytes, halves of characters and surrogates are no way out, and no crash (CVE-2020-9274, CVE-2024-48208)':
      async (scene) => {
        const odd = [
          [0xff],
          [0xff, 0xff],
          [0xff, 0xf4],
          [0xed, 0xa0, 0x80],
          [0xc3],
          [0x80],
          [0xfe],
        ];
        const names = odd.flatMap((bytes) => [
          Buffer.from(bytes),
          Buffer.concat([Buffer.from('a'), Buffer.from(bytes)]),
          Buffer.concat([Buffer.from(bytes), Buffer.from('/../../anna-too/secret')]),
        ]);
        await staysInside(scene, ALL_VERBS, attempts(names));
      },
    'names of 255 bytes are made, of 256 refused; so are paths of 4096 and a thousand levels':
      async (scene) => {
        await using client = await scene.live.logIn();
        await client.say(`MKD ${'n'.repeat(255)}`, 257);
        await client.say(`RMD ${'n'.repeat(255)}`, 250);
        for (const name of [
          'n'.repeat(256),
          'é'.repeat(128),
          'p/'.repeat(2048),
          'd/'.repeat(1000),
        ]) {
          client.send(`MKD ${name}`);
          const { code } = await client.reply();
          assert.ok([550, 553].includes(code), `${name.length}: ${code}`);
        }
      },
    'quotes that do not end, and quotes in quotes, are parts of a name (CVE-2023-51713)': async (
      scene,
    ) => {
      await newcomer(scene, 'quoter');
      await using client = await scene.live.logIn('quoter');
      for (const name of ['"', '""', '"a', 'a"', '"a" "', '"""', '" 0 5', '"a" 0', '"a" -1 5']) {
        for (const verb of ['XSHA256', 'SIZE', 'XMD5', 'SITE UTIME', 'STAT']) {
          client.send(`${verb} ${name}`);
          const { code } = await client.reply();
          assert.ok([450, 501, 504, 550, 554].includes(code), `${verb} ${name}: ${code}`);
        }
      }
      await client.say('MKD a"b', 257);
      await client.say('RMD a"b', 250);
    },
  },

  normalisation: {
    'the composed and the decomposed form are one name': async (scene) => {
      await using client = await scene.live.logIn();
      await client.upload('STOR caf\u{e9}', 'one');
      assert.equal(await client.say('SIZE cafe\u{301}', 213), '3');
      await client.upload('STOR cafe\u{301}', 'three');
      const found = (await readdir(scene.live.home('anna'))).filter((name) =>
        name.startsWith('caf'),
      );
      assert.equal(found.length, 1);
    },
    'the folder of staged bytes is out of reach in every spelling (CVE-2015-1419)': async (
      scene,
    ) => {
      await using client = await scene.live.logIn();
      const spellings = [
        '.carryon-staging',
        '.CARRYON-staging',
        './/.carryon-staging/',
        'x/../.carryon-staging',
        '.carryon-staging/.',
        '.carryon-stag\u{131}ng/../.carryon-staging',
        '\u{ff0e}carryon-staging',
        '.carryon-\u{17f}taging',
      ];
      for (const name of spellings) {
        for (const verb of ['CWD', 'MKD', 'RMD', 'RNFR', 'MLST', 'STAT']) {
          client.send(`${verb} ${name}`);
          const { code } = await client.reply();
          assert.ok(code === 550 || code === 553, `${verb} ${name}: ${code}`);
        }
      }
    },
    'case, dots and spaces at the end, streams and the names of DOS devices are what they are':
      async (scene) => {
        await using client = await scene.live.logIn();
        const names = ['case', 'CASE', 'case.', 'case ', 'case::$DATA', 'NUL', 'com1', 'aux.txt'];
        for (const [index, name] of names.entries()) {
          assert.equal(
            (await client.upload(`STOR ${name}`, 'x'.repeat(index + 1))).code,
            226,
            name,
          );
        }
        for (const [index, name] of names.entries()) {
          assert.equal(await client.say(`SIZE ${name}`, 213), `${index + 1}`, name);
        }
        for (const name of names) await client.say(`DELE ${name}`, 250);
      },
  },

  logs: {
    'no control character of a name reaches a log as it is, nor does a mark that turns text around':
      async (scene) => {
        await using client = await scene.live.logIn();
        const name = 'log\u{1b}[2J\u{7}\u{202e}txt';
        assert.equal((await client.upload(`STOR ${name}`, 'x')).code, 226);
        await client.download(`RETR ${name}`);
        await client.say(`DELE ${name}`, 250);
        const transfers = await logged(join(scene.data, 'log/transfers.ndjson'));
        const xferlog = await logged(join(scene.data, 'log/xferlog'));
        for (const text of [transfers, xferlog]) {
          // oxlint-disable-next-line no-control-regex -- these are what must not be there
          assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f\u{202e}]/u);
        }
      },
    'a line of a log is one line, whatever a user is called': async (scene) => {
      await using client = await scene.live.connect();
      for (const name of ['x\u{1b}]0;title\u{7}', '{"level":60}', '%s%n', `' OR 1=1 --`]) {
        await client.say(`USER ${name}`, 331);
        await client.say('PASS x', 530);
        if (name.startsWith('%')) break;
      }
    },
  },
};

/** What a log says of the file that a case is about, as soon as it does. */
async function logged(file: string): Promise<string> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.split('\n').filter((line) => line.includes('log')).length >= 2) return text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

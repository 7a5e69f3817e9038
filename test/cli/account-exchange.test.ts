import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { environmentOf, isUnpacked, rootOf } from '../support/foreign-packages.ts';
import { runCli } from '../support/run-cli.ts';
import { startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const SHA512 =
  '$6$abc$UdznhXkpvG/3yDygK4T.msvB7LvHJQq7GMIazF3WTCXp57/Vje9EyVeJZWyJ7s9zQAHXJSsZAn8xpP49WFRiX1';

describe('accounts that come over from a file', () => {
  test('three hundred are there in one step, a repeat changes nothing, and one mistake brings none', async () => {
    await using folder = await temporaryFolder();
    const data = join(folder.path, 'data');
    const file = join(folder.path, 'ftpd.passwd');
    const lines = Array.from(
      { length: 300 },
      (_, at) => `user${at}:${SHA512}:1000:1000::${folder.path}/homes/user${at}:/bin/false\n`,
    );
    await writeFile(file, `${lines.join('')}bad/name:${SHA512}:1:1::/x:/y\n`);
    const refused = await runCli(['account', 'import', file, '--data', data]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /line 301: "bad\/name": .*\n.*Nothing was imported/);
    assert.equal(
      (await runCli(['account', 'export', '--data', data])).stdout.split('\n').length,
      2,
    );

    await writeFile(file, lines.join(''));
    const dry = await runCli(['account', 'import', file, '--dry-run', '--data', data]);
    assert.match(dry.stderr, /Would be: 300 added\./);
    const done = await runCli(['account', 'import', file, '--data', data]);
    assert.equal(done.code, 0, done.stderr);
    assert.equal(done.stdout.match(/^user\d+ +added +sha512-crypt$/gm)?.length, 300);
    const again = await runCli(['account', 'import', file, '--data', data, '--update']);
    assert.match(again.stderr, /^300 same\.$/m);

    await using server = await startServer({ data });
    const listed = await runCli(['ls', `ftp://user7@127.0.0.1:${server.port}/`], {
      env: { CARRYON_PASSWORD: 'openssl made' },
    });
    assert.equal(listed.code, 0, listed.stderr);

    const table = join(folder.path, 'new.csv');
    await writeFile(table, 'name;quota\nanna;5MiB\n');
    const words = ['account', 'import', table, '--make-passwords', '--data', data];
    const { stdout } = await runCli(words);
    const [, password = ''] = /^anna +added +password: (\S+)$/m.exec(stdout) ?? [];
    const came = await runCli(['ls', `ftp://anna@127.0.0.1:${server.port}/`], {
      env: { CARRYON_PASSWORD: password },
    });
    assert.equal(came.code, 0, came.stderr);
  });

  test('what is exported from one server is imported by another, passwords only when they are asked for', async () => {
    await using folder = await temporaryFolder();
    const [one, other] = ['one', 'other'].map((name) => join(folder.path, name));
    const add = ['account', 'add', 'anna', '--quota', '5MiB', '--permissions', 'list,read'];
    assert.equal((await runCli([...add, '--password-hash', SHA512, '--data', one ?? ''])).code, 0);
    const file = join(folder.path, 'accounts.json');
    const words = ['account', 'export', '--format', 'json', '--data', one ?? ''];
    assert.doesNotMatch((await runCli(words)).stdout, /password/);
    await writeFile(file, (await runCli([...words, '--hashes'])).stdout);
    assert.equal((await runCli(['account', 'import', file, '--data', other ?? ''])).code, 0);
    const exports = await Promise.all(
      [one, other].map((data = '') => runCli(['account', 'export', '--hashes', '--data', data])),
    );
    assert.equal(exports[1]?.stdout, exports[0]?.stdout);
  });

  const skip =
    (!isUnpacked('pure-ftpd') || !isUnpacked('proftpd')) &&
    'needs pure-pw and ftpasswd, which could not be fetched here';
  test(
    'what pure-pw and ftpasswd write lets the same people in with the same passwords',
    { skip },
    async () => {
      await using folder = await temporaryFolder();
      const pure = join(folder.path, 'pureftpd.passwd');
      const pro = join(folder.path, 'ftpd.passwd');
      const made = [
        spawnSync(
          join(rootOf('pure-ftpd'), 'usr/bin/pure-pw'),
          [
            'useradd',
            'joe',
            '-f',
            pure,
            '-u',
            '1000',
            '-g',
            '1000',
            '-d',
            join(folder.path, 'joe'),
            '-N',
            '10',
          ],
          { input: 'secret\nsecret\n', env: environmentOf('pure-ftpd') },
        ),
      ];
      await mkdir(join(folder.path, 'jim'));
      made.push(
        spawnSync(
          'perl',
          [
            join(rootOf('proftpd'), 'usr/sbin/ftpasswd'),
            '--passwd',
            '--name',
            'jim',
            '--uid',
            '1000',
            '--gid',
            '1000',
            '--home',
            join(folder.path, 'jim'),
            '--shell',
            '/bin/false',
            '--stdin',
            '--file',
            pro,
            '--sha256',
          ],
          { input: 'secret\n' },
        ),
      );
      for (const { status, stderr } of made) assert.equal(status, 0, String(stderr));
      const data = join(folder.path, 'data');
      for (const file of [pure, pro]) {
        const imported = await runCli(['account', 'import', file, '--data', data]);
        assert.match(imported.stdout, /^j\w+ +added/, imported.stderr);
      }
      await using server = await startServer({ data });
      for (const name of ['joe', 'jim']) {
        const listed = await runCli(['ls', `ftp://${name}@127.0.0.1:${server.port}/`], {
          env: { CARRYON_PASSWORD: 'secret' },
        });
        assert.equal(listed.code, 0, `${name}: ${listed.stderr}`);
      }
    },
  );
});

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type House, openHouse } from './client-house.ts';

suite('with what the client logs in', { concurrency: 2 }, () => {
  let house: House;
  before(async () => {
    house = await openHouse();
    await mkdir(house.env['HOME'] ?? '');
  });
  after(() => house[Symbol.asyncDispose]());

  /** `ls` with nothing in the environment that would help. */
  function ls(url: string, words: readonly string[] = [], env: Record<string, string> = {}) {
    return house.run(['ls', ...words, url], { env: { CARRYON_PASSWORD: '', ...env } });
  }

  test('a password in the URL works, with a warning, and is never shown', async () => {
    const url = house.url.replace('demo@', `demo:${encodeURIComponent(house.password)}@`);
    const { code, stderr } = await ls(url, ['-vv']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /warning: a password in a URL/);
    assert.ok(!stderr.includes(house.password));
  });

  test('a command that prints it', async () => {
    const given = await ls(house.url, [
      '--password-command',
      `echo ${house.password}; echo talk >&2`,
    ]);
    assert.equal(given.code, 0, given.stderr);
    assert.match(given.stderr, /talk/);
    const failed = await ls(house.url, ['--password-command', `echo ${house.password}; exit 3`]);
    assert.equal(failed.code, 6);
    assert.ok(!failed.stderr.includes(house.password));
  });

  test('a .netrc, by its variable or its flag, and a warning if others may read it', async () => {
    const file = join(house.env['HOME'] ?? '', 'netrc');
    await writeFile(file, `machine 127.0.0.1 login demo password "${house.password}"\n`, {
      mode: 0o644,
    });
    const anonymous = house.url.replace('demo@', '');
    for (const [words, env] of [
      [['--netrc-file', file], {}],
      [[], { NETRC: file }],
    ] as const) {
      const { code, stderr } = await ls(anonymous, words, env);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /warning: .*chmod 600/);
    }
    assert.equal((await ls(anonymous, ['--netrc-file', `${file}x`])).code, 4);
  });

  test('a wrong one is refused (6), and what the server does not speak is told', async () => {
    const wrong = await ls(house.url, [], { CARRYON_PASSWORD: 'wrong' });
    assert.equal(wrong.code, 6, wrong.stderr);
    assert.ok(!wrong.stderr.includes('wrong\n'));
    const tls = await ls(house.url.replace('ftp:', 'ftpes:'), [], {
      CARRYON_PASSWORD: house.password,
    });
    assert.notEqual(tls.code, 0);
  });

  test('what is no URL, or holds a command, is refused before anything is said (2)', async () => {
    const wrong = ['http://h/', 'ftp://', `${house.url}a%0D%0ADELE%20b`, 'no-url'];
    for (const url of wrong) assert.equal((await ls(url)).code, 2, url);
    assert.equal((await house.run(['put', 'x', '--segments', '0', house.url])).code, 2);
  });

  test('nobody there is told after the retries (5)', async () => {
    const { code, stderr } = await ls('ftp://demo@127.0.0.1:1/', ['--retries', '0'], {
      CARRYON_PASSWORD: 'x',
    });
    assert.equal(code, 5, stderr);
  });
});

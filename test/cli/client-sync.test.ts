import assert from 'node:assert/strict';
import { mkdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type House, openHouse } from './client-house.ts';

suite('sync and check', () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house[Symbol.asyncDispose]());

  async function local(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(house.here, name)), { recursive: true });
      await writeFile(join(house.here, name), content);
    }
  }

  /** What a command says on stdout, sorted into lines. @throws if it ends otherwise */
  async function lines(words: readonly string[], code = 0): Promise<string[]> {
    const result = await house.run(words);
    assert.equal(result.code, code, `${words.join(' ')}: ${result.stderr}`);
    return result.stdout.split('\n').filter((line) => line !== '');
  }

  test('a folder becomes like another, both ways, and then nothing is left to do', async () => {
    await local({ 'up/a': '1', 'up/d/b': '22', 'up/d/.hidden': '3', 'up/x.tmp': 'no' });
    await mkdir(join(house.here, 'up/empty'));
    await symlink('a', join(house.here, 'up/link'));
    const url = `${house.url}deep/er`;
    const flags = ['--exclude', '*.tmp'];
    assert.deepEqual(await lines(['sync', '-n', ...flags, 'up', url]), [
      '+ d/',
      '+ empty/',
      '+ a',
      '+ d/.hidden',
      '+ d/b',
    ]);
    const first = await house.run(['sync', ...flags, 'up', url]);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stderr, /1 symbolic links or other things/);
    assert.match(first.stderr, /3 files, 4 B .*3 verified sha-256/);
    assert.equal(await readFile(join(house.home, 'deep/er/d/b'), 'utf8'), '22');
    assert.deepEqual(await lines(['sync', '-n', ...flags, 'up', url]), []);

    assert.equal((await house.run(['sync', url, 'down'])).code, 0);
    assert.equal(await readFile(join(house.here, 'down/d/.hidden'), 'utf8'), '3');
    assert.deepEqual(await lines(['sync', '-n', '--delete', url, 'down']), []);
    assert.deepEqual(await lines(['check', ...flags, 'down', url]), [
      '= a',
      '= d/.hidden',
      '= d/b',
    ]);

    await local({ 'down/a': '9', 'down/new': 'n' });
    await utimes(join(house.here, 'down/a'), 1e9, 1e9);
    await rm(join(house.here, 'down/d'), { recursive: true });
    assert.deepEqual(await lines(['check', 'down', url], 1), [
      '* a',
      '- d/.hidden',
      '- d/b',
      '+ new',
    ]);
    assert.deepEqual(await lines(['check', '-q', '--checksum', 'down', url], 1), [
      '* a',
      '- d/.hidden',
      '- d/b',
      '+ new',
    ]);
    assert.equal((await house.run(['sync', '--delete', '--max-delete', '2', 'down', url])).code, 6);
    const second = await house.run(['sync', '--delete', 'down', url]);
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stderr, /3 removed/);
    assert.deepEqual(await lines(['ls', '-a', url]), ['a', 'empty/', 'new']);
  });

  test('content is compared by digest when somebody wants to know', async () => {
    await local({ 'sums/a': 'one', 'sums/b': 'two' });
    const url = `${house.url}sums`;
    await house.run(['sync', 'sums', url]);
    const time = new Date('2020-01-01');
    await local({ 'sums/a': 'ONE' });
    await utimes(join(house.here, 'sums/a'), time, time);
    await utimes(join(house.home, 'sums/a'), time, time);
    assert.deepEqual(await lines(['check', 'sums', url]), ['= a', '= b']);
    assert.deepEqual(await lines(['check', '--checksum', 'sums', url], 1), ['* a', '= b']);
    assert.deepEqual(await lines(['sync', '-n', '--checksum', 'sums', url]), ['* a']);
  });

  test('a source that is empty, or not there, removes nothing', async () => {
    await local({ 'full/a': '1' });
    const url = `${house.url}full`;
    await house.run(['sync', 'full', url]);
    await mkdir(join(house.here, 'unmounted'));
    const empty = await house.run(['sync', '--delete', 'unmounted', url]);
    assert.equal(empty.code, 6, empty.stderr);
    assert.match(empty.stderr, /--max-delete 1/);
    assert.equal((await house.run(['sync', '--delete', 'nowhere', url])).code, 3);
    assert.deepEqual(await lines(['ls', url]), ['a']);
    assert.equal(
      (await house.run(['sync', '--delete', '--max-delete', '1', 'unmounted', url])).code,
      0,
    );
    assert.deepEqual(await lines(['ls', url]), []);
    assert.equal((await house.run(['sync', 'full', 'unmounted'])).code, 2);
  });
});

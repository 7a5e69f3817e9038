import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type House, openHouse } from './client-house.ts';

const MiB = 2 ** 20;

suite('put, get and the words for names', { concurrency: 2 }, () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house[Symbol.asyncDispose]());

  async function local(name: string, content: string | Buffer): Promise<string> {
    await writeFile(join(house.here, name), content);
    return name;
  }

  test('a file goes there and comes back the same, with its time, and is proven', async () => {
    const content = randomBytes(3 * MiB);
    const name = await local('a b.bin', content);
    const time = new Date('2021-03-04T05:06:07Z');
    await utimes(join(house.here, name), time, time);
    const put = await house.run(['put', name, house.url]);
    assert.equal(put.code, 0, put.stderr);
    assert.match(put.stderr, /^a b\.bin {2}3\.00 MiB .*verified sha-256$/m);
    assert.equal(put.stdout, '');
    assert.deepEqual(await readFile(join(house.home, name)), content);
    const get = await house.run(['get', `${house.url}a%20b.bin`, 'back.bin']);
    assert.equal(get.code, 0, get.stderr);
    assert.match(get.stderr, /verified sha-256/);
    assert.deepEqual(await readFile(join(house.here, 'back.bin')), content);
    assert.equal((await stat(join(house.here, 'back.bin'))).mtimeMs, time.getTime());
  });

  test('the same again moves nothing', async () => {
    const name = await local('resent', randomBytes(MiB));
    await house.run(['put', name, house.url]);
    const again = await house.run(['put', '--json', name, house.url]);
    const done = events(again.stdout).find(({ type }) => type === 'done');
    assert.deepEqual([done?.['wasThere'], done?.['moved'], done?.['verified']], [true, 0, true]);
  });

  test('standard input and output', async () => {
    const content = randomBytes(100_000).toString('hex');
    const put = await house.run(['put', '-', `${house.url}pipe`], { input: content });
    assert.equal(put.code, 0, put.stderr);
    for (const words of [['cat'], ['get', '-o', '-']]) {
      const got = await house.run([...words, `${house.url}pipe`]);
      assert.equal(got.stdout, content);
    }
    const unnamed = await house.run(['put', '-', house.url], { input: content });
    assert.equal(unnamed.code, 2);
  });

  test('folders, patterns, and what is at the other end', async () => {
    await mkdir(join(house.here, 'tree/empty'), { recursive: true });
    await mkdir(join(house.here, 'tree/ü'), { recursive: true });
    await local('tree/one.txt', '1');
    await local('tree/ü/zwei[2].txt', '22');
    const bare = await house.run(['put', 'tree', house.url]);
    assert.equal(bare.code, 1);
    assert.match(bare.stderr, /-r/);
    const put = await house.run(['put', '-r', 'tree', house.url]);
    assert.equal(put.code, 0, put.stderr);
    assert.match(put.stderr, /2 files, 3 B/);
    assert.deepEqual((await readdir(join(house.home, 'tree'))).toSorted(), [
      'empty',
      'one.txt',
      'ü',
    ]);
    await mkdir(join(house.here, 'back'));
    const get = await house.run(['get', '-r', `${house.url}tree`, 'back']);
    assert.equal(get.code, 0, get.stderr);
    assert.equal(await readFile(join(house.here, 'back/tree/ü/zwei[2].txt'), 'utf8'), '22');
    assert.ok((await stat(join(house.here, 'back/tree/empty'))).isDirectory());
    for (const pattern of ['tree/*/zwei*', 'tree/ü/zwei[2].txt', 'tree/%C3%BC/zwei%5B2%5D.txt']) {
      const ls = await house.run(['ls', house.url + pattern]);
      assert.equal(ls.stdout, 'zwei[2].txt\n', pattern + ls.stderr);
    }
    assert.equal((await house.run(['ls', `${house.url}tree`])).stdout, 'empty/\none.txt\nü/\n');
    const rm = await house.run(['rm', '-r', `${house.url}tree`]);
    assert.equal(rm.code, 0, rm.stderr);
    assert.equal((await house.run(['ls', `${house.url}tree`])).code, 4);
  });

  test('a folder that is put again sends only what is not there yet', async () => {
    await mkdir(join(house.here, 'tree-again'));
    for (const name of ['a', 'b', 'c']) await local(`tree-again/${name}`, `content of ${name}`);
    assert.equal((await house.run(['put', '-r', 'tree-again', house.url])).code, 0);
    await writeFile(join(house.here, 'tree-again/b'), 'another content');
    await local('tree-again/d', 'new');
    const put = await house.run(['put', '-r', 'tree-again', house.url]);
    assert.equal(put.code, 0, put.stderr);
    assert.match(put.stderr, /2 there already/);
    for (const [name, content] of [
      ['b', 'another content'],
      ['c', 'content of c'],
      ['d', 'new'],
    ] as const) {
      assert.equal(await readFile(join(house.home, 'tree-again', name), 'utf8'), content);
    }
  });

  test('a folder that is named with a slash is made here, and another is missed (3)', async () => {
    await local('one', '1');
    await local('two', '2');
    assert.equal((await house.run(['put', 'one', 'two', house.url])).code, 0);
    const many = await house.run(['get', `${house.url}[ot][nw]*`, 'new/']);
    assert.equal(many.code, 0, many.stderr);
    assert.equal(await readFile(join(house.here, 'new/two'), 'utf8'), '2');
    assert.equal((await house.run(['get', `${house.url}one`, 'new/er/'])).code, 0);
    assert.equal(await readFile(join(house.here, 'new/er/one'), 'utf8'), '1');
    const missed = await house.run(['get', `${house.url}one`, 'nowhere/one']);
    assert.equal(missed.code, 3);
    assert.match(missed.stderr, /There is no folder nowhere here/);
    const lone = await house.run(['get', `${house.url}[ot][nw]*`, 'nowhere']);
    assert.equal(lone.code, 3);
    assert.match(lone.stderr, /nowhere is no folder here, .*; nowhere\/ makes it one/);
  });

  test('names are made, moved and removed', async () => {
    await local('n.txt', 'n');
    const steps: readonly (readonly [readonly string[], number])[] = [
      [['put', 'n.txt', `${house.url}names/`], 3],
      [['put', 'n.txt', `${house.url}names/n.txt`], 3],
      [['put', '-p', 'n.txt', `${house.url}names/deep/`], 0],
      [['mkdir', `${house.url}names`], 1],
      [['mkdir', '-p', `${house.url}names/deep/er`], 0],
      [['mv', `${house.url}names/deep/n.txt`, 'm.txt'], 0],
      [['mv', `${house.url}names/deep/m.txt`, `${house.url}names`], 0],
      [['cat', `${house.url}names/m.txt`], 0],
      [['rmdir', `${house.url}names/deep/er`], 0],
      [['rm', `${house.url}names`], 1],
      [['rm', `${house.url}names/*.txt`, `${house.url}nothing`], 23],
      [['rm', '-n', '-r', `${house.url}names`], 0],
      [['rm', '-r', `${house.url}names`], 0],
    ];
    for (const [words, code] of steps) {
      const result = await house.run(words);
      assert.equal(result.code, code, `${words.join(' ')}: ${result.stderr}`);
    }
  });

  test('the digest comes from the server, in the form of sha256sum', async () => {
    const content = randomBytes(MiB);
    await local('digested', content);
    await house.run(['put', 'digested', house.url]);
    for (const [algorithm, name] of Object.entries({ 'sha-256': 'sha256', md5: 'md5' })) {
      const { stdout } = await house.run(['digest', '-a', algorithm, `${house.url}digested`]);
      assert.equal(stdout, `${createHash(name).update(content).digest('hex')}  /digested\n`);
    }
  });

  test('what is there is replaced, kept or refused', async () => {
    await local('kept', 'old');
    await house.run(['put', 'kept', house.url]);
    await local('kept', 'new!');
    const refused = await house.run(['put', '--overwrite', 'refuse', 'kept', house.url]);
    assert.equal(refused.code, 1, refused.stderr);
    const skipped = await house.run(['put', '--overwrite', 'skip', 'kept', house.url]);
    assert.equal(skipped.code, 0, skipped.stderr);
    assert.equal(await readFile(join(house.home, 'kept'), 'utf8'), 'old');
    assert.equal((await house.run(['put', 'kept', house.url])).code, 0);
    assert.equal(await readFile(join(house.home, 'kept'), 'utf8'), 'new!');
  });

  test('one of many that fails is told and counted, and the others arrive', async () => {
    await local('good1', '1');
    await local('good2', '2');
    await local('unreadable', 'x');
    await chmod(join(house.here, 'unreadable'), 0);
    const words = ['good1', 'good2', `${house.url}missing/`];
    assert.equal((await house.run(['put', ...words])).code, 3);
    await local('data.1', 'x');
    const get = await house.run(['get', `${house.url}nope`, `${house.url}none`]);
    assert.equal(get.code, 4);
    await house.run(['put', 'good1', 'good2', house.url]);
    await mkdir(join(house.here, 'in-the-way/good1'), { recursive: true });
    const some = await house.run(['get', `${house.url}good*`, 'in-the-way']);
    assert.equal(some.code, 23, some.stderr);
    assert.match(some.stderr, /1 failed/);
    assert.equal(await readFile(join(house.here, 'in-the-way/good2'), 'utf8'), '2');
  });

  test('a folder among files is left out and told, both ways, if folders were not meant', async () => {
    await mkdir(join(house.here, 'mixed/deep'), { recursive: true });
    await local('mixed/one', '1');
    await local('mixed/deep/two', '2');
    const names = ['mixed/one', 'mixed/deep'];
    const put = await house.run(['put', '-p', ...names, `${house.url}mixed/`]);
    assert.equal(put.code, 23, put.stderr);
    assert.match(put.stderr, /mixed\/deep is a folder; -r/);
    assert.equal((await house.run(['ls', `${house.url}mixed`])).stdout, 'one\n');
    await house.run(['put', '-r', 'mixed/deep', `${house.url}mixed/`]);
    await mkdir(join(house.here, 'mixed-back'));
    const get = await house.run(['get', `${house.url}mixed/*`, 'mixed-back/']);
    assert.equal(get.code, 23, get.stderr);
    assert.equal(await readFile(join(house.here, 'mixed-back/one'), 'utf8'), '1');
    assert.equal((await house.run(['put', 'mixed', house.url])).code, 1);
    await local('two\nlines', '2');
    const lines = await house.run(['put', '-p', 'mixed/one', 'two\nlines', `${house.url}lines/`]);
    assert.equal(lines.code, 23, lines.stderr);
    assert.match(lines.stderr, /"two\\nlines": a name with a line break/);
    assert.equal((await house.run(['ls', `${house.url}lines`])).stdout, 'one\n');
    assert.equal((await house.run(['put', 'two\nlines', house.url])).code, 2);
  });

  test('--limit-rate holds for all servers of a command together', async () => {
    for (const name of ['slow-1', 'slow-2']) await local(name, 'x'.repeat(2 * MiB));
    assert.equal((await house.run(['put', 'slow-1', 'slow-2', house.url])).code, 0);
    // Two names are two servers, as far as the client knows.
    const urls = [house.url, house.url.replace('127.0.0.1', 'localhost')];
    const words = urls.map((url, index) => `${url}slow-${index + 1}`);
    const slowly = ['get', '--json', '--limit-rate', '2M', ...words, 'slowly/'];
    const { code, stdout, stderr } = await house.run(slowly);
    assert.equal(code, 0, stderr);
    const seconds = Number(events(stdout).at(-1)?.['seconds']);
    // After a pause a quarter of a second's worth goes at once.
    assert.ok(seconds > 4 / 2 - 0.25, `${seconds} s`);
  });

  test('--dry-run says what would be done and does nothing', async () => {
    await local('dry', 'x');
    const { stdout, code } = await house.run(['put', '-n', 'dry', house.url]);
    assert.deepEqual([stdout, code], [`dry -> ${house.url}dry\n`, 0]);
    assert.equal((await house.run(['ls', `${house.url}dry`])).code, 4);
  });

  test('--json tells it in events', async () => {
    await local('json.bin', randomBytes(MiB));
    const { stdout, stderr } = await house.run(['put', '--json', 'json.bin', house.url]);
    assert.equal(stderr, '');
    const types = events(stdout).map(({ type }) => type);
    assert.deepEqual(
      [types[0], types[1], types.at(-2), types.at(-1)],
      ['expect', 'begin', 'done', 'summary'],
    );
    const phases = new Set(events(stdout).map(({ phase }) => phase));
    for (const phase of ['checking', 'transferring']) assert.ok(phases.has(phase), phase);
    const told = await readFile(join(import.meta.dirname, '../../docs/client.md'), 'utf8');
    for (const event of events(stdout)) {
      for (const word of [event['type'], ...Object.keys(event)]) {
        assert.ok(told.includes(`\`${String(word)}\``), `${String(word)} is in docs/client.md`);
      }
    }
  });
});

function events(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

import assert from 'node:assert/strict';
import { at, begin, put, putCut, read, refusedAs } from './harness.ts';
import type { Case } from './vault-suite.ts';

/** What is seen of an upload before, while and after it is made. */
export function uploadsCases(test: Case): void {
  test('shows an upload under its name when it is complete, and not before', async (bench) => {
    const writer = await begin(bench.home, '/a');
    await writer.write([Buffer.from('hello')]);
    await assert.rejects(bench.home.open(at('/a')), refusedAs('not-found'));
    await writer.complete();
    assert.equal(await read(bench.home, '/a'), 'hello');
  });

  test('makes nothing before the first byte', async (bench) => {
    const writer = await begin(bench.home, '/a');
    assert.equal((await bench.vault.uploads()).length, 0);
    await writer.interrupt('never mind');
    assert.equal((await bench.vault.uploads()).length, 0);
  });

  test('stores an empty file', async (bench) => {
    await put(bench.home, '/empty', '');
    assert.equal((await bench.home.stat(at('/empty'))).size, 0);
  });

  test('keeps the old version readable until the new one is complete', async (bench) => {
    await put(bench.home, '/a', 'old');
    const writer = await begin(bench.home, '/a');
    await writer.write([Buffer.from('new and longer')]);
    assert.equal(await read(bench.home, '/a'), 'old');
    assert.equal((await bench.home.stat(at('/a'))).size, 3);
    await writer.complete();
    assert.equal(await read(bench.home, '/a'), 'new and longer');
  });

  test('leaves the old version as it was when an overwrite is cut', async (bench) => {
    await put(bench.home, '/a', 'old');
    await putCut(bench.home, '/a', 'new');
    assert.equal(await read(bench.home, '/a'), 'old');
    const seen = await bench.home.stat(at('/a'));
    assert.equal(seen.partial, undefined);
  });

  test('shows an unfinished upload to its owner with its durable size', async (bench) => {
    await putCut(bench.home, '/folder-less', 'x'.repeat(1234));
    const seen = await bench.home.stat(at('/folder-less'));
    assert.deepEqual([seen.partial, seen.size, seen.kind], [true, 1233, 'file']);
    const listed = [];
    for await (const slice of bench.home.list(at('/'))) listed.push(...slice);
    assert.deepEqual(
      listed.map((entry) => [entry.name, entry.size, entry.partial]),
      [['folder-less', 1233, true]],
    );
  });

  test('does not give out an unfinished upload', async (bench) => {
    await putCut(bench.home, '/a', 'half');
    await assert.rejects(bench.home.open(at('/a')), refusedAs('unfinished'));
  });

  test('never applies the rest of an unfinished upload to the old file', async (bench) => {
    await put(bench.home, '/a', 'old version');
    await putCut(bench.home, '/a', 'new ');
    await assert.rejects(begin(bench.home, '/a', { kind: 'append' }), refusedAs('offset-mismatch'));
    await put(bench.home, '/a', 'content', { kind: 'resume', offset: 4 });
    assert.equal(await read(bench.home, '/a'), 'new content');
  });
}

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MemoryStore } from '../storage/memory/memory-store.ts';
import type { Store, Tree } from '../storage/store.ts';
import { at, begin, openBench, put, putCut, read } from '../../test/vault/harness.ts';

suite('dropping an upload', () => {
  test('leaves one alone that is being committed, also when it was looked up before', async () => {
    const announced = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    await using bench = await openBench(
      waitingToPublish(new MemoryStore(), announced.resolve, gate.promise),
    );
    const writer = await begin(bench.home, '/a');
    await writer.write([Buffer.from('content')]);
    // What an operator looks up is a moment old.
    const query = bench.vault.uploads.bind(bench.vault);
    const before = await query();
    bench.vault.uploads = async () => before;
    const completing = writer.complete();
    await announced.promise;
    assert.equal(await bench.vault.dropUpload(writer.id), false);
    gate.resolve();
    await completing;
    assert.equal(await read(bench.home, '/a'), 'content');
  });

  test('says whether there was one', async () => {
    await using bench = await openBench(new MemoryStore());
    assert.equal(await bench.vault.dropUpload('nothing'), false);
    await putCut(bench.home, '/a', 'content');
    const [row] = await bench.vault.uploads();
    assert.equal(await bench.vault.dropUpload(row?.id ?? ''), true);
    assert.equal(await bench.vault.dropUpload(row?.id ?? ''), false);
    await assert.rejects(bench.home.stat(at('/a')), { code: 'not-found' });
  });

  test('happens to an earlier one when a later one is committed', async () => {
    await using bench = await openBench(new MemoryStore());
    await putCut(bench.home, '/a', 'earlier');
    await putCut(bench.home, '/b', 'of another name');
    await put(bench.home, '/a', 'later');
    const rows = await bench.vault.uploads();
    assert.deepEqual(
      rows.map((row) => row.name),
      ['b'],
    );
  });

  test('does not happen to one that somebody writes', async () => {
    await using bench = await openBench(new MemoryStore());
    const writer = await begin(bench.home, '/a');
    await writer.write([Buffer.from('slow')]);
    await put(bench.home, '/a', 'fast');
    await writer.complete();
    assert.equal(await read(bench.home, '/a'), 'slow');
  });
});

/** A store that says when it is asked to publish, and waits until `gate` opens. */
function waitingToPublish(store: Store, say: () => void, gate: Promise<void>): Store {
  return {
    openTree: async (location) => {
      const tree = await store.openTree(location);
      return new Proxy<Tree>(tree, {
        get(object, key) {
          const value: unknown = Reflect.get(object, key, object);
          if (typeof value !== 'function') return value;
          if (key !== 'publish') return value.bind(object);
          return async (...args: unknown[]) => {
            say();
            await gate;
            return Reflect.apply(value, object, args);
          };
        },
      });
    },
  };
}

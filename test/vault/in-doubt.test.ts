import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/base/failure.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import type { Store, Tree } from '../../src/storage/store.ts';
import { type Bench, at, openBench, put, read } from './harness.ts';

/** A store whose disk makes a change of names and then fails to confirm it. */
function doubtful(method: 'publish' | 'removeFile' | 'move', isDoubtful: () => boolean): Store {
  const store = new MemoryStore();
  const openTree = async (location: string): Promise<Tree> =>
    new Proxy(await store.openTree(location), {
      get: (tree, key) => {
        const value: unknown = Reflect.get(tree, key, tree);
        if (typeof value !== 'function') return value;
        if (key !== method) return value.bind(tree) as unknown;
        return async (...args: unknown[]) => {
          const result: unknown = await Reflect.apply(value, tree, args);
          if (isDoubtful()) throw new Failure('storage-failed', 'EIO');
          return result;
        };
      },
    });
  return { openTree };
}

async function assertInOrder(bench: Bench): Promise<void> {
  const { found, recorded } = await bench.vault.audit(1, false);
  assert.deepEqual(recorded, found);
  assert.deepEqual(await bench.vault.uploads(), []);
  assert.equal((await bench.ledger()).reserved, 0);
}

describe('a change of names that the disk makes and does not confirm', () => {
  it('is told as a failure of an upload, whose new version is there and counted', async () => {
    let isDoubtful = false;
    await using bench = await openBench(doubtful('publish', () => isDoubtful));
    await put(bench.home, '/a', 'old');
    isDoubtful = true;
    await assert.rejects(put(bench.home, '/a', 'new version'), { code: 'storage-failed' });
    assert.equal(await read(bench.home, '/a'), 'new version');
    await assertInOrder(bench);
    isDoubtful = false;
    await put(bench.home, '/a', ' and more', { kind: 'append' });
    assert.equal(await read(bench.home, '/a'), 'new version and more');
    await assertInOrder(bench);
  });

  it('is told as a failure of a removal or a rename, and the ledger follows what is there', async () => {
    for (const method of ['removeFile', 'move'] as const) {
      let isDoubtful = false;
      await using bench = await openBench(doubtful(method, () => isDoubtful));
      await put(bench.home, '/a', 'content');
      await put(bench.home, '/b', 'another');
      isDoubtful = true;
      const change =
        method === 'move'
          ? bench.home.move(at('/a'), at('/b'), () => {})
          : bench.home.removeFile(at('/a'));
      await assert.rejects(change, { code: 'storage-failed' });
      await assertInOrder(bench);
    }
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MemoryStore } from '../storage/memory/memory-store.ts';
import type { Store, Tree } from '../storage/store.ts';
import { type Bench, at, begin, openBench, put, putCut, sha256 } from '../../test/vault/harness.ts';

/** What the records of unfinished uploads say is reserved for them. */
async function reservedByRecords({ vault }: Bench): Promise<number> {
  return (await vault.uploads()).reduce((sum, row) => sum + row.reserved_bytes, 0);
}

const NOTHING = { committed: 0, files: 0, reserved: 0 };

suite('the quota ledger', () => {
  test('sets aside more than is stored while an upload runs, and keeps what is stored', async () => {
    await using bench = await openBench(new MemoryStore());
    const writer = await begin(bench.home, '/a');
    await writer.write([Buffer.alloc(100)]);
    assert.ok((await bench.ledger()).reserved > 100);
    await writer.interrupt('cut');
    assert.deepEqual(await bench.ledger(), { ...NOTHING, reserved: 100 });
    assert.equal(await reservedByRecords(bench), 100);
  });

  test('sets the whole aside as soon as its length is known', async () => {
    await using bench = await openBench(new MemoryStore());
    await bench.setLimits({ bytes: 1000 });
    const writer = await begin(bench.home, '/a', { kind: 'replace' }, { length: 900 });
    await writer.write([Buffer.alloc(1)]);
    assert.equal((await bench.ledger()).reserved, 900);
    await assert.rejects(begin(bench.home, '/b', { kind: 'replace' }, { length: 101 }), {
      code: 'quota-exceeded',
    });
    await writer.interrupt('cut');
    assert.equal((await bench.ledger()).reserved, 1);
  });

  test('keeps for a refused upload only the room that its bytes take', async () => {
    await using bench = await openBench(new MemoryStore());
    const digest = { algorithm: 'sha-256', hex: sha256('good') } as const;
    const writer = await begin(bench.home, '/a', { kind: 'replace' }, { digest });
    await writer.write([Buffer.from('evil')]);
    await assert.rejects(writer.complete(), { code: 'digest-mismatch' });
    assert.deepEqual(await bench.ledger(), { ...NOTHING, reserved: 4 });
    assert.equal(await reservedByRecords(bench), 4);
    const [row] = await bench.vault.uploads();
    assert.deepEqual([row?.state, row?.offset], ['rejected', 4]);
    await put(bench.home, '/a', 'good');
    assert.deepEqual(await bench.ledger(), { committed: 4, files: 1, reserved: 0 });
  });

  test('lets an upload that has all its bytes be completed where no room is left', async () => {
    await using bench = await openBench(new MemoryStore());
    await bench.setLimits({ bytes: 10 });
    await putCut(bench.home, '/a', '0123456789');
    const writer = await begin(bench.home, '/a', { kind: 'resume', offset: 10 });
    await writer.complete();
    assert.deepEqual(await bench.ledger(), { committed: 10, files: 1, reserved: 0 });
  });

  test('counts the bytes that are dropped as room for those that come instead', async () => {
    await using bench = await openBench(new MemoryStore());
    await bench.setLimits({ bytes: 10 });
    await putCut(bench.home, '/a', '0123456789');
    await assert.rejects(begin(bench.home, '/a', { kind: 'resume', offset: 4 }, { length: 11 }), {
      code: 'quota-exceeded',
    });
    const writer = await begin(bench.home, '/a', { kind: 'resume', offset: 4 }, { length: 10 });
    await writer.write([Buffer.from('ABCDEF')]);
    await writer.complete();
    assert.deepEqual(await bench.ledger(), { committed: 10, files: 1, reserved: 0 });
  });

  test('takes no bytes where nothing is allowed, and empty files all the same', async () => {
    await using bench = await openBench(new MemoryStore());
    await bench.setLimits({ bytes: 0 });
    await assert.rejects(begin(bench.home, '/a'), { code: 'quota-exceeded' });
    await using writer = await begin(bench.home, '/a', { kind: 'replace' }, { length: 0 });
    await writer.complete();
    assert.deepEqual(await bench.ledger(), { committed: 0, files: 1, reserved: 0 });
  });

  test('stays as it is when the limit is lowered below what is there', async () => {
    await using bench = await openBench(new MemoryStore());
    await put(bench.home, '/a', '0123456789');
    await bench.setLimits({ bytes: 5 });
    await assert.rejects(begin(bench.home, '/b'), { code: 'quota-exceeded' });
    await bench.home.removeFile(at('/a'));
    await put(bench.home, '/b', '01234');
    assert.deepEqual(await bench.ledger(), { committed: 5, files: 1, reserved: 0 });
  });

  test('does not count bytes that an upload shares with the version it replaces', async () => {
    await using bench = await openBench(new MemoryStore());
    await bench.setLimits({ bytes: 12 });
    await put(bench.home, '/a', '0123456789');
    const writer = await begin(bench.home, '/a', { kind: 'append' });
    await writer.write([Buffer.from('AB')]);
    assert.equal((await bench.ledger()).reserved, 2);
    await assert.rejects(async () => writer.write([Buffer.from('C')]), { code: 'quota-exceeded' });
    await writer.complete();
    assert.deepEqual(await bench.ledger(), { committed: 12, files: 1, reserved: 0 });
  });

  test('counts shared bytes when the version that had them has gone meanwhile', async () => {
    await using bench = await openBench(new MemoryStore());
    await put(bench.home, '/a', '0123456789');
    await putCut(bench.home, '/a', 'AB', { kind: 'resume', offset: 10 });
    await bench.home.removeFile(at('/a'));
    await put(bench.home, '/a', 'C', { kind: 'append' });
    assert.deepEqual(await bench.ledger(), { committed: 13, files: 1, reserved: 0 });
    const { found, recorded } = await bench.vault.audit(1, false);
    assert.deepEqual(recorded, found);
  });

  test('refuses a commit whose shared bytes have gone, and for which there is no room alone', async () => {
    await using bench = await openBench(new MemoryStore());
    await bench.setLimits({ bytes: 15 });
    await put(bench.home, '/a', '0123456789');
    await putCut(bench.home, '/a', 'AB', { kind: 'resume', offset: 10 });
    await bench.home.removeFile(at('/a'));
    await put(bench.home, '/b', '0123456789');
    const writer = await begin(bench.home, '/a', { kind: 'resume', offset: 12 });
    await assert.rejects(writer.complete(), { code: 'quota-exceeded' });
    assert.equal(await writer.interrupt('no room'), 12);
    assert.deepEqual(await bench.ledger(), { committed: 10, files: 1, reserved: 2 });
  });

  test('counts one file for a name to which two upload at once', async () => {
    await using bench = await openBench(new MemoryStore());
    const one = await begin(bench.home, '/a');
    const two = await begin(bench.home, '/a');
    await one.write([Buffer.from('one')]);
    await two.write([Buffer.from('three')]);
    await Promise.all([one.complete(), two.complete()]);
    const ledger = await bench.ledger();
    assert.deepEqual([ledger.files, ledger.reserved], [1, 0]);
    const { found, recorded } = await bench.vault.audit(1, false);
    assert.deepEqual(recorded, found);
  });

  test('is not put out by what cannot be tidied up after a commit', async () => {
    const store = new MemoryStore();
    const failing = { isFailing: false };
    await using bench = await openBench(failingToDrop(store, failing));
    await putCut(bench.home, '/a', 'first');
    const writer = await begin(bench.home, '/a');
    await writer.write([Buffer.from('second')]);
    failing.isFailing = true;
    const entry = await writer.complete();
    failing.isFailing = false;
    assert.equal(entry.size, 6);
    assert.deepEqual(await bench.ledger(), { committed: 6, files: 1, reserved: 0 });
  });

  test('has nothing left of an upload that expired', async () => {
    await using bench = await openBench(new MemoryStore());
    await putCut(bench.home, '/a', '0123456789');
    await bench.database.write((write) =>
      write.updateTable('uploads').set({ touched_at: 0 }).execute(),
    );
    await bench.vault.expire();
    assert.deepEqual(await bench.ledger(), NOTHING);
    assert.deepEqual(await bench.vault.uploads(), []);
  });
});

/** A store that cannot remove staged files at the moment. */
function failingToDrop(store: Store, failing: { readonly isFailing: boolean }): Store {
  return {
    openTree: async (location) => {
      const tree = await store.openTree(location);
      return new Proxy<Tree>(tree, {
        get(object, key) {
          const value: unknown = Reflect.get(object, key, object);
          if (typeof value !== 'function') return value;
          if (key === 'dropStaged' && failing.isFailing) {
            return () => Promise.reject(new Error('The disk is read-only'));
          }
          return value.bind(object);
        },
      });
    },
  };
}

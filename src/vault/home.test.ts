import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { LocalStore } from '../storage/local/local-store.ts';
import { MemoryStore } from '../storage/memory/memory-store.ts';
import type { Store, Tree } from '../storage/store.ts';
import { at, begin, openBench, put, putCut, read, sha256 } from '../../test/vault/harness.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';

suite('a home', () => {
  test('moves a folder to the name of one that was removed by hand', async () => {
    await using folder = await temporaryFolder();
    const location = join(folder.path, 'home');
    const store = new LocalStore({ staging: join(folder.path, 'staging') });
    await using bench = await openBench(store, location);
    const { home } = bench;
    for (const path of ['/old', '/old/deep', '/new', '/new/deep']) await home.makeFolder(at(path));
    for (const path of ['/old/x', '/old/deep/x']) await put(home, path, 'old');
    for (const path of ['/new/x', '/new/deep/x']) await put(home, path, 'new content');
    await rm(join(location, 'old'), { recursive: true });
    await home.move(at('/new'), at('/old'), () => {});
    for (const path of ['/old/x', '/old/deep/x']) {
      assert.equal(await read(home, path), 'new content');
      const digest = await home.digest(at(path), 'sha-256', undefined, undefined);
      assert.equal(digest.hex, sha256('new content'));
    }
    const rows = await bench.database.query.selectFrom('digests').selectAll().execute();
    assert.deepEqual(rows.map(({ folder }) => folder).toSorted(), ['/old', '/old/deep']);
  });

  test('takes unfinished uploads and digests along when a folder is moved', async () => {
    await using bench = await openBench(new MemoryStore());
    const { home } = bench;
    for (const path of ['/a', '/a/deep', '/a0', '/ab']) await home.makeFolder(at(path));
    for (const path of ['/a/x', '/a0/x', '/ab/x']) await put(home, path, 'content');
    await putCut(home, '/a/deep/cut', 'first ');
    await home.move(at('/a'), at('/b'), () => {});
    assert.equal((await home.stat(at('/b/deep/cut'))).size, 5);
    await put(home, '/b/deep/cut', 'second', { kind: 'append' });
    assert.equal(await read(home, '/b/deep/cut'), 'first second');
    const rows = await bench.database.query.selectFrom('digests').select('folder').execute();
    assert.deepEqual(rows.map((row) => row.folder).toSorted(), ['/a0', '/ab', '/b', '/b/deep']);
  });

  test('never takes the digest of an old version for that of one that comes while a time is set', async () => {
    const gate = Promise.withResolvers<void>();
    await using bench = await openBench(waitingToSetTimes(new MemoryStore(), gate.promise));
    const { home } = bench;
    await put(home, '/a', 'old');
    await home.digest(at('/a'), 'md5', undefined, undefined);
    const setting = home.setModified(at('/a'), 86_400_000);
    const putting = put(home, '/a', 'new');
    // Time enough for an upload that does not wait.
    for (let count = 0; count < 100; count += 1) await turn();
    gate.resolve();
    await Promise.all([setting, putting]);
    assert.equal(await read(home, '/a'), 'new');
    const digest = await home.digest(at('/a'), 'md5', undefined, undefined);
    assert.equal(digest.hex, createHash('md5').update('new').digest('hex'));
  });

  test('moves no upload to a name that cannot be', async () => {
    await using bench = await openBench(new MemoryStore());
    const { home } = bench;
    await home.makeFolder(at('/folder'));
    const promise = {
      length: 10,
      digest: { algorithm: 'sha-256', hex: sha256('0123456789') },
    } as const;
    const writer = await begin(home, '/a', { kind: 'replace' }, promise);
    await writer.write([Buffer.from('0123')]);
    await writer.interrupt('cut');
    for (const [path, code] of [
      ['/nowhere/a', 'not-found'],
      ['/folder', 'is-a-directory'],
      ['/\udcff', 'name-refused'],
    ] as const) {
      await assert.rejects(
        home.expect(at(path), promise, 'test', () => {}),
        { code },
      );
      assert.equal((await home.stat(at('/a'))).size, 3);
    }
    assert.deepEqual(await home.expect(at('/b'), promise, 'test', () => {}), { bytes: 4 });
  });
});

/** A store in which setting a time takes until `gate` opens. */
function waitingToSetTimes(store: Store, gate: Promise<void>): Store {
  return {
    openTree: async (location) => {
      const tree = await store.openTree(location);
      return new Proxy<Tree>(tree, {
        get(object, key) {
          const value: unknown = Reflect.get(object, key, object);
          if (typeof value !== 'function') return value;
          if (key !== 'setModified') return value.bind(object);
          return async (...args: unknown[]) => {
            await gate;
            return Reflect.apply(value, object, args);
          };
        },
      });
    },
  };
}

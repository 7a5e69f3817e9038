import assert from 'node:assert/strict';
import type { Tree } from '../../src/storage/store.ts';
import { type Bench, at, sha256, read } from './harness.ts';

/**
 * What holds whenever nobody writes: the ledger counts what is there, what is reserved is what
 * unfinished uploads have stored, no staged file is without a record, and recorded digests are
 * those of the files.
 */
export async function checkBooks(
  bench: Pick<Bench, 'vault' | 'home' | 'database'>,
  tree?: Tree,
): Promise<void> {
  const { found, recorded } = await bench.vault.audit(1, false);
  assert.deepEqual(recorded, found, 'the ledger has drifted');
  const rows = await bench.vault.uploads();
  const segments = await bench.database.query.selectFrom('segments').selectAll().execute();
  const storedOf = ({ id, offset, base_bytes }: (typeof rows)[number]) =>
    segments
      .filter((one) => one.upload_id === id)
      .reduce((sum, one) => sum + one.offset - one.start, offset - base_bytes);
  const stored = rows.reduce((sum, row) => sum + storedOf(row), 0);
  const [ledger] = await bench.database.query.selectFrom('homes').selectAll().execute();
  assert.equal(ledger?.reserved_bytes, stored, 'what is reserved is not what is stored');
  for (const row of rows) {
    assert.equal(row.reserved_bytes, storedOf(row), 'one upload has reserved more');
    assert.equal(row.holder, null, 'an upload is held by nobody who is there');
  }
  for (const { holder } of segments) assert.equal(holder, null, 'nobody there sends a segment');
  assert.deepEqual(await bench.database.query.selectFrom('journal').selectAll().execute(), []);
  assert.deepEqual(await bench.database.query.selectFrom('name_locks').selectAll().execute(), []);
  if (tree) await checkStaged(bench, tree);
  for await (const slice of bench.home.list(at('/'))) {
    for (const { name, kind, partial } of slice) {
      if (kind !== 'file' || partial) continue;
      const digest = await bench.home.digest(at(`/${name}`), 'sha-256', undefined, undefined);
      assert.equal(digest.hex, sha256(Buffer.from(await read(bench.home, `/${name}`), 'latin1')));
    }
  }
}

/** Every staged file has its record, and every record its staged file. */
export async function checkStaged({ vault }: Pick<Bench, 'vault'>, tree: Tree): Promise<void> {
  const known = (await vault.uploads()).map((row) => row.id);
  assert.deepEqual((await tree.listStaged()).toSorted(), known.toSorted());
}

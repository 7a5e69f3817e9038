import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ConnectionPool } from '../../../src/client/pool.ts';
import { Bundling } from '../../../src/client/transfer/bundling.ts';
import { type Case, NEVER, noise, type Subject } from './subject.ts';

const COUNT = 40;
/** Whole seconds: that is what most servers keep. */
const TIME = 1_600_000_000_000;

/** Empty ones, small ones, and one that is as large as they may be. */
const CONTENTS = new Map(
  Array.from({ length: COUNT }, (_, index) => [
    `file ${index} ü`,
    noise(index === 1 ? 65_536 : index * 37),
  ]),
);

/** After a listing, as every command with many files begins. */
async function bundling(subject: Subject) {
  const pool = new ConnectionPool(subject.remote, { size: 2 });
  await using lease = await pool.lease(NEVER);
  await lease.connection.list(subject.folder, NEVER);
  const isInOneGo = lease.connection.bundles !== undefined;
  return { pool, isInOneGo, bundling: new Bundling(pool, 2) };
}

export const MANY_CASES: readonly Case[] = [
  [
    'many small files are stored in one go, each whole, proven and with its time',
    async (subject) => {
      const { pool, isInOneGo, bundling: many } = await bundling(subject);
      await using _ = pool;
      assert.equal(isInOneGo, subject.site.options.security === 'none' || !subject.isForeign);
      if (!isInOneGo) return;
      const proof = subject.facts.digests[0]
        ? { kind: 'digest', algorithm: subject.facts.digests[0] }
        : { kind: 'size' };
      const stored = [...CONTENTS].map(([name, bytes]) => {
        const path = subject.at(name);
        const file = { path, bytes, modified: TIME, isNew: true, proving: 'best' } as const;
        return many.store(file, NEVER);
      });
      const proofs = (await Promise.all(stored)).map((one) => one?.proof);
      // ProFTPD tells no digest of nothing.
      assert.ok(proofs[0]);
      for (const one of proofs.slice(1)) assert.deepEqual(one, proof);
      assert.deepEqual(await subject.names(), [...CONTENTS.keys()].toSorted());
      for (const [name, bytes] of CONTENTS) {
        assert.ok(subject.get(name).equals(bytes), name);
        assert.equal(statSync(join(subject.disk, name)).mtimeMs, TIME, name);
      }
    },
  ],
  [
    'many small files are fetched in one go, each whole, proven and with its time',
    async (subject) => {
      for (const [name, bytes] of CONTENTS) subject.put(name, bytes);
      const { pool, isInOneGo, bundling: many } = await bundling(subject);
      await using _ = pool;
      if (!isInOneGo) return;
      const entries = await subject.connection.list(subject.folder, NEVER);
      const fetched = entries.map(async ({ name, size = 0, modified }) => {
        const path = subject.at(name);
        const file = await many.fetch({ path, size, modified, proving: 'best' }, NEVER);
        assert.ok(file && CONTENTS.get(name)?.equals(file.bytes), name);
        const { mtimeMs } = statSync(join(subject.disk, name));
        assert.ok(Math.abs((file.modified ?? 0) - mtimeMs) < 1000, name);
        if (size > 0) assert.equal(file.digest?.algorithm, subject.facts.digests[0], name);
      });
      await Promise.all(fetched);
      assert.equal(fetched.length, COUNT);
    },
  ],
  [
    'one of many that is refused, or is not as it was listed, is told so, and the others come',
    async (subject) => {
      const { pool, isInOneGo, bundling: many } = await bundling(subject);
      await using _ = pool;
      if (!isInOneGo) return;
      subject.put('here', 'content');
      const fetch = (name: string, size: number) =>
        many.fetch({ path: subject.at(name), size, modified: TIME, proving: 'best' }, NEVER);
      const [missing, longer, here, shorter] = await Promise.all([
        fetch('missing', 7),
        fetch('here', 6),
        fetch('here', 7),
        fetch('here', 8),
      ]);
      assert.deepEqual([missing, longer, shorter], [undefined, undefined, undefined]);
      assert.equal(String(here?.bytes), 'content');
      const store = (name: string) => {
        const path = subject.at(name);
        const bytes = Buffer.from('content');
        return many.store({ path, bytes, modified: TIME, isNew: true, proving: 'size' }, NEVER);
      };
      const [nowhere, there] = await Promise.all([store('no/such/folder'), store('there')]);
      assert.equal(nowhere, undefined);
      assert.ok(there);
      assert.equal(String(subject.get('there')), 'content');
    },
  ],
];

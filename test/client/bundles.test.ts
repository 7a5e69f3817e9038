import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parsePath } from '../../src/base/path.ts';
import { ConnectionPool } from '../../src/client/pool.ts';
import type { FetchedFile } from '../../src/client/remote.ts';
import { FtpRemote } from '../../src/client/remotes/ftp/ftp-remote.ts';
import { transferAll } from '../../src/client/transfer/batch.ts';
import { Bundling } from '../../src/client/transfer/bundling.ts';
import { download } from '../../src/client/transfer/download/download.ts';
import { upload } from '../../src/client/transfer/upload/upload.ts';
import { PASSWORD, startLive } from '../ftp/live.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { NEVER } from './remote/subject.ts';

const TIME = 1_700_000_000_000;
const NAMES = Array.from({ length: 40 }, (_, index) => `file "${index}" ü`);

async function scene() {
  const live = await startLive();
  const folder = await temporaryFolder();
  const remote = new FtpRemote({ ...live.server.ftp, user: 'anna', password: PASSWORD });
  const pool = new ConnectionPool(remote, { size: 2 });
  await mkdir(live.home('anna'), { recursive: true });
  return {
    live,
    pool,
    local: (name: string) => join(folder.path, name),
    disk: (name: string) => join(live.home('anna'), name),
    [Symbol.asyncDispose]: async () => {
      await pool[Symbol.asyncDispose]();
      await live[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('small files go and come together, each proven and with its time', async () => {
  await using here = await scene();
  const { pool, local, disk } = here;
  const bundling = new Bundling(pool, 2);
  for (const name of NAMES) {
    await writeFile(local(name), `content of ${name}`);
    await utimes(local(name), TIME / 1000, TIME / 1000);
  }
  // What is there is replaced.
  await writeFile(disk(NAMES[0] ?? ''), 'old');
  const up = NAMES.map((name) =>
    upload(pool, local(name), parsePath(`/${name}`), { bundling, signal: NEVER }),
  );
  for (const { proof, attempts } of await Promise.all(up)) {
    assert.deepEqual([proof, attempts], [{ kind: 'digest', algorithm: 'sha-256' }, 1]);
  }
  for (const name of NAMES) {
    assert.equal(await readFile(disk(name), 'utf8'), `content of ${name}`);
    assert.equal((await stat(disk(name))).mtimeMs, TIME);
  }
  await mkdir(local('back'));
  const down = NAMES.map(async (name) => {
    const { size } = await stat(disk(name));
    const listed = { size, modified: TIME };
    const target = local(`back/${name}`);
    return download(pool, parsePath(`/${name}`), target, { bundling, listed, signal: NEVER });
  });
  for (const { proof } of await Promise.all(down)) assert.equal(proof.kind, 'digest');
  for (const name of NAMES) {
    assert.equal(await readFile(local(`back/${name}`), 'utf8'), `content of ${name}`);
    assert.equal((await stat(local(`back/${name}`))).mtimeMs, TIME);
  }
});

test('one that cannot go along goes alone, and is told of by itself', async () => {
  await using here = await scene();
  const { pool, local, disk } = here;
  const bundling = new Bundling(pool, 2);
  await mkdir(disk('a'));
  for (const name of ['a', 'b']) await writeFile(local(name), name);
  const [a, b] = await Promise.allSettled(
    ['a', 'b'].map((name) => upload(pool, local(name), parsePath(`/${name}`), { bundling })),
  );
  assert.equal(a?.status, 'rejected');
  assert.equal(b?.status, 'fulfilled');
  assert.equal(await readFile(disk('b'), 'utf8'), 'b');
});

test('what comes in a bundle is believed only with its digest', async () => {
  await using here = await scene();
  const { pool, disk } = here;
  await writeFile(disk('a'), 'content');
  await using lease = await pool.lease(NEVER);
  const hex = createHash('sha256').update('content').digest('hex');
  const digests: (string | undefined)[] = [];
  const wanted = ['/a', '/missing'].map((name) => ({
    item: { path: parsePath(name), size: 7, modified: TIME, proving: 'best' as const },
    settle: (file?: FetchedFile) => void digests.push(file?.digest?.hex),
  }));
  await lease.connection.bundles?.fetch((most) => wanted.splice(0, most), NEVER);
  assert.deepEqual(digests, [hex, undefined]);
});

test('many files that are sent again are found there, and the others go in bundles', async () => {
  await using here = await scene();
  const { pool, local, disk } = here;
  const items = NAMES.map((name) => ({
    kind: 'upload' as const,
    source: local(name),
    path: parsePath(`/${name}`),
  }));
  for (const name of NAMES) await writeFile(local(name), `content of ${name}`);
  await transferAll(pool, items.slice(0, 30), { parallel: 2 });
  await writeFile(local(NAMES[0] ?? ''), 'longer than it was before, and other');
  const results = await transferAll(pool, items, { parallel: 2 });
  const sent = results.filter((one) => 'outcome' in one && !one.outcome.wasThere);
  assert.deepEqual(
    sent.map(({ item }) => item),
    [items[0], ...items.slice(30)],
  );
  for (const name of NAMES) {
    assert.deepEqual(await readFile(disk(name)), await readFile(local(name)));
  }
});

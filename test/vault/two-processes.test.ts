import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { Failure } from '../../src/base/failure.ts';
import { silentLog } from '../../src/base/log.ts';
import { ProcessLocks } from '../../src/database/sqlite/process-locks.ts';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import { LocalStore } from '../../src/storage/local/local-store.ts';
import type { Home } from '../../src/vault/home.ts';
import { Vault } from '../../src/vault/vault.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { CHECKPOINT_BYTES, at, begin, put, read, sha256 } from './harness.ts';

/** What one of several processes on one data folder has. */
interface Process extends AsyncDisposable {
  readonly home: Home;
  readonly vault: Vault;
  readonly database: Sqlite;
  /** Lets the others see it as one that was killed; what it has open stays as it is. */
  die(): void;
}

async function startProcess(folder: string): Promise<Process> {
  const database = await Sqlite.open(join(folder, 'carryon.sqlite'));
  if (!(await database.query.selectFrom('homes').select('id').executeTakeFirst())) {
    const limits = { quota_bytes: null, quota_files: null, max_file_bytes: null };
    await database.write((write) =>
      write
        .insertInto('homes')
        .values({ location: join(folder, 'home'), ...limits })
        .execute(),
    );
  }
  const presence = new ProcessLocks(join(folder, 'processes'));
  const vault = await Vault.open({
    database,
    store: new LocalStore({ staging: join(folder, 'staging') }),
    clock: systemClock,
    log: silentLog,
    presence,
    serves: true,
    options: { checkpointBytes: CHECKPOINT_BYTES, wholeBytes: 0 },
  });
  let isDead = false;
  const die = () => {
    if (!isDead) presence[Symbol.dispose]();
    isDead = true;
  };
  return {
    vault,
    database,
    home: await vault.home(1),
    die,
    [Symbol.asyncDispose]: async () => {
      await vault[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      die();
    },
  };
}

describe('two processes on one data folder', () => {
  it('let a newer session in one take over from an older one in the other', async () => {
    await using folder = await temporaryFolder();
    await using one = await startProcess(folder.path);
    await using two = await startProcess(folder.path);
    const older = await begin(one.home, '/a');
    await older.write([Buffer.from('first ')]);
    const newer = await begin(two.home, '/a', { kind: 'append' });
    assert.equal(newer.start, 6);
    await newer.write([Buffer.from('second')]);
    await assert.rejects(async () => older.write([Buffer.from('LATE')]), { code: 'locked' });
    await newer.complete();
    assert.equal(await read(one.home, '/a'), 'first second');
  });

  it('mend what the other was doing when it died, and go on from there', async () => {
    await using folder = await temporaryFolder();
    await using one = await startProcess(folder.path);
    await using two = await startProcess(folder.path);
    const older = await begin(one.home, '/a');
    await older.write([Buffer.alloc(2 * CHECKPOINT_BYTES, 'x')]);
    await waitFor(
      async () => (await one.home.stat(at('/a')).catch(() => undefined))?.size === 1999,
    );
    one.die();
    const newer = await begin(two.home, '/a', { kind: 'resume', offset: 2000 });
    await newer.write([Buffer.from('end')]);
    await newer.complete();
    assert.equal(await read(two.home, '/a'), `${'x'.repeat(2000)}end`);
    const { found, recorded } = await two.vault.audit(1, false);
    assert.deepEqual(recorded, found);
  });

  it('never store more than the quota together', async () => {
    await using folder = await temporaryFolder();
    await using one = await startProcess(folder.path);
    await using two = await startProcess(folder.path);
    await one.database.write((write) =>
      write.updateTable('homes').set({ quota_bytes: 10_000 }).execute(),
    );
    const ends = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => {
        const { home } = index % 2 === 0 ? one : two;
        return put(home, `/file-${index}`, Buffer.alloc(2000, String(index)));
      }),
    );
    const refused = ends.filter((end) => end.status === 'rejected');
    assert.equal(refused.length, 3, 'five of eight fit');
    for (const { reason } of refused) {
      assert.ok(reason instanceof Failure);
      assert.equal(reason.code, 'quota-exceeded');
    }
  });

  it('take one upload in segments together, and from each other', async () => {
    await using folder = await temporaryFolder();
    await using one = await startProcess(folder.path);
    await using two = await startProcess(folder.path);
    const content = Buffer.from('0123456789'.repeat(400));
    const digest = { algorithm: 'sha-256', hex: sha256(content) } as const;
    const promise = { length: content.length, digest };
    const missing = async ({ home }: Process) =>
      home.missing(at('/a'), promise, undefined, 'test', () => {});
    const sender = async (process: Process, start: number, end: number) => {
      const { uploadId = '' } = await missing(process);
      return process.home.segment(uploadId, at('/a'), { start, end }, 'test');
    };
    const first = await sender(one, 0, 1500);
    const second = await sender(two, 1500, 3000);
    await first.write([content.subarray(0, 1500)]);
    await second.write([content.subarray(1500, 2000)]);
    // What hangs in one is taken over by the other, which leaves alone what it does not want.
    const last = await sender(one, 3000, 4000);
    await last.write([content.subarray(3000, 3100)]);
    const newer = await sender(one, 2000, 3000);
    await newer.write([content.subarray(2000, 3000)]);
    await assert.rejects(async () => second.write([content.subarray(2000)]), { code: 'locked' });
    await first.complete();
    await newer.complete();
    await last.write([content.subarray(3100, 3900)]);
    await last.flush();
    one.die();
    const ending = await sender(two, 3900, 4000);
    await ending.write([content.subarray(3900)]);
    await ending.complete();
    assert.deepEqual((await missing(two)).ranges, []);
    assert.equal(await read(two.home, '/a'), content.toString());
    const { found, recorded } = await two.vault.audit(1, false);
    assert.deepEqual(recorded, found);
  });

  it('let one stream take the place of all that is sent in segments', async () => {
    await using folder = await temporaryFolder();
    await using one = await startProcess(folder.path);
    await using two = await startProcess(folder.path);
    const digest = { algorithm: 'sha-256', hex: sha256('first second') } as const;
    const promise = { length: 12, digest };
    const { uploadId = '' } = await one.home.missing(at('/a'), promise, undefined, 'x', () => {});
    const segment = one.home.segment(uploadId, at('/a'), { start: 0, end: 8 }, 'test');
    await segment.write([Buffer.from('first ')]);
    await segment.flush();
    const writer = await begin(two.home, '/a', { kind: 'resume', offset: 6 });
    await assert.rejects(async () => segment.write([Buffer.from('se')]), { code: 'locked' });
    await writer.write([Buffer.from('second')]);
    await writer.complete();
    assert.equal(await read(one.home, '/a'), 'first second');
  });

  it('change one name one after the other, however it is spelled, and agree about what is there', async () => {
    await using folder = await temporaryFolder();
    await using one = await startProcess(folder.path);
    await using two = await startProcess(folder.path);
    for (let round = 0; round < 20; round += 1) {
      const [name, same] = round % 2 === 0 ? ['/a', '/a'] : ['/caf\u00e9', '/cafe\u0301'];
      await Promise.allSettled([
        put(one.home, name, 'x'.repeat(100 + round)),
        put(two.home, same, 'y'.repeat(200 + round)),
        one.home.removeFile(at(same)),
        two.home.move(at(name), at('/b'), () => {}),
      ]);
    }
    const { found, recorded } = await one.vault.audit(1, false);
    assert.deepEqual(recorded, found);
  });
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if (await condition()) return;
    await systemClock.sleep(10);
  }
  assert.fail('it did not come to that');
}

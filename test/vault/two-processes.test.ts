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
import { CHECKPOINT_BYTES, at, begin, put, read } from './harness.ts';

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

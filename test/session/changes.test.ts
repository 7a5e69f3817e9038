import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Accounts } from '../../src/accounts/accounts.ts';
import { HandClock } from '../../src/accounts/hand-clock.ts';
import { Failure } from '../../src/base/failure.ts';
import { parsePath } from '../../src/base/path.ts';
import { silentLog } from '../../src/base/log.ts';
import { ALL_PERMISSIONS } from '../../src/base/permission.ts';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import { EventSource } from '../../src/base/events.ts';
import { Bandwidth } from '../../src/session/bandwidth.ts';
import { HomeSession } from '../../src/session/home-session.ts';
import { ALONE } from '../../src/base/siblings.ts';
import { Visits } from '../../src/session/visits.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import { openBench } from '../vault/harness.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { openReception, reasonOf, type TestReception, UNLIMITED, until } from './reception.ts';

const at = parsePath;

/** What an operator can do so that a session has to end. */
const ENDS: Readonly<Record<string, (reception: TestReception) => Promise<unknown>>> = {
  'has been disabled': ({ accounts }) => accounts.set('ann', { enabled: false }),
  'has been removed': ({ accounts }) => accounts.remove('ann'),
  'has a new password': ({ accounts, clock }) => {
    clock.advance(1);
    return accounts.setPassword('ann', 'stored');
  },
  'has been given a date that is past': ({ accounts, clock }) =>
    accounts.set('ann', { expiresAt: clock.now() - 1 }),
  'may only come from elsewhere': ({ accounts }) =>
    accounts.set('ann', { networks: ['198.51.100.0/24'] }),
  'has come to its date': async ({ clock }) => clock.advance(60_000),
};

suite('a session whose account is changed', () => {
  for (const [what, happens] of Object.entries(ENDS)) {
    test(`is ended when the account ${what}, and no other`, async () => {
      await using reception = await openReception();
      await reception.add('ann', { expiresAt: reception.clock.now() + 60_000 });
      await reception.add('bob');
      const sessions = [await reception.enter('ann'), await reception.enter('ann')];
      const other = await reception.enter('bob');
      await happens(reception);
      for (const { signal } of sessions) {
        const reason = await reasonOf(signal);
        assert.ok(reason instanceof Failure, String(reason));
        assert.equal(reason.code, 'forbidden');
      }
      assert.equal(other.signal.aborted, false);
    });

    test(`stops its upload when the account ${what}`, async () => {
      await using reception = await openReception();
      await reception.add('ann', { expiresAt: reception.clock.now() + 60_000 });
      const session = await reception.enter('ann');
      const upload = await session.upload(at('/a'), { kind: 'replace' });
      await upload.write([Buffer.from('content')]);
      await happens(reception);
      const reason = await reasonOf(upload.signal);
      assert.ok(reason instanceof Failure, String(reason));
      assert.equal(reason.code, 'forbidden');
      await assert.rejects(upload.complete(), { name: 'Failure' });
    });
  }

  test('has the permissions that the account has now', async () => {
    await using reception = await openReception();
    await reception.add('ann', { permissions: ['list'] });
    const session = await reception.enter('ann');
    await assert.rejects(session.makeFolder(at('/new')), { code: 'forbidden' });
    await reception.accounts.set('ann', { permissions: ALL_PERMISSIONS });
    await until(() => session.may('make-folder'));
    await session.makeFolder(at('/new'));
    await reception.accounts.set('ann', { permissions: ['list'] });
    await until(() => !session.may('make-folder'));
    await assert.rejects(session.makeFolder(at('/other')), { code: 'forbidden' });
    assert.equal(session.signal.aborted, false);
  });

  test('publishes unconfirmed uploads or holds them, as the account says now', async () => {
    await using reception = await openReception();
    await reception.add('ann');
    const session = await reception.enter('ann');
    assert.equal(session.publishesUnconfirmed, false);
    await reception.accounts.set('ann', { unconfirmed: 'publish' });
    await until(() => session.publishesUnconfirmed);
  });

  test('is bound to the quota that the account has now', async () => {
    await using reception = await openReception();
    await reception.add('ann');
    const session = await reception.enter('ann');
    await reception.accounts.set('ann', { quotaBytes: 10, quotaFiles: 0, maxFileBytes: 5 });
    assert.deepEqual(await session.quota(), {
      bytes: { used: 0, limit: 10 },
      files: { used: 0, limit: 0 },
      maxFileBytes: 5,
    });
    await assert.rejects(session.upload(at('/a'), { kind: 'replace' }, { length: 1 }), {
      code: 'quota-exceeded',
    });
    await reception.accounts.set('ann', { quotaBytes: null, quotaFiles: null, maxFileBytes: null });
    assert.equal((await session.quota()).bytes.limit, undefined);
  });

  test('can do nothing any more once it has been ended', async () => {
    await using reception = await openReception();
    await reception.add('ann', { permissions: ALL_PERMISSIONS });
    const session = await reception.enter('ann');
    await session.makeFolder(at('/there'));
    await reception.accounts.remove('ann');
    await reasonOf(session.signal);
    for (const attempt of [
      () => session.stat(at('/there')),
      () => session.makeFolder(at('/new')),
      () => session.removeFolder(at('/there')),
      () => session.removeTree(at('/there')),
      () => session.move(at('/there'), at('/new')),
      () => session.setModified(at('/there'), 0),
      () => session.upload(at('/a'), { kind: 'replace' }),
      () => session.expect(at('/a'), { length: 0, digest: { algorithm: 'sha-256', hex: '' } }),
    ]) {
      await assert.rejects(async () => attempt(), {
        code: 'forbidden',
        message: 'This account is not active any more',
      });
    }
  });

  test('leaves nothing behind when it is left, and says so', async () => {
    await using reception = await openReception();
    await reception.add('ann');
    const session = await reception.enter('ann');
    await session[Symbol.asyncDispose]();
    const reason = session.signal.reason;
    assert.ok(reason instanceof Failure);
    assert.equal(reason.code, 'interrupted');
  });

  test('hears of what another process has changed', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'accounts.sqlite');
    await using here = await Sqlite.open(file);
    await using there = await Sqlite.open(file);
    const clock = new HandClock();
    const accounts = new Accounts(here, clock);
    const elsewhere = new Accounts(there, clock);
    const account = await accounts.add('ann', 'stored');
    await using bench = await openBench(new MemoryStore());
    using visits = new Visits(accounts, clock, silentLog, ALONE);
    const session = new HomeSession(
      {
        id: '1',
        visitor: { protocol: 'test', address: '192.0.2.7' },
        home: bench.home,
        transfers: new EventSource((error) => assert.ifError(error)),
        bandwidth: new Bandwidth(UNLIMITED, clock).enter(account.id, account.rates),
        clock,
        log: silentLog,
      },
      account,
      () => {},
    );
    visits.add(session);
    await elsewhere.set('ann', { permissions: ['delete-tree'] });
    await until(() => session.may('delete-tree'));
    await elsewhere.remove('ann');
    const reason = await reasonOf(session.signal);
    assert.ok(reason instanceof Failure);
    assert.equal(reason.code, 'forbidden');
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Failure } from '../../src/base/failure.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import {
  PASSWORD,
  type TestReception,
  VISITOR,
  countHashes,
  openReception,
  reasonOf,
  until,
} from './reception.ts';

/** A hash by md5-crypt of the password that everybody here has. */
const IMPORTED = '$1$saltsalt$NuzA7WTAelpl95xgBGWN60';

/** Ways not to get in, each by name and password. */
const WRONG = [
  ['an unknown name', 'nobody', PASSWORD],
  ['a wrong password', 'ann', 'wrong'],
  ['an empty password', 'ann', ''],
  ['a disabled account', 'disabled', PASSWORD],
  ['an expired account', 'expired', PASSWORD],
] as const;

async function withAccounts(): Promise<TestReception> {
  const reception = await openReception();
  await reception.add('ann');
  await reception.add('disabled', { enabled: false });
  await reception.add('expired', { expiresAt: reception.clock.now() });
  return reception;
}

const failure = async (doing: Promise<unknown>): Promise<Failure> => {
  try {
    await doing;
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error;
  }
  return assert.fail('did not fail');
};

suite('logging in', () => {
  test('the right name and password open a session of that account', async () => {
    await using reception = await openReception();
    await reception.add('ann', { unconfirmed: 'publish' });
    await using session = await reception.enter('ann');
    assert.equal(session.accountName, 'ann');
    assert.deepEqual(session.visitor, VISITOR);
    assert.equal(session.publishesUnconfirmed, true);
    assert.equal(session.signal.aborted, false);
    await using other = await reception.enter('ann');
    assert.notEqual(other.id, session.id);
  });

  for (const [what, name, password] of WRONG) {
    test(`${what} is refused like everything else that is wrong`, async () => {
      await using reception = await withAccounts();
      const { code, message, retry } = await failure(reception.desk.login(name, password, VISITOR));
      assert.deepEqual([code, retry], ['forbidden', 'never']);
      assert.equal(message, 'The name or the password is not right');
    });

    test(`${what} costs one argon2id, as what is right does`, async () => {
      await using reception = await withAccounts();
      const right = await countHashes(() => reception.enter('ann'));
      const wrong = await countHashes(() => failure(reception.desk.login(name, password, VISITOR)));
      assert.deepEqual([right, wrong], [1, 1]);
    });
  }

  test('an account is usable until the moment it expires', async () => {
    await using reception = await openReception();
    await reception.add('ann', { expiresAt: reception.clock.now() + 1000 });
    reception.clock.advance(999);
    await using session = await reception.enter('ann');
    assert.equal(session.signal.aborted, false);
    reception.clock.advance(1);
    assert.equal((await failure(reception.enter('ann'))).code, 'forbidden');
  });

  test('an account lets nobody in from elsewhere than it says, and says so like for a wrong password', async () => {
    await using reception = await openReception();
    await reception.add('ann', { networks: ['192.0.2.0/24', '2001:db8:1::/48'] });
    for (const address of ['192.0.2.9', '2001:db8:1:5::1']) {
      await using session = await reception.desk.login('ann', PASSWORD, { ...VISITOR, address });
      assert.equal(session.accountName, 'ann');
    }
    await assert.rejects(
      reception.desk.login('ann', PASSWORD, { ...VISITOR, address: '198.51.100.1' }),
      { code: 'forbidden', message: 'The name or the password is not right' },
    );
  });

  test('a login that was verified is remembered and hashes nothing', async () => {
    await using reception = await openReception({ cache: true });
    await reception.add('ann');
    assert.equal(await countHashes(() => reception.enter('ann')), 1);
    assert.equal(await countHashes(() => reception.enter('ann')), 0);
    const wrong = () => failure(reception.desk.login('ann', 'wrong', VISITOR));
    assert.equal(await countHashes(wrong), 1);
  });

  test('a remembered login is void as soon as the password has been changed', async () => {
    await using reception = await openReception({ cache: true });
    await reception.add('ann');
    await reception.enter('ann');
    await reception.accounts.setPassword('ann', await reception.passwords.hash('new'));
    assert.equal((await failure(reception.enter('ann'))).code, 'forbidden');
    await using session = await reception.desk.login('ann', 'new', VISITOR);
    assert.equal(session.accountName, 'ann');
  });

  test('a remembered login does not let a disabled account in', async () => {
    await using reception = await openReception({ cache: true });
    await reception.add('ann');
    await reception.enter('ann');
    await reception.accounts.set('ann', { enabled: false });
    assert.equal((await failure(reception.enter('ann'))).code, 'forbidden');
  });

  test('an imported hash is replaced by argon2id at the first login, and only then', async () => {
    await using reception = await openReception({ cache: true });
    await reception.add('ann', {}, IMPORTED);
    await failure(reception.desk.login('ann', 'wrong', VISITOR));
    assert.equal((await reception.accounts.find('ann'))?.stored, IMPORTED);
    await using session = await reception.enter('ann');
    assert.match((await reception.accounts.find('ann'))?.stored ?? '', /^\$argon2id\$/);
    assert.equal(await countHashes(() => reception.enter('ann')), 0);
    // It is the same password: nobody has to go.
    assert.equal(session.signal.aborted, false);
  });

  test('a password that was changed while an imported hash was replaced stays changed', async () => {
    await using reception = await openReception();
    const before = await reception.add('ann', {}, IMPORTED);
    await reception.accounts.setPassword('ann', 'operator');
    await reception.accounts.rehash(before, 'rehashed');
    assert.equal((await reception.accounts.find('ann'))?.stored, 'operator');
  });

  test('failures delay the next attempt, longer each time, and nothing delays the first', async () => {
    await using reception = await withAccounts();
    const { clock, desk } = reception;
    const waits: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const before = clock.monotonic();
      await failure(desk.login('ann', 'wrong', VISITOR));
      waits.push(clock.monotonic() - before);
    }
    assert.deepEqual(waits, [0, 0, 0, 500, 1000]);
    const before = clock.monotonic();
    await using session = await reception.enter('ann');
    assert.equal(clock.monotonic() - before, 2000);
    assert.equal(session.accountName, 'ann');
  });

  test('an unknown name is delayed like a known one', async () => {
    await using reception = await withAccounts();
    const { clock, desk } = reception;
    const waits: Record<string, number> = {};
    for (const [name, address] of [
      ['ann', '192.0.2.1'],
      ['nobody', '198.51.100.1'],
      ['disabled', '203.0.113.1'],
    ] as const) {
      const before = clock.monotonic();
      const visitor = { ...VISITOR, address };
      for (let attempt = 0; attempt < 4; attempt += 1) {
        await failure(desk.login(name, 'wrong', visitor));
      }
      waits[name] = clock.monotonic() - before;
    }
    assert.deepEqual(waits, { ann: 500, nobody: 500, disabled: 500 });
  });

  test('an attempt that may not even wait is refused', async () => {
    await using reception = await openReception({ maxWaitingPerAddress: 0 });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await failure(reception.desk.login('ann', 'wrong', VISITOR));
    }
    assert.equal((await failure(reception.desk.login('ann', 'wrong', VISITOR))).code, 'locked');
  });

  test('an account has as many sessions as it may have, until one of them ends', async () => {
    await using reception = await openReception({ maxSessionsPerAccount: 2 });
    await reception.add('ann');
    await reception.add('bob');
    const first = await reception.enter('ann');
    await reception.enter('ann');
    assert.equal((await failure(reception.enter('ann'))).code, 'locked');
    await reception.enter('bob');
    await first[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
    await reception.enter('ann');
    assert.equal((await failure(reception.enter('ann'))).code, 'locked');
  });

  test('logins at the same time are counted one by one', async () => {
    await using reception = await openReception({ maxSessionsPerAccount: 3 });
    await reception.add('ann');
    const ends = await Promise.allSettled(Array.from({ length: 8 }, () => reception.enter('ann')));
    assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 3);
  });

  test('closing the desk ends every session and lets nobody in', async () => {
    await using reception = await openReception();
    await reception.add('ann');
    const session = await reception.enter('ann');
    const onTheWay = failure(reception.enter('ann'));
    reception.desk.close();
    const reason = await reasonOf(session.signal);
    assert.ok(reason instanceof Failure);
    assert.equal(reason.code, 'shutting-down');
    assert.equal((await onTheWay).code, 'shutting-down');
    assert.equal((await failure(reception.enter('ann'))).code, 'shutting-down');
  });

  test('an account that is disabled while its visitor is on the way in does not stay', async () => {
    const store = new MemoryStore();
    const { promise: open, resolve: letThrough } = Promise.withResolvers<void>();
    await using reception = await openReception({
      store: {
        openTree: async (location) => {
          if (location.endsWith('ann')) await open;
          return store.openTree(location);
        },
      },
    });
    await reception.add('ann');
    await reception.add('witness');
    const witness = await reception.enter('witness');
    const entering = reception.enter('ann');
    // The password has been looked at as soon as the home is asked for.
    await reception.accounts.set('ann', { enabled: false });
    await reception.accounts.set('witness', { permissions: [] });
    // Now that this was seen, the change before it will not be news again.
    await until(() => !witness.may('list'));
    letThrough();
    const outcome = await entering.then(
      (session) => reasonOf(session.signal),
      (error: unknown) => error,
    );
    assert.ok(outcome instanceof Failure, String(outcome));
    assert.equal(outcome.code, 'forbidden');
  });
});

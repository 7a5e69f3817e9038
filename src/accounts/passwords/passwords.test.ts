import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { MAX_PASSWORD_BYTES, Passwords } from './passwords.ts';

/** As cheap as argon2id gets. */
const CHEAP = { memoryKiB: 8, passes: 1 };
const BCRYPT = '$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e';
const MD5_CRYPT = '$1$saltsalt$NuzA7WTAelpl95xgBGWN60';
const MD5 = '3cb4e732631f47e6eb961f34554b7cde';
const OTHER_COST =
  '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
const TOO_DEAR = BCRYPT.replace('$04$', '$31$');

/** Counts the argon2 runs and the threads that Node itself sees begin during `work`. */
async function countWork(
  work: () => Promise<unknown>,
): Promise<{ argon2: number; threads: number }> {
  const found = { argon2: 0, threads: 0 };
  const hook = createHook({
    init(_id, type) {
      if (type === 'ARGON2REQUEST') found.argon2 += 1;
      if (type === 'WORKER') found.threads += 1;
    },
  }).enable();
  try {
    await work();
  } finally {
    hook.disable();
  }
  return found;
}

/** How often the event loop turns during `work`. */
async function countTurns(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await work();
  isOver = true;
  return turns;
}

suite('passwords', () => {
  test('what was hashed is verified, current, and salted anew each time', async () => {
    await using passwords = new Passwords(CHEAP);
    const letter = fc.constantFrom('a', ' ', '$', '\0', 'ä', '\udc80', '💾');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: letter, maxLength: 100 }), async (password) => {
        const stored = await passwords.hash(password);
        assert.match(stored, /^\$argon2id\$v=19\$m=8,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
        assert.notEqual(stored, await passwords.hash(password));
        assert.deepEqual(await passwords.verify(password, stored), { ok: true, outdated: false });
        assert.deepEqual(await passwords.verify(`${password} `, stored), {
          ok: false,
          outdated: false,
        });
      }),
      { numRuns: 25 },
    );
  });

  test('the default cost is the one that is documented', async () => {
    await using passwords = new Passwords();
    assert.match(await passwords.hash('x'), /^\$argon2id\$v=19\$m=47104,t=1,p=1\$/);
  });

  for (const [name, password, stored] of [
    ['bcrypt', 'correct horse', BCRYPT],
    ['md5-crypt', 'correct horse', MD5_CRYPT],
    ['md5', 'correct horse', MD5],
    ['argon2id at another cost', 'password', OTHER_COST],
  ] as const) {
    test(`an imported ${name} is verified and outdated, but only for the right password`, async () => {
      await using passwords = new Passwords(CHEAP);
      assert.deepEqual(await passwords.verify(password, stored), { ok: true, outdated: true });
      assert.deepEqual(await passwords.verify('wrong', stored), { ok: false, outdated: false });
    });
  }

  for (const [name, stored, argon2] of [
    ['an unknown account', undefined, 1],
    ['a locked account', '!', 1],
    ['a stored string that costs too much', TOO_DEAR, 1],
    ['an imported hash', MD5, 1],
    // Its own, and ours, since its own says by its time that it is not of our making.
    ['argon2id at another cost', OTHER_COST, 2],
  ] as const) {
    test(`${name} costs an argon2id as any other does`, async () => {
      await using passwords = new Passwords(CHEAP);
      const current = await passwords.hash('right');
      const real = await countWork(() => passwords.verify('wrong', current));
      assert.deepEqual(real, { argon2: 1, threads: 0 });
      const verify = () => passwords.verify('wrong', stored);
      assert.equal((await countWork(verify)).argon2, argon2);
      assert.deepEqual(await verify(), { ok: false, outdated: false });
    });
  }

  test('a password that is too long is refused when made and a no when given', async () => {
    await using passwords = new Passwords(CHEAP);
    const longest = 'ä'.repeat(MAX_PASSWORD_BYTES / 2);
    const stored = await passwords.hash(longest);
    assert.equal((await passwords.verify(longest, stored)).ok, true);
    await assert.rejects(passwords.hash(`${longest}.`), { code: 'forbidden' });
    const verify = () => passwords.verify(`${longest}.`, MD5);
    assert.deepEqual(await verify(), { ok: false, outdated: false });
    assert.deepEqual(await countWork(verify), { argon2: 1, threads: 0 });
  });

  test('one thread is started for all imported hashes, and none before the first', async () => {
    await using passwords = new Passwords(CHEAP);
    const none = await countWork(async () => {
      await passwords.verify('x', await passwords.hash('x'));
      await passwords.verify('x', undefined);
    });
    assert.equal(none.threads, 0);
    const one = await countWork(() =>
      Promise.all([BCRYPT, MD5_CRYPT, MD5, BCRYPT].map((stored) => passwords.verify('x', stored))),
    );
    assert.equal(one.threads, 1);
  });

  test('the event loop turns all the time while dear imported hashes are verified', async () => {
    await using passwords = new Passwords(CHEAP);
    const dear =
      '$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0';
    const verifyFour = (stored: string | undefined) =>
      countTurns(() => Promise.all([1, 2, 3, 4].map(() => passwords.verify('x', stored))));
    await verifyFour(MD5); // The thread is there now, and its start is not counted.
    const unknown = await verifyFour(undefined);
    const imported = await verifyFour(dear);
    // A hash computed on the loop would stop it, and leave the turns of the argon2id beside it.
    assert.ok(imported > 3 * unknown, `${imported} turns, ${unknown} for unknown accounts`);
  });

  test('at most the given number are computed at once', async () => {
    await using passwords = new Passwords({ ...CHEAP, concurrency: 3 });
    let running = 0;
    let most = 0;
    const requests = new Set<number>();
    const hook = createHook({
      init(id, type) {
        if (type !== 'ARGON2REQUEST') return;
        requests.add(id);
        running += 1;
        most = Math.max(most, running);
      },
      before(id) {
        if (requests.has(id)) running -= 1;
      },
    }).enable();
    await Promise.all(Array.from({ length: 20 }, () => passwords.hash('x')));
    hook.disable();
    assert.equal(requests.size, 20);
    assert.equal(most, 3);
  });

  test('beyond the queue an attempt is refused, and an aborted one leaves it', async () => {
    await using passwords = new Passwords({ ...CHEAP, concurrency: 1, maxWaiting: 1 });
    const first = passwords.hash('x');
    const abort = new AbortController();
    const second = passwords.verify('x', undefined, abort.signal);
    await assert.rejects(passwords.verify('x', undefined), {
      code: 'locked',
      message: 'The server is busy with logins',
    });
    abort.abort(new Error('gone'));
    await assert.rejects(second, /gone/);
    const third = passwords.verify('x', undefined);
    assert.equal((await third).ok, false);
    await first;
  });

  test('when it is closed, nobody waits any longer', async () => {
    const passwords = new Passwords({ ...CHEAP, concurrency: 1 });
    const inWorker = assert.rejects(passwords.verify('x', BCRYPT.replace('$04$', '$14$')), {
      code: 'shutting-down',
    });
    const waiting = assert.rejects(passwords.hash('x'), { code: 'shutting-down' });
    await passwords[Symbol.asyncDispose]();
    await Promise.all([inWorker, waiting]);
    await assert.rejects(passwords.verify('x', MD5), { code: 'shutting-down' });
  });
});

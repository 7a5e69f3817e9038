import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandClock } from '../accounts/hand-clock.ts';
import { MiB } from '../base/size.ts';
import { persist, type Reached, type Retrying } from './retry.ts';
import { TransferFailure, type Trouble, troubled } from './transfer-failure.ts';

interface Run {
  readonly budget?: number;
  readonly random?: () => number;
  readonly signal?: AbortSignal;
}

/** Runs attempts that fail as the list says, one after the other, and then succeed. */
async function run(
  failures: readonly (Trouble | ((reached: Reached) => Trouble))[],
  { budget = 5, random = () => 1, signal = new AbortController().signal }: Run = {},
): Promise<{ waits: number[]; attempts: number; failure: unknown }> {
  const left = [...failures];
  const retries: Retrying[] = [];
  let attempts = 0;
  let failure: unknown;
  const options = {
    budget,
    random,
    signal,
    clock: new HandClock(),
    onRetry: (retrying: Retrying) => void retries.push(retrying),
  };
  try {
    await persist((reached) => {
      attempts += 1;
      const next = left.shift();
      if (next === undefined) return Promise.resolve();
      const code = typeof next === 'function' ? next(reached) : next;
      return Promise.reject(new TransferFailure(code, code));
    }, options);
  } catch (error) {
    failure = error;
  }
  return { waits: retries.map(({ wait }) => wait), attempts, failure };
}

/** An attempt that is cut when it has come so far. */
const to = (bytes: number) => (reached: Reached) => {
  reached(bytes);
  return 'connection-lost' as const;
};

test('the wait doubles up to a minute, and is a random part of that', async () => {
  const failures = Array.from({ length: 9 }, () => 'stalled' as const);
  const { waits } = await run(failures, { budget: 9 });
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  const half = await run(failures, { budget: 9, random: () => 0.5 });
  assert.deepEqual(half.waits.slice(0, 3), [500, 1000, 2000]);
});

test('what is temporary is tried again until the budget is used up', async () => {
  const enough = await run(['stalled', 'busy', 'unreachable']);
  assert.deepEqual([enough.attempts, enough.failure], [4, undefined]);
  const { failure, attempts } = await run(
    Array.from({ length: 9 }, () => 'connection-lost' as const),
  );
  assert.equal(attempts, 6);
  assert.ok(troubled(failure, 'gave-up') && troubled(failure.cause, 'connection-lost'));
});

test('only new ground fills the budget', async () => {
  const ahead = await run([to(MiB), to(2 * MiB), to(3 * MiB)], { budget: 1 });
  assert.equal(ahead.failure, undefined);
  assert.deepEqual(ahead.waits, [1000, 1000, 1000]);
  const slowly = await run([to(MiB / 2), to(MiB - 1), to(MiB)], { budget: 2 });
  assert.equal(slowly.failure, undefined);
  const again = await run([to(MiB), to(MiB), to(MiB)], { budget: 2 });
  assert.ok(troubled(again.failure, 'gave-up'));
});

test('what is permanent ends it at once, and what may change has one more chance', async () => {
  const never = await run(['refused']);
  assert.ok(never.attempts === 1 && troubled(never.failure, 'refused'));
  assert.equal((await run(['no-room'])).failure, undefined);
  const twice = await run(['no-room', 'stalled', 'no-room']);
  assert.ok(twice.attempts === 3 && troubled(twice.failure, 'no-room'));
});

test('an abort ends it whatever has been thrown', async () => {
  const abort = new AbortController();
  const { failure, attempts } = await run(
    [
      () => {
        abort.abort('enough');
        return 'stalled';
      },
    ],
    { signal: abort.signal },
  );
  assert.equal(attempts, 1);
  assert.ok(troubled(failure, 'interrupted') && failure.cause === 'enough');
});

test('an error of the system is told as one of this side, and a mistake of ours as it is', async () => {
  const options = {
    budget: 5,
    random: Math.random,
    signal: new AbortController().signal,
    clock: new HandClock(),
    onRetry: () => assert.fail('not worth it'),
  };
  const system = Object.assign(new Error('ENOSPC: no space'), { syscall: 'write' });
  await assert.rejects(
    persist(() => Promise.reject(system), options),
    { code: 'local-failed' },
  );
  await assert.rejects(
    persist(() => Promise.reject(new TypeError('a mistake')), options),
    TypeError,
  );
});

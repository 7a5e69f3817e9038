import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SteppedClock } from '../../test/support/stepped-clock.ts';
import { TokenBucket } from './token-bucket.ts';

const NEVER = new AbortController().signal;

function scene(perSecond: number | undefined) {
  const clock = new SteppedClock();
  const bucket = new TokenBucket({ perSecond, clock });
  const began = clock.monotonic();
  const granted: [string, number][] = [];
  const take = async (who: string, bytes: number, signal = NEVER): Promise<void> => {
    await bucket.take(bytes, signal);
    granted.push([who, clock.monotonic() - began]);
  };
  return { clock, bucket, granted, take };
}

describe('a token bucket', () => {
  test('lets everything pass while there is no limit', async () => {
    const { take, granted, clock } = scene(undefined);
    await take('a', 1e12);
    assert.deepEqual(granted, [['a', 0]]);
    assert.equal(clock.sleepers, 0);
  });

  test('keeps all who share it at one rate, in the order in which they asked', async () => {
    const { take, granted, clock } = scene(1000);
    // A quarter of a second goes at once.
    const all = [take('a', 250), take('b', 1000), take('c', 500), take('b', 500)];
    await clock.pass(10_000);
    await Promise.all(all);
    assert.deepEqual(granted, [
      ['a', 0],
      ['b', 1000],
      ['c', 1500],
      ['b', 2000],
    ]);
  });

  test('does not save up what was not used', async () => {
    const { take, granted, clock } = scene(1000);
    await clock.pass(60_000);
    const all = [take('a', 250), take('b', 1000)];
    await clock.pass(10_000);
    await Promise.all(all);
    assert.deepEqual(granted, [
      ['a', 60_000],
      ['b', 61_000],
    ]);
  });

  test('gives the same share to one who asks for much and to one who asks for little', async () => {
    const { clock, bucket } = scene(1024 * 1024);
    const got = { much: 0, little: 0 };
    const stop = new AbortController();
    const ask = async (who: 'much' | 'little', bytes: number): Promise<void> => {
      for (;;) {
        await bucket.take(bytes, stop.signal);
        got[who] += bytes;
      }
    };
    const both = [ask('much', 1024 * 1024), ask('little', 16 * 1024)];
    for (const one of both) one.catch(() => {});
    await clock.pass(20_250);
    stop.abort();
    assert.equal(Math.round(got.much / 1024 / 1024), 10);
    assert.equal(Math.round(got.little / 1024 / 1024), 10);
  });

  test('gives back what somebody who was interrupted would have taken', async () => {
    const { take, granted, clock } = scene(1000);
    const stop = new AbortController();
    const first = take('a', 5000, stop.signal);
    first.catch(() => {});
    stop.abort();
    await assert.rejects(first, { name: 'AbortError' });
    const second = take('b', 1250);
    await clock.pass(10_000);
    await second;
    assert.deepEqual(granted, [['b', 1000]]);
    assert.equal(clock.sleepers, 0);
    await assert.rejects(take('c', 1, AbortSignal.abort()), { name: 'AbortError' });
  });

  test('takes another rate from now on, for those who wait already, too', async () => {
    const { take, granted, clock, bucket } = scene(1000);
    const first = take('a', 1250);
    await clock.pass(500);
    bucket.perSecond = 10_000;
    const second = take('b', 10_000);
    await clock.pass(10_000);
    await Promise.all([first, second]);
    assert.deepEqual(granted, [
      ['a', 550],
      ['b', 1550],
    ]);
    const endless = take('c', 1e9);
    bucket.perSecond = undefined;
    await endless;
    assert.equal(clock.sleepers, 0);
  });

  test('lets those who come later wait for what went without asking', async () => {
    const { take, granted, clock, bucket } = scene(1000);
    bucket.spend(2250);
    assert.equal(bucket.tryTake(1), false);
    const first = take('a', 500);
    await clock.pass(10_000);
    await first;
    assert.deepEqual(granted, [['a', 2500]]);
    assert.equal(bucket.tryTake(250), true);
    assert.equal(bucket.tryTake(1), false);
  });
});

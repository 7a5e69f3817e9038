import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Pace } from './pace.ts';

describe('the pace of a disk', () => {
  let now = 0;
  const calls: string[] = [];
  const call = (pace: Pace, took: number) =>
    pace.run(
      () => {
        calls.push('at once');
        now += took;
      },
      async () => {
        calls.push('beside');
      },
    );

  it('has calls made at once while they are short, and beside the event loop after a long one', async () => {
    const pace = new Pace(false, () => now);
    for (const took of [1, 2, 50, 1, 1]) await call(pace, took);
    assert.deepEqual(calls.splice(0), ['at once', 'at once', 'at once', 'beside', 'beside']);
  });

  it('tries again when the disk has had time', async () => {
    const pace = new Pace(false, () => now);
    await call(pace, 50);
    now += 2000;
    await call(pace, 1);
    await call(pace, 1);
    assert.deepEqual(calls.splice(0), ['at once', 'at once', 'at once']);
  });

  it('takes a long call that failed for a long call', async () => {
    const pace = new Pace(false, () => now);
    assert.throws(() =>
      pace.run(
        () => {
          now += 50;
          throw new Error('no room');
        },
        async () => {},
      ),
    );
    await call(pace, 1);
    assert.deepEqual(calls.splice(0), ['beside']);
  });

  it('forgives one long call, and not two', async () => {
    const pace = new Pace(true, () => now);
    for (const took of [50, 1, 50, 1]) await call(pace, took);
    assert.deepEqual(calls.splice(0), ['at once', 'at once', 'at once', 'beside']);
    now += 2000;
    for (const took of [50, 1, 1]) await call(pace, took);
    assert.deepEqual(calls.splice(0), ['at once', 'at once', 'at once']);
    assert.equal(
      pace.atOnce(() => (now += 50)),
      now,
    );
    assert.equal(
      pace.atOnce(() => now),
      undefined,
    );
  });
});

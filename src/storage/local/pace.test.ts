import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Pace, waitedForProcessor } from './pace.ts';

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
    const pace = new Pace(undefined, () => now);
    for (const took of [1, 2, 50, 1, 1]) await call(pace, took);
    assert.deepEqual(calls.splice(0), ['at once', 'at once', 'at once', 'beside', 'beside']);
  });

  it('tries again when the disk has had time', async () => {
    const pace = new Pace(undefined, () => now);
    await call(pace, 50);
    now += 2000;
    await call(pace, 1);
    await call(pace, 1);
    assert.deepEqual(calls.splice(0), ['at once', 'at once', 'at once']);
  });

  it('gives it twice the time where the first call takes long again', async () => {
    const pace = new Pace(undefined, () => now);
    await call(pace, 50);
    now += 1500;
    await call(pace, 50);
    now += 1500;
    await call(pace, 1);
    now += 1000;
    await call(pace, 1);
    assert.deepEqual(calls.splice(0), ['at once', 'at once', 'beside', 'at once']);
  });

  it('takes a long call that failed for a long call', async () => {
    const pace = new Pace(undefined, () => now);
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

  it('suspects the disk after a long call, and believes it after another in which it had a processor', async () => {
    let waited = 0;
    const pace = new Pace(
      () => waited,
      () => now,
    );
    const busy = () =>
      pace.run(
        () => {
          now += 50;
          waited += 49;
        },
        async () => assert.fail('the processor was busy, and not the disk'),
      );
    for (let times = 0; times < 3; times += 1) await busy();
    assert.deepEqual(calls.splice(0), []);
    await call(pace, 50);
    await call(pace, 1);
    assert.deepEqual(calls.splice(0), ['at once', 'beside']);
    now += 2000;
    for (const took of [50, 1, 50, 1]) await call(pace, took);
    assert.deepEqual(calls.splice(0), ['at once', 'at once', 'at once', 'beside']);
    assert.equal(
      pace.atOnce(() => 'at once'),
      undefined,
    );
  });

  it('bears a short call that is held up now and then, and not one after the other', async () => {
    const pace = new Pace(
      () => 0,
      () => now,
    );
    for (let times = 0; times < 5; times += 1) {
      now += 300;
      await call(pace, 12);
    }
    assert.deepEqual(new Set(calls.splice(0)), new Set(['at once']));
    for (let times = 0; times < 8; times += 1) await call(pace, 12);
    assert.deepEqual(new Set(calls.splice(0)), new Set(['at once', 'beside']));
  });

  it('knows how long this thread has waited for a processor', () => {
    assert.ok(waitedForProcessor() >= 0);
  });
});

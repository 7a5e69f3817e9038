import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { HandClock } from './hand-clock.ts';
import { Tally } from './tally.ts';

suite('a tally', () => {
  test('counts by key, and what is subtracted leaves the rest with its time', () => {
    const clock = new HandClock();
    const tally = new Tally(clock, 1_000, 10);
    for (let i = 0; i < 3; i += 1) tally.add('a');
    const last = clock.monotonic();
    clock.advance(10);
    tally.subtract('a', 1);
    tally.subtract('b', 1);
    assert.deepEqual(tally.get('a'), { count: 2, last });
    assert.equal(tally.get('b').count, 0);
    tally.subtract('a', 2);
    assert.equal(tally.size, 0);
  });

  test('forgets a key when nothing has happened to it for long enough', () => {
    const clock = new HandClock();
    const tally = new Tally(clock, 1_000, 10);
    tally.add('a');
    clock.advance(999);
    tally.add('a');
    clock.advance(999);
    assert.equal(tally.get('a').count, 2);
    clock.advance(1);
    assert.equal(tally.get('a').count, 0);
    tally.add('b');
    assert.equal(tally.size, 1);
  });

  test('holds so many keys; the one that was quiet for longest goes first', () => {
    const tally = new Tally(new HandClock(), 1_000, 3);
    for (const key of ['a', 'b', 'c', 'a', 'd']) tally.add(key);
    assert.equal(tally.size, 3);
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map((key) => tally.get(key).count),
      [2, 0, 1, 1],
    );
  });

  test('never grows beyond its limit', () => {
    const tally = new Tally(new HandClock(), 1_000, 100);
    for (let i = 0; i < 10_000; i += 1) tally.add(String(i));
    assert.equal(tally.size, 100);
  });

  test('removing a key tells its count', () => {
    const tally = new Tally(new HandClock(), 1_000, 3);
    tally.add('a');
    tally.add('a');
    assert.equal(tally.remove('a'), 2);
    assert.equal(tally.remove('a'), 0);
  });
});

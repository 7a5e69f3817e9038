import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Senders } from './senders.ts';

suite('who sends several files at once', () => {
  test('is known by account and address', () => {
    const senders = new Senders();
    using ann = senders.enter('ann', '192.0.2.1', 5);
    using other = senders.enter('ann', '192.0.2.2', 7);
    using bob = senders.enter('bob', '192.0.2.1', 9);
    for (const [one, roundTripMs] of [
      [ann, 5],
      [other, 7],
      [bob, 9],
    ] as const) {
      assert.deepEqual([one.atOnce, one.roundTripMs], [1, roundTripMs]);
    }
  });

  test('keeps the most they had until none is left', () => {
    const senders = new Senders();
    const first = senders.enter('ann', '192.0.2.1', undefined);
    const second = senders.enter('ann', '192.0.2.1', undefined);
    const third = senders.enter('ann', '192.0.2.1', undefined);
    second[Symbol.dispose]();
    third[Symbol.dispose]();
    assert.equal(first.atOnce, 3);
    first[Symbol.dispose]();
    using next = senders.enter('ann', '192.0.2.1', undefined);
    assert.equal(next.atOnce, 1);
  });

  test('has come back in the shortest time that was seen', () => {
    const senders = new Senders();
    using first = senders.enter('ann', '192.0.2.1', undefined);
    assert.equal(first.roundTripMs, undefined);
    using _slow = senders.enter('ann', '192.0.2.1', 30);
    assert.equal(first.roundTripMs, 30);
    using _quick = senders.enter('ann', '192.0.2.1', 4);
    using _later = senders.enter('ann', '192.0.2.1', 8);
    assert.equal(first.roundTripMs, 4);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { setImmediate as turn } from 'node:timers/promises';
import { Turns } from './turns.ts';

suite('turns', () => {
  test('work is done one after the other, in the order in which it was given', async () => {
    const turns = new Turns();
    const order: number[] = [];
    await Promise.all(
      [3, 1, 2].map((number) =>
        turns.run(async () => {
          for (let wait = 0; wait < number; wait += 1) await turn();
          order.push(number);
        }),
      ),
    );
    assert.deepEqual(order, [3, 1, 2]);
  });

  test('work that fails says so to whoever gave it, and the next is done all the same', async () => {
    const turns = new Turns();
    const failing = turns.run(async () => {
      throw new Error('mistake');
    });
    const next = turns.run(async () => 'done');
    await assert.rejects(failing, /mistake/);
    assert.equal(await next, 'done');
  });

  test('work that may be done at once is, where nothing is before it', async () => {
    const turns = new Turns();
    assert.equal(
      turns.runSoon(() => 1),
      1,
    );
    assert.throws(
      () =>
        turns.runSoon(() => {
          throw new Error('mistake');
        }),
      /mistake/,
    );
    const order: string[] = [];
    const slow = turns.runSoon(async () => {
      await turn();
      order.push('slow');
    });
    const quick = turns.runSoon(() => void order.push('quick'));
    await Promise.all([slow, quick]);
    assert.deepEqual(order, ['slow', 'quick']);
    assert.equal(
      turns.runSoon(() => 2),
      2,
    );
  });

  test('work that throws before its first await fails in the same way', async () => {
    const turns = new Turns();
    const failing = turns.run(() => {
      throw new Error('mistake');
    });
    await assert.rejects(failing, /mistake/);
    assert.equal(await turns.run(async () => 7), 7);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import * as fc from 'fast-check';

import { Turnstile } from './turnstile.ts';

/** Work that lasts until the test says so, and who is at it. */
function crowd(turnstile: Turnstile) {
  const inside: number[] = [];
  const order: number[] = [];
  const finish = new Map<number, () => void>();
  const come = (who: number, signal?: AbortSignal) =>
    turnstile.run(async () => {
      inside.push(who);
      order.push(who);
      await new Promise<void>((resolve) => finish.set(who, resolve));
      inside.splice(inside.indexOf(who), 1);
      return who;
    }, signal);
  return { inside, order, finish, come };
}

suite('a turnstile', () => {
  test('lets in as many as it has places and the others in the order in which they came', async () => {
    const { inside, order, finish, come } = crowd(new Turnstile(2, 10));
    const all = Promise.all([0, 1, 2, 3, 4].map((who) => come(who)));
    assert.deepEqual(inside, [0, 1]);
    finish.get(1)?.();
    await turn();
    assert.deepEqual(inside, [0, 2]);
    finish.get(0)?.();
    finish.get(2)?.();
    await turn();
    assert.deepEqual(inside, [3, 4]);
    finish.get(3)?.();
    finish.get(4)?.();
    assert.deepEqual(await all, [0, 1, 2, 3, 4]);
    assert.deepEqual(order, [0, 1, 2, 3, 4]);
  });

  test('lets parties take turns, so that a crowd holds up only itself', async () => {
    const turnstile = new Turnstile(1, 10);
    const order: string[] = [];
    const come = (party: string) =>
      turnstile.run(
        async () => {
          order.push(party);
          await turn();
        },
        undefined,
        party,
      );
    await Promise.all(['a', 'a', 'a', 'a', 'b', 'c', 'b'].map((party) => come(party)));
    assert.deepEqual(order, ['a', 'a', 'b', 'c', 'a', 'b', 'a']);
  });

  test('turns away the last of the largest crowd where there is no room to wait', async () => {
    const turnstile = new Turnstile(1, 3);
    const come = (party: string) => turnstile.run(turn, undefined, party);
    const all = ['a', 'a', 'a', 'a', 'b', 'b', 'a'].map((party) => come(party));
    const settled = await Promise.allSettled(all);
    assert.deepEqual(
      settled.map(({ status }) => status === 'fulfilled'),
      // The first is inside; one of its crowd makes room for the first b, and then they are even.
      [true, true, true, false, true, false, false],
    );
  });

  test('never holds more than its places nor changes the order, however long each one stays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(3), { maxLength: 20 }),
        async (places, stays) => {
          const turnstile = new Turnstile(places, 20);
          const order: number[] = [];
          let inside = 0;
          await Promise.all(
            stays.map((turns, who) =>
              turnstile.run(async () => {
                order.push(who);
                inside += 1;
                assert.ok(inside <= places);
                for (let left = turns; left > 0; left -= 1) await turn();
                inside -= 1;
              }),
            ),
          );
          assert.deepEqual(order, [...stays.keys()]);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('turns away who comes when too many wait', async () => {
    const { finish, come } = crowd(new Turnstile(1, 2));
    const all = Promise.all([0, 1, 2].map((who) => come(who)));
    await assert.rejects(come(3), { code: 'locked', message: 'The server is busy with logins' });
    for (const who of [0, 1, 2]) {
      finish.get(who)?.();
      await turn();
    }
    assert.deepEqual(await all, [0, 1, 2]);
  });

  test('gives the place on when the work fails', async () => {
    const turnstile = new Turnstile(1, 1);
    const bad = turnstile.run(() => Promise.reject(new Error('bad')));
    const good = turnstile.run(() => Promise.resolve('good'));
    await assert.rejects(bad, /bad/);
    assert.equal(await good, 'good');
    assert.equal(await turnstile.run(() => Promise.resolve('again')), 'again');
  });

  test('whoever gives up while waiting leaves the queue and frees the room in it', async () => {
    const { order, finish, come } = crowd(new Turnstile(1, 1));
    const first = come(0);
    const abort = new AbortController();
    const second = come(1, abort.signal);
    abort.abort(new Error('gone'));
    await assert.rejects(second, /gone/);
    const third = come(2);
    finish.get(0)?.();
    await turn();
    finish.get(2)?.();
    assert.deepEqual([await first, await third], [0, 2]);
    assert.deepEqual(order, [0, 2]);
  });

  test('whoever has given up before coming is not let in, and nobody is thrown out of the work', async () => {
    const { order, finish, come } = crowd(new Turnstile(1, 1));
    await assert.rejects(come(0, AbortSignal.abort(new Error('gone'))), /gone/);
    const abort = new AbortController();
    const inside = come(1, abort.signal);
    abort.abort();
    finish.get(1)?.();
    assert.equal(await inside, 1);
    assert.deepEqual(order, [1]);
  });

  test('once closed, turns everybody away but lets the work end', async () => {
    const turnstile = new Turnstile(1, 5);
    const { finish, come } = crowd(turnstile);
    const inside = come(0);
    const waiting = assert.rejects(come(1), { code: 'shutting-down' });
    turnstile[Symbol.dispose]();
    await waiting;
    await assert.rejects(come(2), { code: 'shutting-down' });
    finish.get(0)?.();
    assert.equal(await inside, 0);
  });
});

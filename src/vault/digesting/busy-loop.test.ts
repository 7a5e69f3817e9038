import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { BusyLoop } from './busy-loop.ts';

test('a loop that has its hands full is busy, and one that waits is not', async () => {
  let isWanted = true;
  const told: boolean[] = [];
  const { promise: rested, resolve: onRest } = Promise.withResolvers<void>();
  using loop = new BusyLoop(
    () => isWanted,
    (isBusy) => {
      told.push(isBusy);
      if (!isBusy) onRest();
    },
  );
  loop.watch();
  while (told.length === 0) {
    for (const began = performance.now(); performance.now() - began < 5;);
    await turn();
  }
  const alive = setInterval(() => {}, 1000);
  await rested;
  clearInterval(alive);
  isWanted = false;
  assert.deepEqual(told, [true, false]);
});

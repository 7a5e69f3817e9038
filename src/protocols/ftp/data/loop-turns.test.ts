import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KiB, MiB } from '../../../base/size.ts';
import { LoopTurns } from './loop-turns.ts';

/** Who was served in each turn of the event loop, of transfers that want so much. */
async function served(wanted: readonly number[]): Promise<number[][]> {
  const turns = new LoopTurns();
  const told: number[][] = [];
  for (const [index, bytes] of wanted.entries()) {
    void turns.next(bytes).then(() => told.at(-1)?.push(index));
  }
  while (told.flat().length < wanted.length) {
    told.push([]);
    await new Promise(setImmediate);
  }
  return told.filter((turn) => turn.length > 0);
}

test('transfers have a turn together as long as it has room, in the order in which they came', async () => {
  assert.deepEqual(await served([MiB, MiB]), [[0], [1]]);
  assert.deepEqual(await served([512 * KiB, 4 * KiB, 512 * KiB, 4 * KiB]), [
    [0, 1],
    [2, 3],
  ]);
});

test('who wants more than a turn has one alone', async () => {
  assert.deepEqual(await served([1, 9 * MiB, 1]), [[0], [1], [2]]);
});

test('who comes while others have their turn has a later one', async () => {
  const turns = new LoopTurns();
  const order: string[] = [];
  const first = turns.next(1).then(async () => {
    order.push('first');
    await turns.next(1);
    order.push('again');
  });
  await Promise.all([first, turns.next(1).then(() => order.push('second'))]);
  assert.deepEqual(order, ['first', 'second', 'again']);
});

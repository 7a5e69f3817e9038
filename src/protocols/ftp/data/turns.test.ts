import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KiB, MiB } from '../../../base/size.ts';
import { Turns } from './turns.ts';

/** How much each of so many transfers may move, by turns of the event loop. */
async function shares(transfers: number): Promise<number[][]> {
  const turns = new Turns();
  const told: number[][] = [];
  let served = 0;
  for (let index = 0; index < transfers; index += 1) {
    void turns.next().then((bytes) => {
      served += 1;
      told.at(-1)?.push(bytes);
    });
  }
  while (served < transfers) {
    told.push([]);
    await new Promise(setImmediate);
  }
  return told.filter((turn) => turn.length > 0);
}

test('one transfer has a whole turn, and several share it', async () => {
  assert.deepEqual(await shares(1), [[MiB]]);
  assert.deepEqual(await shares(4), [[256 * KiB, 256 * KiB, 256 * KiB, 256 * KiB]]);
});

test('however many there are, no turn moves more than a megabyte, and everybody has one', async () => {
  const told = await shares(50);
  assert.equal(told.flat().length, 50);
  for (const turn of told) {
    assert.ok(turn.reduce((sum, bytes) => sum + bytes, 0) <= MiB, `${turn.length} in one turn`);
  }
});

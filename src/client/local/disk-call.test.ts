import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandClock } from '../../accounts/hand-clock.ts';
import { DiskCall } from './disk-call.ts';

/** A disk that takes so many milliseconds for a call, and who has made the calls to it. */
function scene() {
  const disk = { takes: 0, made: '' };
  const clock = new HandClock();
  const call = new DiskCall(
    (name: string) => {
      clock.advance(disk.takes);
      disk.made += 'o';
      return name;
    },
    async (name) => {
      disk.made += '.';
      return name;
    },
    clock,
  );
  return { disk, call };
}

test('a quick disk is called at once each time', async () => {
  const { disk, call } = scene();
  for (let count = 0; count < 100; count += 1) assert.equal(await call.make('a'), 'a');
  assert.equal(disk.made, 'o'.repeat(100));
});

test('a slow one is left to threads, and tried ever less often', async () => {
  const { disk, call } = scene();
  disk.takes = 20;
  for (let count = 0; count < 60; count += 1) assert.equal(await call.make('a'), 'a');
  assert.equal(disk.made, `o${'.'.repeat(16)}o${'.'.repeat(32)}o${'.'.repeat(9)}`);
  for (let count = 0; count < 20_000; count += 1) await call.make('a');
  assert.equal(disk.made.slice(-16_000).replaceAll('.', '').length, 4);
});

test('one that was slow once is called at once again', async () => {
  const { disk, call } = scene();
  disk.takes = 20;
  await call.make('a');
  disk.takes = 0;
  for (let count = 0; count < 20; count += 1) await call.make('a');
  assert.equal(disk.made, `o${'.'.repeat(16)}oooo`);
});

test('what is thrown at once is thrown to whoever calls', () => {
  const call = new DiskCall(
    () => {
      throw new Error('no room');
    },
    async () => {},
  );
  assert.throws(() => call.make(), /no room/);
});

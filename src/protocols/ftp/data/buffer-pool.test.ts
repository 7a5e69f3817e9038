import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KiB, MiB } from '../../../base/size.ts';
import { BufferPool } from './buffer-pool.ts';

test('a buffer that was given back is the next one that is taken of its size', () => {
  const pool = new BufferPool();
  const [small, large] = [pool.take(1), pool.take(300 * KiB)];
  assert.deepEqual([small.length, large.length], [64 * KiB, MiB]);
  pool.give(small);
  pool.give(large);
  assert.equal(pool.take(MiB), large);
  assert.equal(pool.take(64 * KiB), small);
  assert.notEqual(pool.take(64 * KiB), small);
});

test('what is larger than all sizes is made for it, and not kept', () => {
  const pool = new BufferPool();
  const buffer = pool.take(3 * MiB);
  assert.equal(buffer.length, 3 * MiB);
  pool.give(buffer);
  assert.notEqual(pool.take(3 * MiB), buffer);
});

test('no more is kept than a few transfers need', () => {
  const pool = new BufferPool();
  const taken = Array.from({ length: 50 }, () => pool.take(MiB));
  for (const buffer of taken) pool.give(buffer);
  const again = new Set(Array.from({ length: 50 }, () => pool.take(MiB)));
  assert.equal(taken.filter((buffer) => again.has(buffer)).length, 2);
});

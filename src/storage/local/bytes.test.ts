import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behind } from './bytes.ts';

const CHUNKS = ['abc', '', 'de', 'f'].map((text) => Buffer.from(text));

test('after a short write exactly the bytes that were not taken are left', () => {
  for (let count = 0; count <= 6; count += 1) {
    assert.equal(Buffer.concat(behind(CHUNKS, count)).toString(), 'abcdef'.slice(count));
  }
});

test('an empty chunk is never left, so that a write that takes nothing is an error', () => {
  assert.equal(behind(CHUNKS, 0).length, 3);
  assert.deepEqual(behind(CHUNKS, 6), []);
  assert.deepEqual(behind([], 0), []);
});

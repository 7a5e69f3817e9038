import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { nearest } from './nearest.ts';

test('the nearest known word is the one with the fewest wrong letters', () => {
  const known = ['listen', 'banner', 'idle-timeout', 'data-timeout'];
  assert.equal(nearest('lisen', known), 'listen');
  assert.equal(nearest('IDLE_TIMEOUT', known), 'idle-timeout');
  assert.equal(nearest('date-timeout', known), 'data-timeout');
});

test('a word that resembles none has no nearest', () => {
  assert.equal(nearest('colour', ['listen', 'banner']), undefined);
  assert.equal(nearest('x', []), undefined);
});

test('a known word is its own nearest', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]+$/), { minLength: 1 }), (known) => {
      assert.ok(known.every((word) => nearest(word, known) === word));
    }),
  );
});

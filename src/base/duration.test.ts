import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.ts';

test('a duration is read in every unit, and as seconds without one', () => {
  const examples: Record<string, number> = {
    '250ms': 250,
    '300s': 300_000,
    '300': 300_000,
    '5m': 300_000,
    '1.5h': 5_400_000,
    ' 7 D ': 604_800_000,
    '0': 0,
  };
  for (const [text, milliseconds] of Object.entries(examples)) {
    assert.equal(parseDuration(text), milliseconds, text);
  }
});

test('what is no duration is refused', () => {
  for (const text of ['', 's', '-1s', '1e3', '5 minutes', '5m30s', '1.s', '9'.repeat(20)]) {
    assert.equal(parseDuration(text), undefined, text);
  }
});

test('a duration is written in the largest unit that fits exactly', () => {
  assert.equal(formatDuration(0), '0s');
  assert.equal(formatDuration(300_000), '5m');
  assert.equal(formatDuration(90_000), '90s');
  assert.equal(formatDuration(1_500), '1500ms');
});

test('what is written is read as the same duration', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (milliseconds) => {
      assert.equal(parseDuration(formatDuration(milliseconds)), milliseconds);
    }),
  );
});

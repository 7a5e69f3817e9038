import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatRestartMarker, parseRestartMarker } from './restart-marker.ts';

test('a restart marker of ours is read again, and has no space in it', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (offset) => {
      const marker = formatRestartMarker(offset);
      assert.match(marker, /^[!-~]+$/);
      assert.equal(parseRestartMarker(marker), offset);
    }),
  );
});

test('nothing else is one', () => {
  for (const text of ['', '4096', 'carryon.', 'carryon.-1', 'carryon.1x', 'other.4096']) {
    assert.equal(parseRestartMarker(text), undefined, text);
  }
});

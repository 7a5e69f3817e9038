import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { cutMiddle, durationText, fit, partText, sizeText, widthOf } from './text.ts';

test('a name is cut in its middle by what it takes on the screen', () => {
  assert.equal(cutMiddle('a-long-name-of-a-film.mkv', 15), 'a-long-…ilm.mkv');
  assert.equal(cutMiddle('日本語の長い名前です.mkv', 15), '日本語の…す.mkv');
  assert.equal(cutMiddle('short', 15), 'short');
  assert.deepEqual(
    [2, 1, 0].map((columns) => cutMiddle('name', columns)),
    ['n…', '…', ''],
  );
});

test('what people see as one character is not torn', () => {
  assert.equal(cutMiddle('🇩🇪xxxxxxxxe\u0301', 4), '🇩🇪…e\u0301');
});

test('what would steer the terminal is spelled out', () => {
  assert.equal(cutMiddle('a\u001b[2Jb\u202e', 40), 'a\\u001b[2Jb\\u202e');
});

test('whatever the text, it takes exactly the columns that it is to be fitted in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, columns) => {
      assert.equal(widthOf(fit(text, columns)), columns);
    }),
  );
});

test('sizes have three digits', () => {
  const sizes = {
    0: '0 B',
    999: '999 B',
    1000: '0.98 KiB',
    10_240: '10.0 KiB',
    1048575: '1.00 MiB',
  };
  for (const [bytes, text] of Object.entries(sizes)) assert.equal(sizeText(Number(bytes)), text);
  assert.equal(partText(1.24 * 2 ** 30, 2 * 2 ** 30), '1.24/2.00 GiB');
  assert.equal(partText(5, undefined), '5 B');
});

test('durations are written as on a clock', () => {
  const texts = [0, 15_200, 60_000, 3_723_000, 3 * 86_400_000 + 4 * 3_600_000, undefined, Infinity];
  assert.deepEqual(texts.map(durationText), [
    '0:00',
    '0:16',
    '1:00',
    '1:02:03',
    '3d 04h',
    '--:--',
    '--:--',
  ]);
});

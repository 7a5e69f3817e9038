import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseOffset } from './sizes.ts';

test('any number of bytes up to 2^53 − 1 is read as it is written', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (offset) => assert.equal(parseOffset(`${offset}`), offset)),
  );
});

test('the borders of 31, 32 and 53 bits are met exactly', () => {
  for (const offset of [2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]) {
    assert.equal(parseOffset(String(offset)), offset);
  }
  for (const text of ['9007199254740992', '9007199254740993', '18446744073709551616']) {
    assert.equal(parseOffset(text), undefined, text);
  }
});

test('leading zeros change nothing', () => {
  assert.equal(parseOffset('000'), 0);
  assert.equal(parseOffset('00000000000000000000007'), 7);
});

test('nothing but decimal digits is a number', () => {
  for (const text of [
    '',
    ' ',
    '-1',
    '+1',
    '1 ',
    ' 1',
    '1.0',
    '1e3',
    '0x10',
    '1n',
    '1_0',
    '١',
    '1\n',
  ]) {
    assert.equal(parseOffset(text), undefined, text);
  }
});

import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { comparable, decodeName, encodeName } from './name.ts';

/** Bytes that are often nearly UTF-8: whole characters, with pieces of others between. */
const nearlyText = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.string({ unit: 'binary', maxLength: 3 }).map((text) => Buffer.from(text)),
      fc.constantFrom(
        Buffer.from('c3', 'hex'),
        Buffer.from('c0af', 'hex'),
        Buffer.from('eda080', 'hex'),
        Buffer.from('f0808080', 'hex'),
        Buffer.from('f4908080', 'hex'),
        Buffer.from('f09f92', 'hex'),
        Buffer.from('fe', 'hex'),
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts));

suite('names', () => {
  test('any bytes go in and out unchanged', () => {
    fc.assert(
      fc.property(nearlyText, (bytes) => {
        assert.deepEqual(encodeName(decodeName(bytes)), bytes);
      }),
    );
  });

  test('a name is well-formed text exactly if its bytes are UTF-8', () => {
    fc.assert(
      fc.property(nearlyText, (bytes) => {
        assert.equal(decodeName(bytes).isWellFormed(), isUtf8(bytes));
      }),
    );
  });

  test('any ordinary text goes out and in unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(decodeName(encodeName(text)), text);
      }),
    );
  });

  test('different bytes are different names', () => {
    fc.assert(
      fc.property(nearlyText, nearlyText, (one, other) => {
        assert.equal(decodeName(one) === decodeName(other), one.equals(other));
      }),
    );
  });

  test('a byte that is not text never becomes a slash, a dot or a control character', () => {
    for (let byte = 0x80; byte <= 0xff; byte += 1) {
      assert.equal(decodeName(Buffer.of(byte)), String.fromCharCode(0xdc00 + byte));
    }
    // An overlong slash is two bytes that mean nothing.
    assert.equal(decodeName(Buffer.from('c0af', 'hex')), '\udcc0\udcaf');
  });

  test('what can be read of a name is read, whatever stands beside it', () => {
    const bytes = Buffer.concat([Buffer.from('a\u00e9\u20ac'), Buffer.of(0xff), Buffer.from('💾')]);
    assert.equal(decodeName(bytes), 'a\u00e9\u20ac\udcff💾');
  });

  test('a view into a larger buffer is decoded alone', () => {
    const view = Buffer.from('xxnameyy').subarray(2, 6);
    assert.equal(decodeName(new Uint8Array(view.buffer, view.byteOffset, 4)), 'name');
  });

  test('two spellings of one name compare as equal', () => {
    assert.notEqual('e\u0301', '\u00e9');
    assert.equal(comparable('e\u0301'), comparable('\u00e9'));
    assert.equal(comparable('\udc80'), '\udc80');
  });
});

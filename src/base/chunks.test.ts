import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { byteLength, firstBytes } from './chunks.ts';

const chunks = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 6 });

suite('chunks', () => {
  test('their length is that of what they hold together', () => {
    fc.assert(
      fc.property(chunks, (given) => assert.equal(byteLength(given), Buffer.concat(given).length)),
    );
  });

  test('their first bytes are the first bytes of what they hold together, uncopied', () => {
    fc.assert(
      fc.property(chunks, fc.nat({ max: 60 }), (given, bytes) => {
        const first = firstBytes(given, bytes);
        assert.deepEqual(Buffer.concat(first), Buffer.concat(given).subarray(0, bytes));
        assert.ok(first.every((chunk, index) => chunk.buffer === given[index]?.buffer));
      }),
    );
  });
});

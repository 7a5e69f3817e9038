import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Ranges } from './ranges.ts';

const range = fc
  .tuple(fc.nat(60), fc.nat(12))
  .map(([start, length]) => ({ start, end: start + length }));

test('ranges say what a set of bytes would say', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), range, (added, asked) => {
      const ranges = new Ranges();
      const bytes = new Set<number>();
      for (const one of added) {
        ranges.add(one);
        for (let at = one.start; at < one.end; at += 1) bytes.add(at);
      }
      assert.equal(ranges.bytes, bytes.size);
      assert.equal(ranges.end, Math.max(0, ...[...bytes].map((at) => at + 1)));
      const missing = ranges.missing(asked).flatMap(({ start, end }) => {
        assert.ok(start < end);
        return Array.from({ length: end - start }, (_, index) => start + index);
      });
      const expected = Array.from(
        { length: asked.end - asked.start },
        (_, index) => asked.start + index,
      ).filter((at) => !bytes.has(at));
      assert.deepEqual(missing, expected);
      if (asked.start < asked.end) assert.equal(ranges.has(asked), expected.length === 0);
    }),
  );
});

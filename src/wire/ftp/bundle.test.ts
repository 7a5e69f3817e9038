import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { WireError } from '../wire-error.ts';
import {
  type Bundled,
  BundleDecoder,
  formatHead,
  formatMissing,
  MOST_BUNDLED_BYTES,
  MOST_BUNDLED_FILES,
} from './bundle.ts';

function headOf(path: string, bytes: Uint8Array, modified?: number) {
  const hex = createHash('sha256').update(bytes).digest('hex');
  return { path, size: bytes.length, digest: { algorithm: 'sha-256', hex }, modified } as const;
}

test('a bundle comes out as it went in, however it is cut', () => {
  const path = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => !/[\r\n\0]/.test(text));
  const modified = fc.option(fc.integer({ min: 0, max: 4e12 }), { nil: undefined });
  const file = fc.tuple(path, fc.uint8Array({ maxLength: 300 }), modified);
  const pieces = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(file, { maxLength: 10 }), pieces, (files, sizes) => {
      const wire = Buffer.concat(
        files.flatMap(([name, bytes, time]) => [formatHead(headOf(name, bytes, time)), bytes]),
      );
      const decoder = new BundleDecoder();
      const found: Bundled[] = [];
      for (let at = 0, turn = 0; at < wire.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        found.push(...decoder.push(wire.subarray(at, at + size)));
        at += size;
      }
      assert.equal(decoder.unfinished, false);
      const expected = files.map(([name, bytes, time]) => {
        const head = headOf(name, bytes, time);
        return { kind: 'file', head, bytes: Buffer.from(bytes) };
      });
      assert.deepEqual(found, expected);
    }),
  );
});

test('what does not come has a line of its own', () => {
  const decoder = new BundleDecoder();
  const found = decoder.push(formatMissing({ code: 550, sentence: 'There is no such file' }));
  const missing = { code: 550, sentence: 'There is no such file' };
  assert.deepEqual(found, [{ kind: 'missing', missing }]);
});

test('a bundle that is cut says so', () => {
  const head = formatHead(headOf('/a', Buffer.from('content')));
  for (const cut of [head.subarray(0, 5), head, Buffer.concat([head, Buffer.from('cont')])]) {
    const decoder = new BundleDecoder();
    assert.deepEqual(decoder.push(cut), []);
    assert.equal(decoder.unfinished, true);
  }
});

test('what is no bundle, or beyond its limits, is refused', () => {
  const empty = formatHead(headOf('/a', Buffer.alloc(0)));
  const large = { ...headOf('/a', Buffer.alloc(0)), size: MOST_BUNDLED_BYTES + 1 };
  const refused = [
    Buffer.from('hello\r\n'),
    Buffer.from('size=3; /without-a-digest\r\n'),
    Buffer.alloc(9000, 'x'),
    formatHead(large),
    Buffer.concat(Array.from({ length: MOST_BUNDLED_FILES + 1 }, () => empty)),
  ];
  for (const bytes of refused) assert.throws(() => new BundleDecoder().push(bytes), WireError);
});

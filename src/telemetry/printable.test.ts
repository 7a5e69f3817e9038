import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { printable, printableJson } from './printable.ts';

test('what steers a terminal or hides is spelled out', () => {
  assert.equal(printable('a\u001b[31mb'), 'a\\u001b[31mb');
  assert.equal(printable('a\r\nb\u0085c'), 'a\\u000d\\u000ab\\u0085c');
  assert.equal(printable('\u202egpj.exe'), '\\u202egpj.exe');
  assert.equal(printable('\udcff'), '\\udcff');
  assert.equal(printable('\u{e0041}'), '\\u{e0041}');
});

test('ordinary text stays as it is', () => {
  for (const text of ['', 'Grüße, 世界 🎉', '"quoted" \\ /']) assert.equal(printable(text), text);
});

test('JSON stays the same JSON, and has nothing in it that steers or hides', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = printableJson(JSON.stringify({ text }));
      assert.deepEqual(JSON.parse(json), { text });
      assert.match(json, /^[^\p{Cc}\p{Cf}\p{Cs}]*$/u);
    }),
  );
});

test('nothing printed is ever a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.match(printable(text), /^[^\p{Cc}\p{Cs}]*$/u);
    }),
  );
});

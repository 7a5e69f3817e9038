import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { WireError } from '../wire-error.ts';
import { formatUnixLine, type ListingEntry } from './listing.ts';
import { parseListing } from './parse-listing.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const HALF_YEAR = 15_778_476_000;

function unix(name: string): string {
  return `-rw-r--r-- 1 o g 12 Jan 02  2020 ${name}`;
}

function names(listing: string | Iterable<string>): string[] {
  return parseListing(listing, now).entries.map((entry) => entry.name);
}

function* endless(): Iterable<string> {
  for (;;) yield '';
}

describe('a listing', () => {
  test('is read as text or as lines, with either line end, in any form', () => {
    const lines = ['Total 3', unix('a'), '11-02-26  03:04PM  1234 b', '+r,\tc', ''];
    assert.deepEqual(names(lines.join('\r\n')), ['a', 'b', 'c']);
    assert.deepEqual(names(lines.join('\n')), ['a', 'b', 'c']);
    assert.deepEqual(names(lines), ['a', 'b', 'c']);
    assert.deepEqual(names([unix('total 3'), 'total 0']), ['total 3']);
  });

  test('gives back what formatUnixLine was told, as far as a line can say it', () => {
    const entry: fc.Arbitrary<ListingEntry> = fc.record({
      name: fc
        .string({ minLength: 1, unit: 'binary' })
        // oxlint-disable-next-line no-control-regex -- no plain name holds these
        .map((name) => name.replaceAll(/[/\0\r\n]/g, '_').replace(/^\.+$/, 'dots')),
      kind: fc.constantFrom('file', 'folder', 'other'),
      size: fc.maxSafeNat(),
      modified: fc.oneof(
        fc.integer({ min: 0, max: now + HALF_YEAR }),
        fc.integer({ min: now - HALF_YEAR - DAY, max: now }),
      ),
      mode: fc.nat(0o777),
      owner: fc.string(),
    });
    const anyNow = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) });
    fc.assert(
      fc.property(fc.array(entry), anyNow, (entries, now) => {
        const text = entries.map((entry) => `${formatUnixLine(entry, now)}\r\n`).join('');
        const expected = entries.map(({ name, kind, size, modified, mode }) => {
          const recent = modified <= now && now - modified < HALF_YEAR;
          const unit = recent ? MINUTE : DAY;
          return {
            name,
            kind,
            size: kind === 'file' ? size : undefined,
            modified: Math.floor(modified / unit) * unit,
            mode,
            target: undefined,
          };
        });
        assert.deepEqual(parseListing(text, now), { entries: expected, refused: [] });
      }),
      { numRuns: 300 },
    );
  });
});

describe('a hostile listing', () => {
  test('names nothing outside its folder', () => {
    const bad = ['../x', '/etc/passwd', 'a/b', '..', '.', 'a\0b', '/'];
    assert.deepEqual(names(bad.map(unix)), []);
    assert.deepEqual(names(bad.map((name) => `+r,\t${name}`)), []);
    assert.deepEqual(names(['+r,\t', 'lrwxrwxrwx 1 o g 7 Jan  1  2020  -> x']), []);
  });

  test('is told of line by line, but for the folder itself and the one above', () => {
    const lines = [unix('.'), unix('..'), unix('../x'), 'nonsense', unix('a\rb')];
    assert.deepEqual(parseListing(lines, now), { entries: [], refused: lines.slice(2) });
  });

  test('may use names that mean something to JavaScript', () => {
    assert.deepEqual(names(['__proto__', 'constructor'].map(unix)), ['__proto__', 'constructor']);
  });

  test('may be endless, but not for us', () => {
    assert.throws(() => parseListing(endless(), now, { maxLines: 1000 }), WireError);
    const three = ['a', 'b', 'c'].map(unix);
    assert.equal(parseListing(three, now, { maxLines: 3 }).entries.length, 3);
    assert.throws(() => parseListing(three, now, { maxLines: 2 }), WireError);
  });

  test('has no line that is read beyond the limit', () => {
    const lines = [unix('a'), unix('ab')];
    const { entries, refused } = parseListing(lines, now, { maxLineLength: unix('a').length });
    assert.equal(entries.length, 1);
    assert.deepEqual(refused, [unix('ab')]);
  });

  test('takes time in proportion to its length', () => {
    const limits = { maxLineLength: Infinity };
    const evil = [
      '1 jan ',
      ' ',
      '1',
      ' 1',
      '- ',
      '1 Jan 1 ',
      '+,',
      '01-02-26  ',
      '-rw-r--r-- ',
      '9 ',
    ];
    for (const piece of evil) {
      const line = `-rw-r--r-- ${piece.repeat(200_000)}`;
      const start = performance.now();
      parseListing([line, piece.repeat(200_000)], now, limits);
      assert.ok(performance.now() - start < 2000, `slow for ${JSON.stringify(piece)}`);
    }
  });
});

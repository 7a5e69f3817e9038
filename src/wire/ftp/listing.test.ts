import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { formatUnixLine, isListable, type ListingEntry } from './listing.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const HALF_YEAR = 15_778_476_000;

function line(changes: Partial<ListingEntry>): string {
  const entry: ListingEntry = {
    name: 'name',
    kind: 'file',
    size: 1234,
    modified: Date.parse('2026-11-02T03:04:59Z'),
    mode: 0o644,
    owner: 'demo',
  };
  return formatUnixLine({ ...entry, ...changes }, now);
}

function date(modified: number): string {
  return line({ modified }).slice(-17, -5);
}

describe('a line of a listing', () => {
  test('has the nine columns of ls -l', () => {
    assert.equal(line({}), '-rw-r--r-- 1 demo     demo             1234 Nov  2 03:04 name');
    assert.equal(
      line({ kind: 'folder', mode: 0o40755, size: 0, name: 'a  b' }),
      'drwxr-xr-x 2 demo     demo                0 Nov  2 03:04 a  b',
    );
  });

  test('begins with the letter of its kind', () => {
    const kinds = ['file', 'folder', 'link', 'other'] as const;
    assert.deepEqual(
      kinds.map((kind) => line({ kind })[0]),
      ['-', 'd', 'l', 'p'],
    );
  });

  test('shows the time of day of what is younger than half a year, and else the year', () => {
    assert.equal(date(now), 'Nov 22 12:00');
    assert.equal(date(now + 1), 'Nov 22  2026');
    assert.equal(date(now - HALF_YEAR + 1), 'May 23 21:05');
    assert.equal(date(now - HALF_YEAR), 'May 23  2026');
    assert.equal(date(0), 'Jan  1  1970');
    assert.equal(date(Number.MAX_SAFE_INTEGER), 'Dec 31  9999');
  });

  test('keeps its columns whatever the owner is called', () => {
    assert.match(line({ owner: 'two words' }), / two_words two_words /);
    assert.match(line({ owner: 'a\r\nb' }), / a__b +a__b /);
    assert.match(line({ owner: '' }), /^-rw-r--r-- 1 - +- +1234 /);
  });

  test('is one line with nine columns for any entry that can be listed', () => {
    const entry = fc.record({
      name: fc.string({ minLength: 1 }).filter(isListable),
      kind: fc.constantFrom('file' as const, 'folder' as const, 'link' as const, 'other' as const),
      size: fc.maxSafeNat(),
      modified: fc.maxSafeInteger(),
      mode: fc.nat(0o177777),
      owner: fc.string(),
    });
    fc.assert(
      fc.property(entry, fc.maxSafeNat(), (entry, now) => {
        const text = formatUnixLine(entry, now);
        assert.match(
          text,
          /^[-dlp][-rwx]{9} \d \S+ +\S+ +\d+ [A-Z][a-z]{2} [ \d]\d (?: \d{4}|\d\d:\d\d) /,
        );
        assert.ok(text.endsWith(` ${entry.name}`) && isListable(text));
      }),
    );
  });
});

test('a name with a line end cannot be listed, and any other can', () => {
  assert.ok(!isListable('a\rb'));
  assert.ok(!isListable('a\nb'));
  assert.ok(isListable(' a\tb\u2028\\'));
});

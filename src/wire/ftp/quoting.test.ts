import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { parseQuotedPath, quotePath, splitQuoted } from './quoting.ts';

const path = fc.string({ unit: fc.oneof(fc.constantFrom('"', ' ', '/', 'a'), fc.string()) });

describe('a quoted path', () => {
  test('has its own quotes doubled', () => {
    assert.equal(quotePath('/a "b"'), '"/a ""b"""');
    assert.equal(quotePath(''), '""');
  });

  test('is parsed to itself, whatever text follows', () => {
    fc.assert(
      fc.property(path, fc.constantFrom('', ' created', ' is "here"', '.'), (path, rest) => {
        assert.equal(parseQuotedPath(quotePath(path) + rest), path);
      }),
      { numRuns: 500 },
    );
  });

  test('is found behind other text', () => {
    assert.equal(parseQuotedPath('Created "/a" for you'), '/a');
  });

  test('that is not there, or does not close, is not found', () => {
    for (const text of ['', '/a', '"', '"/a', '"/a""', '"/a""b']) {
      assert.equal(parseQuotedPath(text), undefined, text);
    }
  });
});

describe('splitting words', () => {
  test('keeps the spaces in quotes', () => {
    assert.deepEqual(splitQuoted('"name with space" 0 100'), ['name with space', '0', '100']);
    assert.deepEqual(splitQuoted('  plain   0 '), ['plain', '0']);
    assert.deepEqual(splitQuoted(''), []);
  });

  test('takes quotes inside a word as they are', () => {
    assert.deepEqual(splitQuoted('5"disk 3'), ['5"disk', '3']);
  });

  test('takes quotes that do not close as going on to the end', () => {
    assert.deepEqual(splitQuoted('a "b c'), ['a', 'b c']);
  });

  test('gives back any words that were quoted', () => {
    fc.assert(
      fc.property(fc.array(path), (words) => {
        assert.deepEqual(splitQuoted(words.map(quotePath).join(' ')), words);
      }),
      { numRuns: 500 },
    );
  });

  test('takes time in proportion to the text', () => {
    const start = performance.now();
    for (const piece of ['"', '" ', '"a ""', '"""a ', ' ""a']) {
      splitQuoted(piece.repeat(100_000));
      parseQuotedPath(piece.repeat(100_000));
    }
    assert.ok(performance.now() - start < 3000);
  });
});

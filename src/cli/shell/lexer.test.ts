import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseLine, quoteName, typing } from './lexer.ts';

/** The words of each command, and `&` for those in the background. */
function read(line: string): (string | undefined)[][] {
  return parseLine(line).map(({ words, isBackground }) => [
    ...words.map(({ text }) => text),
    ...(isBackground ? ['&'] : []),
  ]);
}

test('a line is read into commands and words', () => {
  assert.deepEqual(read('put "a b" c\\ d \'e\\f\'; ls & pwd # all'), [
    ['put', 'a b', 'c d', 'e\\f'],
    ['ls', '&'],
    ['pwd'],
  ]);
  assert.deepEqual(read('get "say \\"hi\\" \\n" ""'), [['get', 'say "hi" \\n', '']]);
  assert.deepEqual(read(' ;; # nothing'), []);
  assert.deepEqual(read('a#b'), [['a#b']]);
  assert.equal(parseLine('pwd; !ls "x; y').at(-1)?.outside, 'ls "x; y');
});

test('a quote without an end is refused', () => {
  assert.throws(() => parseLine('get "a'), { code: 'name-refused' });
});

function patterns(line: string): (string | undefined)[] | undefined {
  return parseLine(line)[0]?.words.map(({ pattern }) => pattern);
}

test('what was quoted is no pattern', () => {
  assert.deepEqual(patterns('mget *.mkv "*.mkv" \\*.mkv a[1-3]"[x]"?'), [
    undefined,
    '*.mkv',
    undefined,
    undefined,
    'a[1-3]\\[x\\]?',
  ]);
});

test('whatever a name holds, it can be typed', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\r\n]/.test(text));
  fc.assert(
    fc.property(name, fc.constantFrom('' as const, '"' as const), (name, quote) => {
      const [command] = parseLine(`get ${quoteName(name, quote)}${quote}`);
      assert.deepEqual(command?.words.at(1), { text: name, pattern: undefined });
    }),
  );
});

test('the word that is being typed is known with its beginning and its quote', () => {
  assert.deepEqual(typing('put "a b/c'), {
    before: ['put'],
    start: 4,
    text: 'a b/c',
    quote: '"',
  });
  assert.deepEqual(typing('get '), { before: ['get'], start: 4, text: '', quote: '' });
  assert.deepEqual(typing('ls; get x\\ '), { before: ['get'], start: 8, text: 'x ', quote: '' });
});

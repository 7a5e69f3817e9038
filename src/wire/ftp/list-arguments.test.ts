import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseListArguments } from './list-arguments.ts';

function split(text: string): [flags: string, path: string] {
  const { flags, path } = parseListArguments(text);
  return [flags, path];
}

test('without flags all of it is the path, spaces included', () => {
  assert.deepEqual(split(''), ['', '']);
  assert.deepEqual(split('a folder/with spaces '), ['', 'a folder/with spaces ']);
  assert.deepEqual(split(' a'), ['', ' a']);
});

test('leading words of a hyphen and letters or digits are flags', () => {
  assert.deepEqual(split('-a'), ['a', '']);
  assert.deepEqual(split('-al '), ['al', '']);
  assert.deepEqual(split('-al -R -1 folder'), ['alR1', 'folder']);
  assert.deepEqual(split('-x y'), ['x', 'y']);
});

test('behind the flags and one space the path is literal', () => {
  assert.deepEqual(split('-a  b -l'), ['a', ' b -l']);
});

test('two hyphens end the flags', () => {
  assert.deepEqual(split('-a -- -x'), ['a', '-x']);
  assert.deepEqual(split('-- -- -x'), ['', '-- -x']);
  assert.deepEqual(split('--'), ['', '']);
});

test('a file whose name begins with a hyphen is reached, and one that is no flag needs no help', () => {
  assert.deepEqual(split('./-x'), ['', './-x']);
  for (const name of ['-', '---', '--help', '-a.txt', '-a/b', '-é', '-*']) {
    assert.deepEqual(split(name), ['', name]);
  }
});

test('-a and -A ask for all names, -R for all folders below, in any company', () => {
  assert.deepEqual(parseListArguments('-lA x'), {
    flags: 'lA',
    all: true,
    recursive: false,
    path: 'x',
  });
  assert.equal(parseListArguments('-l -a').all, true);
  assert.equal(parseListArguments('-lR').recursive, true);
  assert.equal(parseListArguments('-r').recursive, false);
  assert.equal(parseListArguments('aR').all, false);
});

test('any path comes back behind two hyphens', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('', '-a ', '-l -a '), (path, flags) => {
      assert.equal(parseListArguments(`${flags}-- ${path}`).path, path);
    }),
  );
});

test('the path is always the end of the text', () => {
  const text = fc.string({ unit: fc.constantFrom('-', ' ', 'a', 'R', '.') });
  fc.assert(
    fc.property(text, (text) => {
      const { flags, path } = parseListArguments(text);
      assert.ok(text.endsWith(path));
      assert.match(flags, /^[aR]*$/);
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type ListArguments, parseListArguments } from './list-arguments.ts';

const PLAIN: ListArguments = {
  recursive: false,
  itself: false,
  short: false,
  classified: false,
  order: 'name',
  reversed: false,
  path: '',
};

function pathOf(text: string): string {
  return parseListArguments(text).path;
}

test('without flags all of it is the path, spaces included', () => {
  for (const text of ['', 'a folder/with spaces ', ' a']) {
    assert.deepEqual(parseListArguments(text), { ...PLAIN, path: text });
  }
});

test('leading words of a hyphen and letters or digits are flags', () => {
  assert.equal(pathOf('-a'), '');
  assert.equal(pathOf('-al '), '');
  assert.equal(pathOf('-al -R -1 folder'), 'folder');
  assert.equal(pathOf('-x y'), 'y');
});

test('behind the flags and one space the path is literal', () => {
  assert.equal(pathOf('-a  b -l'), ' b -l');
});

test('two hyphens end the flags', () => {
  assert.equal(pathOf('-a -- -x'), '-x');
  assert.equal(pathOf('-- -- -x'), '-- -x');
  assert.equal(pathOf('--'), '');
});

test('a file whose name begins with a hyphen is reached, and one that is no flag needs no help', () => {
  for (const name of ['./-x', '-', '---', '--help', '-a.txt', '-a/b', '-é', '-*']) {
    assert.deepEqual(parseListArguments(name), { ...PLAIN, path: name });
  }
});

test('each flag means what it means to ls, in any company, and what is not known nothing', () => {
  const cases: readonly (readonly [string, Partial<ListArguments>])[] = [
    ['-la x', { path: 'x' }],
    ['-A', {}],
    ['-lR', { recursive: true }],
    ['-r', { reversed: true }],
    ['-d -l', { itself: true }],
    ['-F', { classified: true }],
    ['-t', { order: 'time' }],
    ['-S', { order: 'size' }],
    ['-tS', { order: 'size' }],
    ['-S -t', { order: 'time' }],
    ['-1', { short: true }],
    ['-l1', { short: true }],
    ['-1 -l', {}],
    ['-qwZ9', {}],
    ['aR', { path: 'aR' }],
    [
      '-laRtr1FdZ x',
      {
        path: 'x',
        recursive: true,
        order: 'time',
        reversed: true,
        short: true,
        classified: true,
        itself: true,
      },
    ],
  ];
  for (const [text, expected] of cases) {
    assert.deepEqual(parseListArguments(text), { ...PLAIN, ...expected }, text);
  }
});

test('any path comes back behind two hyphens', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('', '-a ', '-l -a '), (path, flags) => {
      assert.equal(pathOf(`${flags}-- ${path}`), path);
    }),
  );
});

test('the path is always the end of the text', () => {
  const text = fc.string({ unit: fc.constantFrom('-', ' ', 'a', 'R', '.') });
  fc.assert(
    fc.property(text, (text) => {
      assert.ok(text.endsWith(pathOf(text)));
    }),
  );
});

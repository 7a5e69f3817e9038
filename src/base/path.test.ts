import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { Failure } from './failure.ts';
import { encodeName } from './name.ts';
import {
  MAX_NAME_BYTES,
  MAX_PATH_BYTES,
  type Path,
  ROOT,
  child,
  isWithin,
  nameOf,
  parentOf,
  parsePath,
  rebase,
  segmentsOf,
} from './path.ts';

/** Everything that ever had a meaning in a path, and some that only look like it. */
const NASTY = fc.constantFrom(
  ...[
    '/',
    '//',
    '.',
    '..',
    '...',
    ' ',
    '-',
    '\\',
    '\0',
    '\r',
    '\n',
    '%2e',
    '~',
    'a',
    'é',
    'e\u0301',
  ],
  ...['\u2024', '\uff0e', '\u2215', '\uff0f', '\udc80', '\udcff', '\u{1f4be}', '*', '"'],
);
const typed = fc.array(NASTY, { maxLength: 12 }).map((parts) => parts.join(''));
const segment = fc.stringMatching(/^[a-z.\u00e9 -]{1,8}$/).filter((name) => !/^\.\.?$/.test(name));
const path = fc.array(segment, { maxLength: 5 }).map((names) => parsePath(`/${names.join('/')}`));

function parsed(text: string, base?: Path): Path | undefined {
  try {
    return parsePath(text, base);
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.code, 'name-refused');
    return undefined;
  }
}

suite('paths', () => {
  test('a parsed path has no segment that means anything but a name', () => {
    fc.assert(
      fc.property(typed, path, (text, base) => {
        const result = parsed(text, base);
        if (result === undefined) return;
        assert.ok(result.startsWith('/'));
        for (const name of segmentsOf(result)) {
          assert.ok(!['', '.', '..'].includes(name), result);
          assert.doesNotMatch(name, /[\0\r\n/]/);
        }
      }),
    );
  });

  test('a parsed path stays what it is when it is parsed again', () => {
    fc.assert(
      fc.property(typed, path, (text, base) => {
        const result = parsed(text);
        if (result !== undefined) assert.equal(parsePath(result, base), result);
      }),
    );
  });

  test('what has no dots and no slash in front stays within the folder it is relative to', () => {
    fc.assert(
      fc.property(typed, path, (text, base) => {
        const result = parsed(text.replaceAll('..', '').replace(/^\/+/, ''), base);
        if (result !== undefined) assert.ok(isWithin(result, base));
      }),
    );
  });

  for (const [text, base, expected] of [
    ['', '/', '/'],
    ['/', '/a', '/'],
    ['b', '/a', '/a/b'],
    ['/b', '/a', '/b'],
    ['../b', '/a', '/b'],
    ['..', '/a', '/'],
    ['.', '/a', '/a'],
    ['b/../../c', '/a', '/c'],
    ['//a///b//', '/', '/a/b'],
    ['...', '/', '/...'],
    [' ', '/', '/ '],
    ['-rf', '/', '/-rf'],
    ['a\\..\\b', '/', '/a\\..\\b'],
    ['%2e%2e', '/', '/%2e%2e'],
  ] as const) {
    test(`${JSON.stringify(text)} in ${base} is ${expected}`, () => {
      assert.equal(parsePath(text, parsePath(base)), expected);
    });
  }

  for (const text of ['..', '/..', 'a/../..', '/../etc/passwd', 'a\0b', 'a\rb', 'a\nb']) {
    test(`${JSON.stringify(text)} is refused`, () => assert.equal(parsed(text), undefined));
  }

  test('a name is refused beyond its limit in bytes, not in characters', () => {
    assert.ok(parsed('a'.repeat(MAX_NAME_BYTES)));
    assert.equal(parsed('a'.repeat(MAX_NAME_BYTES + 1)), undefined);
    assert.ok(parsed('é'.repeat(127)));
    assert.equal(parsed('é'.repeat(128)), undefined);
    assert.ok(parsed('\udcff'.repeat(255)));
  });

  test('a path is refused beyond its limit in bytes', () => {
    const full = `/${'a'.repeat(255)}`.repeat(MAX_PATH_BYTES / 256);
    assert.equal(encodeName(full).length, MAX_PATH_BYTES);
    assert.ok(parsed(full));
    assert.equal(parsed(`${full}/b`), undefined);
    // Long on the way, and short in the end.
    assert.equal(parsed(`${full}/b/../..${'/..'.repeat(10)}`), `/${'a'.repeat(255)}`);
  });

  test('a child has its folder and its name', () => {
    fc.assert(
      fc.property(path, segment, (folder, name) => {
        const inside = child(folder, name);
        assert.equal(parsePath(inside), inside);
        assert.equal(parentOf(inside), folder);
        assert.equal(nameOf(inside), name);
        assert.ok(isWithin(inside, folder));
        assert.ok(!isWithin(folder, inside));
      }),
    );
  });

  test('the root holds itself and has no name', () => {
    assert.equal(parentOf(ROOT), ROOT);
    assert.equal(nameOf(ROOT), '');
    assert.deepEqual(segmentsOf(ROOT), []);
  });

  test('a name that only begins like a folder is not within it', () => {
    assert.ok(!isWithin(parsePath('/ab'), parsePath('/a')));
    assert.ok(isWithin(parsePath('/a/b'), parsePath('/a')));
  });

  test('what is rebased there and back is what it was', () => {
    fc.assert(
      fc.property(path, path, path, (from, to, below) => {
        const inside = parsePath(`${from}/${below}`);
        const moved = rebase(inside, from, to);
        assert.ok(isWithin(moved, to));
        assert.equal(rebase(moved, to, from), inside);
      }),
    );
  });
});

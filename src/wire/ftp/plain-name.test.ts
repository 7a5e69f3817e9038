import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isPlainName } from './plain-name.ts';

test('a name that leads somewhere else, or nowhere, is not plain', () => {
  for (const name of ['', '.', '..', '/', 'a/b', '../a', 'a/', 'a\0', 'a\r', 'a\nb']) {
    assert.ok(!isPlainName(name), JSON.stringify(name));
  }
});

test('a name that only looks strange is plain', () => {
  for (const name of ['...', '..a', ' ', '-a', '~', '__proto__', 'C:', 'é', 'a\\b']) {
    assert.ok(isPlainName(name), name);
  }
});

test('a plain name joined to a folder is directly in that folder', () => {
  const name = fc.string({ unit: fc.constantFrom('.', '/', 'a', '\0', '\n', ' ') });
  fc.assert(
    fc.property(name, (name) => {
      if (isPlainName(name)) assert.equal(posix.dirname(posix.join('/folder', name)), '/folder');
    }),
  );
});

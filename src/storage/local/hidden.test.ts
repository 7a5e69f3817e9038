import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHidden } from './hidden.ts';

test('the folder for staged bytes is hidden at every depth, with all that is in it', () => {
  for (const path of [
    '.carryon-staging',
    '/.carryon-staging',
    '/a/.carryon-staging/b',
    '/a/b/.carryon-staging',
  ]) {
    assert.ok(isHidden(path), path);
  }
});

test('it is hidden in every spelling that a file system without case could take for it', () => {
  for (const name of ['.CarryOn-Staging', '.carryon-\u017ftaging', '.carryon-\ufb06aging']) {
    assert.ok(isHidden(`/${name}`), name);
  }
});

test('a name that is only like it is a name as any other', () => {
  for (const path of [
    '/',
    '/carryon-staging',
    '/.carryon-staging2',
    '/x.carryon-staging',
    '/.carryon-staging /a',
    '/\u00e9.carryon-staging',
  ]) {
    assert.ok(!isHidden(path), path);
  }
});

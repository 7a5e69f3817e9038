import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed } from '../../../base/failure.ts';
import { INITIAL, type State } from '../state.ts';
import { anything, nothing, optionalPath, path, restartPoint, something } from './grammar.ts';

test('no argument means none, but for spaces', () => {
  assert.equal(nothing.parse('', INITIAL), true);
  assert.equal(nothing.parse('  ', INITIAL), true);
  assert.equal(nothing.parse('x', INITIAL), undefined);
});

test('a required argument may be anything but nothing', () => {
  assert.equal(something('<x>').parse('', INITIAL), undefined);
  assert.equal(something('<x>').parse(' x ', INITIAL), ' x ');
  assert.equal(anything('[<x>]').parse('', INITIAL), '');
});

test('spaces belong to a path, also around it', () => {
  assert.equal(path.parse(' a b ', INITIAL), '/ a b ');
  assert.equal(path.parse('', INITIAL), undefined);
  assert.equal(optionalPath.parse('', INITIAL), '/');
});

test('a path that leads out or cannot be a name is refused as a name', () => {
  for (const text of ['..', 'a/../..', 'a\0b', 'x'.repeat(256)]) {
    assert.throws(
      () => path.parse(text, INITIAL),
      (error) => failed(error, 'name-refused'),
    );
  }
});

test('a restart point is digits up to 2^53 - 1', () => {
  assert.equal(restartPoint.parse('9007199254740991', INITIAL), Number.MAX_SAFE_INTEGER);
  for (const text of ['', '-1', '1.5', '0x10', '9007199254740992', '99999999999999999999']) {
    assert.equal(restartPoint.parse(text, INITIAL), undefined, text);
  }
});

test('where data has restart markers, only one of ours is a restart point', () => {
  const inBlocks: State = {
    ...INITIAL,
    representation: { type: 'I', structure: 'F', mode: 'B' },
  };
  assert.equal(restartPoint.parse('carryon.4096', inBlocks), 4096);
  assert.equal(restartPoint.parse('0', inBlocks), 0);
  assert.equal(restartPoint.parse('4096', inBlocks), undefined);
  assert.equal(restartPoint.parse('carryon.4096', INITIAL), undefined);
});

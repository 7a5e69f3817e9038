import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looksSame } from './compare.ts';
import type { TreeEntry } from './tree.ts';

const file = (size: number | undefined, modified?: number): TreeEntry => ({
  kind: 'file',
  size,
  modified,
});
const NOON = Date.UTC(2026, 0, 1, 12);
const minutes = (count: number) => count * 60_000;
const hours = (count: number) => minutes(60 * count);

test('another size is another file, and an unknown one may be', () => {
  const exact = { listsExactly: true, setsTimes: true };
  assert.equal(looksSame(file(1, NOON), file(2, NOON), exact), false);
  assert.equal(looksSame(file(undefined, NOON), file(2, NOON), exact), false);
  assert.equal(looksSame(file(2), file(2, NOON), exact), true);
});

/** How much later the copy is, and whether it is taken for the same: exact, listed, made later. */
const CASES: readonly (readonly [number, boolean, boolean, boolean])[] = [
  [0, true, true, true],
  [2000, true, true, true],
  [-2000, true, true, true],
  [minutes(1), false, true, true],
  [minutes(7), false, false, true],
  [-minutes(7), false, false, false],
  [hours(5) + minutes(45), false, true, true],
  [-hours(9), false, true, false],
  [hours(20), false, false, true],
];

test('times are compared as exactly as the other side tells and keeps them', () => {
  for (const [later, exact, listed, made] of CASES) {
    const copy = file(1, NOON + later);
    const same = (listsExactly: boolean, setsTimes: boolean) =>
      looksSame(file(1, NOON), copy, { listsExactly, setsTimes });
    assert.deepEqual(
      [same(true, true), same(false, true), same(true, false)],
      [exact, listed, made],
      `${later} ms later`,
    );
  }
});

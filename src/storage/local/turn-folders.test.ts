import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parsePath } from '../../base/path.ts';
import { confine, ownDescriptors } from './confine.ts';
import { TurnFolders } from './turn-folders.ts';

const openCount = (): number => readdirSync(ownDescriptors()).length;

test('a folder is opened once for all who come in one turn, and closed behind the last', async (t) => {
  const location = mkdtempSync(join(tmpdir(), 'carryon-turn-'));
  t.after(() => rmSync(location, { recursive: true }));
  mkdirSync(join(location, 'folder'));
  using home = confine(location, ownDescriptors());
  const folders = new TurnFolders();
  const before = openCount();
  const path = parsePath('/folder');
  const [one, other] = await Promise.all([folders.reach(home, path), folders.reach(home, path)]);
  assert.equal(openCount(), before + 1);
  one[Symbol.dispose]();
  await nextTurn();
  await nextTurn();
  assert.equal(other.stats().isDirectory(), true);
  other[Symbol.dispose]();
  assert.equal(openCount(), before);
});

test('what has been moved is looked for anew in the next turn, and nothing stays open', async (t) => {
  const location = mkdtempSync(join(tmpdir(), 'carryon-turn-'));
  t.after(() => rmSync(location, { recursive: true }));
  using home = confine(location, ownDescriptors());
  const folders = new TurnFolders();
  const before = openCount();
  await assert.rejects(folders.reach(home, parsePath('/late')), { code: 'ENOENT' });
  mkdirSync(join(location, 'late'));
  await nextTurn();
  await nextTurn();
  (await folders.reach(home, parsePath('/late')))[Symbol.dispose]();
  await nextTurn();
  await nextTurn();
  assert.equal(openCount(), before);
});

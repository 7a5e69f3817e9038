import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parsePath } from '../../base/path.ts';
import { confine, ownDescriptors } from './confine.ts';
import { TurnFolders } from './turn-folders.ts';

/** How many descriptors are open on something in this folder; the process has others, which come and go. */
function openIn(location: string): number {
  const descriptors = ownDescriptors();
  return readdirSync(descriptors).filter((number) => {
    try {
      return readlinkSync(join(descriptors, number)).startsWith(location);
    } catch {
      return false;
    }
  }).length;
}

test('a folder is opened once for all who come in one turn, and closed behind the last', async (t) => {
  const location = mkdtempSync(join(tmpdir(), 'carryon-turn-'));
  t.after(() => rmSync(location, { recursive: true }));
  mkdirSync(join(location, 'folder'));
  using home = confine(location, ownDescriptors());
  const folders = new TurnFolders();
  const before = openIn(location);
  const path = parsePath('/folder');
  const [one, other] = await Promise.all([folders.reach(home, path), folders.reach(home, path)]);
  assert.equal(openIn(location), before + 1);
  one[Symbol.dispose]();
  await nextTurn();
  await nextTurn();
  assert.equal(other.stats().isDirectory(), true);
  other[Symbol.dispose]();
  assert.equal(openIn(location), before);
});

test('what has been moved is looked for anew in the next turn, and nothing stays open', async (t) => {
  const location = mkdtempSync(join(tmpdir(), 'carryon-turn-'));
  t.after(() => rmSync(location, { recursive: true }));
  using home = confine(location, ownDescriptors());
  const folders = new TurnFolders();
  const before = openIn(location);
  await assert.rejects(folders.reach(home, parsePath('/late')), { code: 'ENOENT' });
  mkdirSync(join(location, 'late'));
  await nextTurn();
  await nextTurn();
  (await folders.reach(home, parsePath('/late')))[Symbol.dispose]();
  await nextTurn();
  await nextTurn();
  assert.equal(openIn(location), before);
});

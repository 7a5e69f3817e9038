import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from './filters.ts';
import { refusedHere, refusedThere } from './names.ts';
import { isOurLocalFile, isOurRemoteFile } from './our-files.ts';

/** Those of these paths that belong; a slash at the end makes a folder. */
function kept(options: { include?: string[]; exclude?: string[] }, paths: string): string {
  const filter = compileFilter({ include: [], exclude: [], ...options });
  return paths
    .split(' ')
    .filter((path) => filter(path.replace(/\/$/, ''), path.endsWith('/') ? 'folder' : 'file'))
    .join(' ');
}

test('a pattern without a slash is about names at any depth', () => {
  assert.equal(kept({ exclude: ['*.tmp', '.git'] }, 'a.tmp d/b.tmp d/c .git/ x.git'), 'd/c x.git');
});

test('a pattern with a slash is about paths from the top', () => {
  assert.equal(
    kept({ exclude: ['/a', 'd/*.x', 'e/**'] }, 'a b/a d/1.x b/d/1.x e/f/g'),
    'b/a b/d/1.x',
  );
});

test('a slash at the end is about folders', () => {
  assert.equal(kept({ exclude: ['cache/'] }, 'cache/ cache d/cache/'), 'cache');
});

test('with includes, files have to fit one, and excludes win', () => {
  const options = { include: ['*.mkv', 'docs/'], exclude: ['raw*'] };
  assert.equal(
    kept(options, 'a.mkv d/b.mkv c.txt raw.mkv d/ docs/x.txt d/docs/y docs'),
    'a.mkv d/b.mkv d/ docs/x.txt d/docs/y',
  );
});

test('what is no pattern is refused', () => {
  assert.throws(() => compileFilter({ include: [], exclude: ['/'] }), { code: 'name-refused' });
});

test('our own unfinished files are known by what belongs to them', () => {
  const siblings = new Set(['a.part', 'a.part.journal', 'b.part', 'c.part', 'c.part.lock']);
  assert.deepEqual(
    [...siblings].filter((name) => !isOurLocalFile(name, siblings)),
    ['b.part'],
  );
  assert.equal(isOurRemoteFile('.film.mkv.0a1b2c3d.part'), true);
  assert.equal(isOurRemoteFile('film.mkv.part'), false);
});

test('names that a side cannot hold are told', () => {
  assert.equal(refusedThere('a\nb')?.includes('line break'), true);
  assert.equal(refusedThere('ä'.repeat(128))?.includes('255'), true);
  assert.equal(refusedHere('a:b', 'linux'), undefined);
  for (const name of ['a:b', 'nul', 'COM1.txt', 'dot.']) {
    assert.notEqual(refusedHere(name, 'win32'), undefined, name);
  }
});

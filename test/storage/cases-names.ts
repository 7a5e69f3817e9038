import assert from 'node:assert/strict';
import { at, type Case, fails, names, put, text } from './subject.ts';

const COMPOSED = 'caf\u00e9';
const DECOMPOSED = 'cafe\u0301';

/** Names that have broken servers. None is special here. */
const HARD_NAMES = [
  ' leading and trailing ',
  '-rf',
  '--help',
  '"quoted" \'twice\'',
  '`id`; $(id) && *?[a-z]{1,2}',
  'back\\slash..\\..\\up',
  '%2e%2e%2f',
  '....',
  '.../...',
  '~root',
  'C:\\x',
  'CON',
  'name::$DATA',
  'trailing dot.',
  'tab\tand bell\u0007 and escape\u001b[31m',
  '\u202etxt.exe',
  '\u{1f980}\u65e5\u672c\u8a9e',
  '\uff0e\uff0e\uff0f',
  'l'.repeat(255),
  '\u00e4'.repeat(127),
];

export const NAME_CASES: readonly Case[] = [
  [
    'hard names are names as any other',
    async ({ tree }) => {
      const expected = new Set<string>();
      await tree.makeFolder(at('/...'));
      for (const name of HARD_NAMES) {
        const path = at(`/${name}`);
        assert.equal((await put(tree, path, name)).size, Buffer.byteLength(name));
        assert.equal(await text(tree, path), name);
        expected.add(name.split('/')[0] ?? '');
      }
      assert.deepEqual(await names(tree, '/'), [...expected].toSorted());
      for (const name of HARD_NAMES) {
        await tree.move(at(`/${name}`), at('/plain'));
        await tree.move(at('/plain'), at(`/${name}`));
        await tree.removeFile(at(`/${name}`));
      }
      assert.deepEqual(await names(tree, '/'), ['...']);
    },
  ],
  [
    'capital and small letters are different',
    async ({ tree }) => {
      await put(tree, '/name', 'small');
      await put(tree, '/NAME', 'capital');
      assert.equal(await text(tree, '/name'), 'small');
      assert.equal(await text(tree, '/NAME'), 'capital');
    },
  ],
  [
    'a folder 200 levels down can be used',
    async ({ tree }) => {
      let path = '';
      for (let level = 0; level < 200; level += 1) {
        path += `/level ${level}`;
        await tree.makeFolder(at(path));
      }
      await put(tree, `${path}/file`, 'deep');
      assert.equal(await text(tree, `${path}/file`), 'deep');
    },
  ],
  [
    'a name is kept as it came and found in its other form',
    async ({ tree }) => {
      for (const [stored, asked] of [
        [COMPOSED, DECOMPOSED],
        [DECOMPOSED, COMPOSED],
      ] as const) {
        await put(tree, `/${stored}`, 'x');
        assert.deepEqual(await names(tree, '/'), [stored]);
        assert.equal((await tree.stat(at(`/${asked}`))).name, stored);
        assert.equal(await text(tree, `/${asked}`), 'x');
        await tree.removeFile(at(`/${asked}`));
        assert.deepEqual(await names(tree, '/'), []);
      }
    },
  ],
  [
    'a name composed in part only is found as well',
    async ({ tree }) => {
      const partly = `${COMPOSED} ${DECOMPOSED}`;
      await tree.makeFolder(at(`/${partly}`));
      await put(tree, `/${partly}/file`, 'x');
      assert.equal(await text(tree, `/${partly.normalize('NFC')}/file`), 'x');
      assert.equal(await text(tree, `/${partly.normalize('NFD')}/file`), 'x');
      await fails('already-exists', tree.makeFolder(at(`/${partly.normalize('NFC')}`)));
    },
  ],
  [
    'the other form of a name does not become a second entry',
    async ({ tree }) => {
      await put(tree, `/${COMPOSED}`, 'old');
      await put(tree, `/${DECOMPOSED}`, 'new');
      assert.deepEqual(await names(tree, '/'), [COMPOSED]);
      assert.equal(await text(tree, `/${COMPOSED}`), 'new');
      await fails('already-exists', tree.makeFolder(at(`/${DECOMPOSED}`)));
      await put(tree, '/other', 'moved');
      await tree.move(at('/other'), at(`/${DECOMPOSED}`));
      assert.deepEqual(await names(tree, '/'), [COMPOSED]);
      assert.equal(await text(tree, `/${COMPOSED}`), 'moved');
    },
  ],
  [
    'other forms are found at every level of a path',
    async ({ tree }) => {
      await tree.makeFolder(at(`/${COMPOSED}`));
      await tree.makeFolder(at(`/${COMPOSED}/${DECOMPOSED}`));
      await put(tree, `/${DECOMPOSED}/${COMPOSED}/file`, 'x');
      assert.equal(await text(tree, `/${COMPOSED}/${DECOMPOSED}/file`), 'x');
      assert.deepEqual(await names(tree, `/${DECOMPOSED}/${COMPOSED}`), ['file']);
    },
  ],
  [
    'a name can be moved to its other form',
    async ({ tree }) => {
      await put(tree, `/${DECOMPOSED}`, 'file');
      await tree.move(at(`/${DECOMPOSED}`), at(`/${COMPOSED}`));
      assert.deepEqual(await names(tree, '/'), [COMPOSED]);
      assert.equal(await text(tree, `/${COMPOSED}`), 'file');
      await tree.removeFile(at(`/${COMPOSED}`));
      await tree.makeFolder(at(`/${COMPOSED}`));
      await tree.move(at(`/${COMPOSED}`), at(`/${DECOMPOSED}`));
      assert.deepEqual(await names(tree, '/'), [DECOMPOSED]);
    },
  ],
  [
    'a name with accents that is missing is missing in both forms',
    async ({ tree }) => {
      await put(tree, '/cafe', 'no accent');
      await fails('not-found', tree.stat(at(`/${COMPOSED}`)));
      await fails('not-found', tree.stat(at(`/${DECOMPOSED}/file`)));
      await fails('not-found', tree.openFile(at(`/${DECOMPOSED}`)));
    },
  ],
];

import assert from 'node:assert/strict';
import { ROOT } from '../../src/base/path.ts';
import { at, type Case, entries, facts, fails, names, put, text } from './subject.ts';

export const FOLDER_CASES: readonly Case[] = [
  [
    'a new home is an empty folder',
    async ({ tree }) => {
      const root = await tree.stat(ROOT);
      assert.equal(root.kind, 'folder');
      assert.equal(root.name, '');
      assert.equal(root.size, 0);
      assert.deepEqual(await names(tree, '/'), []);
    },
  ],
  [
    'a folder that was made is listed and can be entered',
    async ({ tree }) => {
      await tree.makeFolder(at('/photos'));
      await tree.makeFolder(at('/photos/2024'));
      const entry = await tree.stat(at('/photos/2024'));
      assert.equal(entry.kind, 'folder');
      assert.equal(entry.name, '2024');
      assert.deepEqual(await names(tree, '/'), ['photos']);
      assert.deepEqual(await names(tree, '/photos'), ['2024']);
      assert.deepEqual(await names(tree, '/photos/2024'), []);
    },
  ],
  [
    'a name that is taken cannot be made a folder',
    async ({ tree }) => {
      await tree.makeFolder(at('/a'));
      await put(tree, '/b', 'file');
      await fails('already-exists', tree.makeFolder(at('/a')));
      await fails('already-exists', tree.makeFolder(at('/b')));
      await fails('already-exists', tree.makeFolder(ROOT));
    },
  ],
  [
    'a folder cannot be made in a folder that is missing or is a file',
    async ({ tree }) => {
      await put(tree, '/file', 'x');
      await fails('not-found', tree.makeFolder(at('/missing/a')));
      await fails('not-a-directory', tree.makeFolder(at('/file/a')));
    },
  ],
  [
    'what is missing is not found by anything that looks',
    async ({ tree }) => {
      const path = at('/missing');
      await fails('not-found', tree.stat(path));
      await fails('not-found', tree.openFile(path));
      await fails('not-found', tree.removeFile(path));
      await fails('not-found', tree.removeFolder(path));
      await fails('not-found', tree.move(path, at('/other')));
      await fails('not-found', tree.setModified(path, 0));
      await fails('not-found', names(tree, '/missing'));
      await fails('not-found', tree.stat(at('/missing/deeper/still')));
    },
  ],
  [
    'a file is no folder',
    async ({ tree }) => {
      await put(tree, '/file', 'x');
      await fails('not-a-directory', names(tree, '/file'));
      await fails('not-a-directory', tree.stat(at('/file/x')));
      await fails('not-a-directory', tree.openFile(at('/file/x/y')));
      await fails('not-a-directory', tree.removeFolder(at('/file')));
      await fails('not-a-directory', tree.move(at('/file'), at('/file/x')));
    },
  ],
  [
    'only an empty folder is removed',
    async ({ tree }) => {
      await tree.makeFolder(at('/a'));
      await put(tree, '/a/file', 'x');
      await fails('not-empty', tree.removeFolder(at('/a')));
      assert.equal(await text(tree, '/a/file'), 'x');
      await tree.removeFile(at('/a/file'));
      await tree.removeFolder(at('/a'));
      assert.deepEqual(await names(tree, '/'), []);
    },
  ],
  [
    'the root can be neither removed nor moved nor replaced',
    async ({ tree }) => {
      await tree.makeFolder(at('/a'));
      await put(tree, '/file', 'x');
      await fails('forbidden', tree.removeFolder(ROOT));
      await fails('forbidden', tree.removeFile(ROOT));
      await fails('forbidden', tree.move(ROOT, at('/a/b')));
      await fails('forbidden', tree.move(at('/a'), ROOT));
      await fails('forbidden', tree.move(at('/file'), ROOT));
      assert.deepEqual(await names(tree, '/'), ['a', 'file']);
    },
  ],
  [
    'a folder moves with all that is in it',
    async ({ tree }) => {
      await tree.makeFolder(at('/a'));
      await tree.makeFolder(at('/a/b'));
      await tree.makeFolder(at('/target'));
      await put(tree, '/a/b/file', 'carried');
      await tree.move(at('/a'), at('/target/c'));
      assert.equal(await text(tree, '/target/c/b/file'), 'carried');
      await fails('not-found', tree.stat(at('/a')));
    },
  ],
  [
    'a folder replaces nothing',
    async ({ tree }) => {
      await tree.makeFolder(at('/a'));
      await tree.makeFolder(at('/empty'));
      await put(tree, '/file', 'x');
      await fails('already-exists', tree.move(at('/a'), at('/empty')));
      await fails('already-exists', tree.move(at('/a'), at('/file')));
      assert.deepEqual(await names(tree, '/'), ['a', 'empty', 'file']);
    },
  ],
  [
    'a folder does not go into itself',
    async ({ tree }) => {
      await tree.makeFolder(at('/a'));
      await tree.makeFolder(at('/a/b'));
      await fails('name-refused', tree.move(at('/a'), at('/a/c')));
      await fails('name-refused', tree.move(at('/a'), at('/a/b/c')));
      await fails('not-found', tree.move(at('/a'), at('/a/missing/c')));
      assert.deepEqual(await names(tree, '/a'), ['b']);
    },
  ],
  [
    'a folder is not replaced by what is in it',
    async ({ tree }) => {
      await tree.makeFolder(at('/a'));
      await tree.makeFolder(at('/a/b'));
      await put(tree, '/a/file', 'x');
      await fails('already-exists', tree.move(at('/a/b'), at('/a')));
      await fails('is-a-directory', tree.move(at('/a/file'), at('/a')));
      assert.deepEqual(await names(tree, '/a'), ['b', 'file']);
    },
  ],
  [
    'a name moved onto itself stays',
    async ({ tree }) => {
      await tree.makeFolder(at('/folder'));
      await put(tree, '/file', 'x');
      await tree.move(at('/folder'), at('/folder'));
      await tree.move(at('/file'), at('/file'));
      assert.equal(await text(tree, '/file'), 'x');
      assert.deepEqual(await names(tree, '/'), ['file', 'folder']);
    },
  ],
  [
    'a folder of many entries comes in slices, each entry once',
    async ({ tree }) => {
      const count = 1000;
      for (let i = 0; i < count; i += 50) {
        const batch = Array.from({ length: 50 }, (_, j) => at(`/${i + j}`));
        await Promise.all(batch.map((path) => tree.makeFolder(path)));
      }
      const seen = new Set<string>();
      for await (const slice of tree.list(ROOT)) {
        assert.ok(slice.length > 0 && slice.length <= 256, `a slice of ${slice.length}`);
        for (const entry of slice) seen.add(entry.name);
      }
      assert.equal(seen.size, count);
    },
  ],
  [
    'a list may be left before its end',
    async ({ tree }) => {
      for (let i = 0; i < 300; i += 1) await tree.makeFolder(at(`/${i}`));
      let slices = 0;
      for await (const _slice of tree.list(ROOT)) {
        slices += 1;
        break;
      }
      assert.equal(slices, 1);
    },
  ],
  [
    'entries may come and go while a folder is listed',
    async ({ tree }) => {
      for (let i = 0; i < 600; i += 1) await tree.makeFolder(at(`/old ${i}`));
      const seen = new Set<string>();
      for await (const slice of tree.list(ROOT)) {
        if (seen.size === 0) {
          for (let i = 300; i < 600; i += 1) await tree.removeFolder(at(`/old ${i}`));
          await tree.makeFolder(at('/new'));
        }
        for (const entry of slice) seen.add(entry.name);
      }
      for (let i = 0; i < 300; i += 1) assert.ok(seen.has(`old ${i}`));
    },
  ],
  [
    'the same entry in a list, alone and at a glance is told alike',
    async ({ tree }) => {
      const deep = '/a/b/c/d/e/f';
      for (let end = 2; end <= deep.length; end += 2) await tree.makeFolder(at(deep.slice(0, end)));
      for (const folder of ['', '/a', '/a/b', '/a/b/c', '/a/b/c/d', deep]) {
        await tree.makeFolder(at(`${folder}/folder`));
        await put(tree, `${folder}/file`, 'content');
        const listed = await entries(tree, folder);
        for (const name of ['folder', 'file']) {
          const path = at(`${folder}/${name}`);
          const alone = facts(await tree.stat(path));
          assert.deepEqual(facts(listed.get(name)), alone);
          assert.deepEqual(facts(tree.glance(path) ?? (await tree.stat(path))), alone);
        }
      }
      assert.deepEqual(
        facts(tree.glance(ROOT) ?? (await tree.stat(ROOT))),
        facts(await tree.stat(ROOT)),
      );
    },
  ],
  [
    'a glance at what is not there says nothing, and throws nothing',
    async ({ tree }) => {
      await put(tree, '/file', 'content');
      for (const path of ['/missing', '/missing/x', '/file/x', '/.carryon-staging/x']) {
        assert.equal(tree.glance(at(path)), undefined, path);
      }
    },
  ],
  [
    'what one tree of a home does, another sees',
    async ({ tree, reopen }) => {
      await put(tree, '/file', 'x');
      await using other = await reopen();
      assert.equal(await text(other, '/file'), 'x');
      await other.removeFile(at('/file'));
      await fails('not-found', tree.stat(at('/file')));
    },
  ],
  [
    'a tree that has been closed does nothing more',
    async ({ tree, reopen }) => {
      const other = await reopen();
      await other[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
      await assert.rejects(other.stat(ROOT));
      await assert.rejects(other.makeFolder(at('/a')));
      await assert.rejects(names(other, '/'));
      await assert.rejects(other.stage('late'));
      await assert.rejects(other.listStaged());
      assert.deepEqual(await names(tree, '/'), []);
    },
  ],
];

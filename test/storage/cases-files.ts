import assert from 'node:assert/strict';
import { ROOT } from '../../src/base/path.ts';
import { at, type Case, entries, facts, fails, names, put, text } from './subject.ts';

export const FILE_CASES: readonly Case[] = [
  [
    'a published file is there with its bytes and its size',
    async ({ tree }) => {
      const before = Date.now();
      const published = await put(tree, '/hello', 'hello, world');
      assert.equal(published.name, 'hello');
      assert.equal(published.kind, 'file');
      assert.equal(published.size, 12);
      assert.equal(published.linked, undefined);
      assert.ok(Math.abs(published.modified - before) < 60_000);
      assert.deepEqual(facts(await tree.stat(at('/hello'))), facts(published));
      assert.equal(await text(tree, '/hello'), 'hello, world');
    },
  ],
  [
    'an empty file is a file',
    async ({ tree }) => {
      assert.equal((await put(tree, '/empty', '')).size, 0);
      assert.equal(await text(tree, '/empty'), '');
    },
  ],
  [
    'a file is read at any position, and nothing behind its end',
    async ({ tree }) => {
      await put(tree, '/file', '0123456789');
      await using file = await tree.openFile(at('/file'));
      assert.equal(file.entry.size, 10);
      const into = Buffer.alloc(4);
      assert.equal(await file.read(into, 3), 4);
      assert.equal(into.toString(), '3456');
      assert.equal(await file.read(into, 8), 2);
      assert.equal(into.toString('utf8', 0, 2), '89');
      assert.equal(await file.read(into, 10), 0);
      assert.equal(await file.read(into, 1000), 0);
    },
  ],
  [
    'an open file stays the version that was opened',
    async ({ tree }) => {
      await put(tree, '/file', 'old');
      await using file = await tree.openFile(at('/file'));
      await put(tree, '/file', 'newer');
      const into = Buffer.alloc(10);
      assert.equal(into.toString('utf8', 0, await file.read(into, 0)), 'old');
      assert.equal(await text(tree, '/file'), 'newer');
    },
  ],
  [
    'an open file can be read after its name is gone',
    async ({ tree }) => {
      await put(tree, '/file', 'still here');
      await using file = await tree.openFile(at('/file'));
      await tree.removeFile(at('/file'));
      const into = Buffer.alloc(20);
      assert.equal(into.toString('utf8', 0, await file.read(into, 0)), 'still here');
    },
  ],
  [
    'a file that has been closed is read no more, and may be closed again',
    async ({ tree }) => {
      await put(tree, '/file', 'x');
      const file = await tree.openFile(at('/file'));
      await file[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
      await fails('storage-failed', Promise.resolve(file.read(Buffer.alloc(1), 0)));
    },
  ],
  [
    'a folder is not opened as a file',
    async ({ tree }) => {
      await tree.makeFolder(at('/folder'));
      await fails('is-a-directory', tree.openFile(at('/folder')));
      await fails('is-a-directory', tree.openFile(ROOT));
    },
  ],
  [
    'a folder is not removed as a file',
    async ({ tree }) => {
      await tree.makeFolder(at('/folder'));
      await fails('is-a-directory', tree.removeFile(at('/folder')));
      assert.deepEqual(await names(tree, '/'), ['folder']);
    },
  ],
  [
    'a moved file has its new name only and is the same object',
    async ({ tree }) => {
      const { unique } = await put(tree, '/old', 'x');
      await tree.makeFolder(at('/folder'));
      await tree.move(at('/old'), at('/folder/new'));
      await fails('not-found', tree.stat(at('/old')));
      const moved = await tree.stat(at('/folder/new'));
      assert.equal(moved.unique, unique);
      assert.equal(moved.name, 'new');
      assert.equal(await text(tree, '/folder/new'), 'x');
    },
  ],
  [
    'a moved file replaces a file',
    async ({ tree }) => {
      const { unique } = await put(tree, '/a', 'from a');
      await put(tree, '/b', 'from b');
      await tree.move(at('/a'), at('/b'));
      assert.deepEqual(await names(tree, '/'), ['b']);
      assert.equal(await text(tree, '/b'), 'from a');
      assert.equal((await tree.stat(at('/b'))).unique, unique);
    },
  ],
  [
    'a moved file does not replace a folder',
    async ({ tree }) => {
      await put(tree, '/file', 'x');
      await tree.makeFolder(at('/folder'));
      await fails('is-a-directory', tree.move(at('/file'), at('/folder')));
      assert.deepEqual(await names(tree, '/'), ['file', 'folder']);
    },
  ],
  [
    'a file is not moved into what is missing or is a file',
    async ({ tree }) => {
      await put(tree, '/file', 'x');
      await put(tree, '/other', 'y');
      await fails('not-found', tree.move(at('/file'), at('/missing/file')));
      await fails('not-a-directory', tree.move(at('/file'), at('/other/file')));
      assert.equal(await text(tree, '/file'), 'x');
    },
  ],
  [
    'a new version of a file is a new version, and two files are two objects',
    async ({ tree }) => {
      const one = await put(tree, '/one', 'same');
      const other = await put(tree, '/other', 'same');
      assert.notEqual(one.unique, other.unique);
      assert.notEqual(one.version, other.version);
      const next = await put(tree, '/one', 'same');
      assert.notEqual(next.version, one.version);
      assert.equal((await tree.stat(at('/one'))).version, next.version);
    },
  ],
  [
    'the version of a file that nobody touches stays',
    async ({ tree }) => {
      const { version } = await put(tree, '/file', 'x');
      await text(tree, '/file');
      await put(tree, '/other', 'y');
      assert.equal((await tree.stat(at('/file'))).version, version);
      await using file = await tree.openFile(at('/file'));
      assert.equal(file.entry.version, version);
    },
  ],
  [
    'the time of last change is kept to the millisecond',
    async ({ tree }) => {
      await put(tree, '/file', 'x');
      await tree.makeFolder(at('/folder'));
      for (const time of [0, 1, 1_700_000_000_123, 1_234_567_890_999, 4_000_000_000_001]) {
        await tree.setModified(at('/file'), time);
        assert.equal((await tree.stat(at('/file'))).modified, time);
      }
      await tree.setModified(at('/folder'), 86_400_000);
      assert.equal((await entries(tree, '/')).get('folder')?.modified, 86_400_000);
    },
  ],
  [
    'permission bits are set, and nothing but them',
    async ({ tree }) => {
      const before = await put(tree, '/file', 'x');
      await tree.makeFolder(at('/folder'));
      await tree.setMode(at('/file'), 0o4640);
      await tree.setMode(at('/folder'), 0o750);
      const { mode, size, unique } = await tree.stat(at('/file'));
      assert.deepEqual([mode, size, unique], [0o640, 1, before.unique]);
      assert.equal((await tree.stat(at('/folder'))).mode, 0o750);
      await fails('not-found', tree.setMode(at('/missing'), 0o644));
    },
  ],
  [
    'no failure tells where the home lies',
    async ({ tree }) => {
      await put(tree, '/file', 'x');
      for (const doing of [
        () => tree.stat(at('/missing')),
        () => tree.openFile(at('/file/x')),
        () => tree.makeFolder(at('/file')),
        () => tree.openStaged('missing'),
      ]) {
        const { message } = await doing().then(
          () => assert.fail('succeeded'),
          (error: Error) => error,
        );
        assert.doesNotMatch(message, /[/\\]|E[A-Z]{4,}/);
      }
    },
  ],
];

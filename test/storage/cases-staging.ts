import assert from 'node:assert/strict';
import { ROOT } from '../../src/base/path.ts';
import { stageWhole } from '../../src/vault/stage-whole.ts';
import type { StagedFile } from '../../src/storage/store.ts';
import { at, type Case, facts, fails, names, put, staged, text } from './subject.ts';

export const STAGING_CASES: readonly Case[] = [
  [
    'staged bytes are not visible in the home until they are published',
    async ({ tree }) => {
      const id = await staged(tree, 'hidden');
      assert.deepEqual(await names(tree, '/'), []);
      assert.deepEqual(await tree.listStaged(), [id]);
      await tree.publish(id, at('/shown'));
      assert.deepEqual(await names(tree, '/'), ['shown']);
      assert.deepEqual(await tree.listStaged(), []);
    },
  ],
  [
    'a file is published with the permission bits that its staged bytes were given',
    async ({ tree }) => {
      const id = await staged(tree, 'for me');
      await using file = await tree.openStaged(id);
      await file.setMode(0o4600);
      assert.equal((await tree.publish(id, at('/mine'))).mode, 0o600);
      assert.equal((await tree.stat(at('/mine'))).mode, 0o600);
    },
  ],
  [
    'a small file is staged at once, with its bits and its time, and only where there is none',
    async ({ tree }) => {
      const content = [Buffer.from('all '), Buffer.from('of it')];
      const file = { content, mode: 0o4600, modified: 86_400_000 };
      const stage = () => stageWhole(tree, 'a', file);
      await stage();
      await fails('already-exists', stage());
      const entry = await tree.publish('a', at('/whole'));
      assert.deepEqual([entry.mode, entry.modified, entry.size], [0o600, 86_400_000, 9]);
      assert.equal(await text(tree, '/whole'), 'all of it');
    },
  ],
  [
    'a name that nothing has is found to be free, also below what is no folder',
    async ({ tree }) => {
      if (!tree.find) return;
      await put(tree, '/file', 'content');
      assert.equal((await tree.find(at('/file')))?.size, 7);
      for (const path of ['/nothing', '/no/folder', '/file/below']) {
        assert.equal(await tree.find(at(path)), undefined);
      }
    },
  ],
  [
    'chunks are written one behind the other at any position',
    async ({ tree }) => {
      await using file = await tree.stage('a');
      await file.write([Buffer.from('0123'), Buffer.alloc(0), Buffer.from('456789')], 0);
      await file.write([Buffer.from('AB'), Buffer.from('C')], 4);
      await file.write([], 2);
      await file.write([Buffer.from('end')], 12);
      assert.equal(await file.size(), 15);
      assert.equal(await content(file), '0123ABC789\0\0end');
    },
  ],
  [
    'more chunks than the system takes at once are written all the same',
    async ({ tree }) => {
      await using file = await tree.stage('a');
      const chunks = Array.from({ length: 3000 }, (_, i) => Buffer.from(`${i},`));
      await file.write(chunks, 0);
      assert.equal(await content(file), Buffer.concat(chunks).toString());
    },
  ],
  [
    'a chunk may be a part of a larger buffer',
    async ({ tree }) => {
      await using file = await tree.stage('a');
      const large = Buffer.from('0123456789');
      await file.write(
        [large.subarray(2, 4), new Uint8Array(large.buffer, large.byteOffset, 2)],
        0,
      );
      assert.equal(await content(file), '2301');
    },
  ],
  [
    'what is behind a cut reads as zeros when the file grows again',
    async ({ tree }) => {
      await using file = await tree.stage('a');
      await file.write([Buffer.from('0123456789')], 0);
      await file.truncate(4);
      assert.equal(await file.size(), 4);
      assert.equal(await content(file), '0123');
      await file.write([Buffer.from('x')], 6);
      assert.equal(await content(file), '0123\0\0x');
    },
  ],
  [
    'a staged file can be taken up again, by another tree too',
    async ({ tree, reopen }) => {
      const id = await staged(tree, 'first');
      await using other = await reopen();
      {
        await using file = await other.openStaged(id);
        assert.equal(await file.size(), 5);
        assert.equal(await other.stagedSize(id), 5);
        await file.write([Buffer.from(' second')], 5);
        await file.sync();
      }
      await tree.publish(id, at('/file'));
      assert.equal(await text(tree, '/file'), 'first second');
    },
  ],
  [
    'an id is used once at a time',
    async ({ tree }) => {
      const id = await staged(tree, 'x');
      await put(tree, '/file', 'source');
      await fails('already-exists', tree.stage(id));
      await fails('already-exists', tree.stageCopy(id, at('/file'), 3));
      await using file = await tree.openStaged(id);
      assert.equal(await content(file), 'x');
    },
  ],
  [
    'an id is a short word and never a path',
    async ({ tree }) => {
      for (const id of [
        '',
        '.',
        '..',
        '../x',
        'a/b',
        'a b',
        '\u00e9',
        'x'.repeat(65),
        'a\0b',
        'a\n',
      ]) {
        await fails('name-refused', tree.stage(id));
        await fails('name-refused', tree.openStaged(id));
        await fails('name-refused', tree.stagedSize(id));
        await fails('name-refused', tree.dropStaged(id));
        await fails('name-refused', tree.publish(id, at('/file')));
      }
      await using _file = await tree.stage(`${'x'.repeat(62)}_-`);
    },
  ],
  [
    'a dropped upload is gone, and dropping it again is no error',
    async ({ tree }) => {
      const id = await staged(tree, 'x');
      await tree.dropStaged(id);
      await tree.dropStaged(id);
      assert.deepEqual(await tree.listStaged(), []);
      await fails('upload-gone', tree.openStaged(id));
      assert.equal(await tree.stagedSize(id), undefined);
      await fails('upload-gone', tree.publish(id, at('/file')));
      assert.deepEqual(await names(tree, '/'), []);
    },
  ],
  [
    'publishing replaces a file in one step',
    async ({ tree }) => {
      await put(tree, '/file', 'old version');
      const id = await staged(tree, 'new');
      assert.equal(await text(tree, '/file'), 'old version');
      const entry = await tree.publish(id, at('/file'));
      assert.equal(entry.size, 3);
      assert.equal(await text(tree, '/file'), 'new');
      assert.deepEqual(facts(await tree.stat(at('/file'))), facts(entry));
    },
  ],
  [
    'publishing replaces only what is expected, where that is said',
    async ({ tree }) => {
      const id = await staged(tree, 'new');
      const old = await put(tree, '/file', 'old version');
      await fails('locked', tree.publish(id, at('/file'), { of: undefined }));
      await fails('locked', tree.publish(id, at('/none'), { of: old }));
      assert.equal(await text(tree, '/file'), 'old version');
      await tree.publish(id, at('/file'), { of: old });
      assert.equal(await text(tree, '/file'), 'new');
      await tree.publish(await staged(tree, 'first'), at('/none'), { of: undefined });
      assert.deepEqual(await names(tree, '/'), ['file', 'none']);
    },
  ],
  [
    'an upload that cannot be published stays staged',
    async ({ tree }) => {
      await tree.makeFolder(at('/folder'));
      await put(tree, '/file', 'x');
      const id = await staged(tree, 'kept');
      await fails('is-a-directory', tree.publish(id, at('/folder')));
      await fails('is-a-directory', tree.publish(id, ROOT));
      await fails('not-found', tree.publish(id, at('/missing/file')));
      await fails('not-a-directory', tree.publish(id, at('/file/file')));
      assert.deepEqual(await tree.listStaged(), [id]);
      await tree.publish(id, at('/folder/file'));
      assert.equal(await text(tree, '/folder/file'), 'kept');
    },
  ],
  [
    'a copy begins with the first bytes of a file, be it many or few of them',
    async ({ tree }) => {
      const whole = Array.from({ length: 1000 }, (_, i) => String(i).padStart(4, '0')).join('');
      await put(tree, '/file', whole);
      for (const [index, length] of [0, 1, 1999, 2000, 3999, 4000].entries()) {
        await using file = await tree.stageCopy(`copy-${index}`, at('/file'), length);
        assert.equal(await file.size(), length);
        assert.equal(await content(file), whole.slice(0, length));
      }
    },
  ],
  [
    'a copy is written without touching the file that it began with',
    async ({ tree }) => {
      const before = await put(tree, '/file', '0123456789');
      {
        await using file = await tree.stageCopy('copy', at('/file'), 6);
        await file.write([Buffer.from('abc')], 6);
        await file.write([Buffer.from('Z')], 0);
        await file.sync();
      }
      assert.equal(await text(tree, '/file'), '0123456789');
      assert.equal((await tree.stat(at('/file'))).version, before.version);
      await tree.publish('copy', at('/file'));
      assert.equal(await text(tree, '/file'), 'Z12345abc');
    },
  ],
  [
    'a copy of more bytes than a file has fails and tells how many there are',
    async ({ tree }) => {
      await put(tree, '/file', '0123456789');
      const failure = await fails('offset-mismatch', tree.stageCopy('a', at('/file'), 11));
      assert.equal(failure.offset, 10);
      assert.deepEqual(await tree.listStaged(), []);
    },
  ],
  [
    'only a file that exists can be copied',
    async ({ tree }) => {
      await tree.makeFolder(at('/folder'));
      await fails('is-a-directory', tree.stageCopy('a', at('/folder'), 0));
      await fails('is-a-directory', tree.stageCopy('a', ROOT, 0));
      await fails('not-found', tree.stageCopy('a', at('/missing'), 0));
      assert.deepEqual(await tree.listStaged(), []);
    },
  ],
  [
    'a staged file that has been closed takes nothing more, and may be closed again',
    async ({ tree }) => {
      const file = await tree.stage('a');
      await file[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
      await fails('storage-failed', Promise.resolve(file.write([Buffer.from('x')], 0)));
      await fails('storage-failed', file.sync());
      await fails('storage-failed', file.truncate(0));
      await fails('storage-failed', file.size());
    },
  ],
  [
    'closing waits for what is being written',
    async ({ tree }) => {
      const file = await tree.stage('a');
      const chunk = Buffer.alloc(1 << 20, 'x');
      const writes = Array.from({ length: 8 }, async (_, i) =>
        file.write([chunk], i * chunk.length),
      );
      await file[Symbol.asyncDispose]();
      await Promise.all(writes);
      await using again = await tree.openStaged('a');
      assert.equal(await again.size(), 8 * chunk.length);
    },
  ],
  [
    'many uploads run beside one another',
    async ({ tree }) => {
      const texts = Array.from({ length: 50 }, (_, i) => `upload ${i}`.repeat(i));
      await Promise.all(texts.map((content, i) => put(tree, `/file ${i}`, content)));
      for (const [i, content] of texts.entries()) {
        assert.equal(await text(tree, `/file ${i}`), content);
      }
      assert.deepEqual(await tree.listStaged(), []);
    },
  ],
  [
    'of many uploads to one name, one wins as a whole',
    async ({ tree }) => {
      const texts = Array.from({ length: 20 }, (_, i) => String(i % 10).repeat(1000 + i));
      await Promise.all(texts.map((content) => put(tree, '/file', content)));
      assert.ok(texts.includes(await text(tree, '/file')));
      assert.deepEqual(await names(tree, '/'), ['file']);
    },
  ],
];

async function content(file: StagedFile): Promise<string> {
  const into = Buffer.alloc(await file.size());
  let count = 0;
  for (let read = -1; read !== 0; count += read)
    read = await file.read(into.subarray(count), count);
  return into.toString('utf8', 0, count);
}

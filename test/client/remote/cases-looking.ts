import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../src/base/path.ts';
import { type Case, fails, NEVER } from './subject.ts';

/** Names that have broken clients and servers. */
export const ODD_NAMES = [
  '-rf',
  '--',
  '-a b',
  '.hidden',
  '..x',
  '...',
  ' leading',
  'trailing ',
  'two  spaces',
  'a 1 2',
  '*?[a-z]{b,c}',
  '"quoted"',
  'q"uote',
  "apostrophe's",
  'back\\slash',
  '#hash %41 %2F',
  '~root',
  '$HOME `id`; |&',
  'type=file;size=3; x',
  'a -> b',
  'Jan  1 00:00 x',
  'ünïcödé 日本語 🦀',
  'e\u0301 decomposed',
  'n'.repeat(200),
] as const;

export const LOOKING_CASES: readonly Case[] = [
  [
    'it says what it can do, and where the login leads to',
    async ({ connection, site, remote }) => {
      assert.deepEqual(connection.facts, site.known.facts);
      assert.equal(connection.startFolder, ROOT);
      assert.equal(connection.isUsable, true);
      assert.doesNotMatch(remote.label, new RegExp(site.options.password));
    },
  ],
  [
    'an empty folder has nothing in it',
    async (subject) => {
      assert.deepEqual(await subject.names(), []);
      assert.deepEqual(await subject.names(), []);
    },
  ],
  [
    'files and folders are listed with size and time',
    async (subject) => {
      subject.put('file', 'hello');
      subject.put('.dot', '');
      mkdirSync(join(subject.disk, 'folder'));
      const then = new Date('2024-03-04T05:06:00Z');
      utimesSync(join(subject.disk, 'file'), then, then);
      const entries = await subject.connection.list(subject.folder, NEVER);
      const byName = new Map(entries.map((entry) => [entry.name, entry]));
      assert.deepEqual([...byName.keys()].toSorted(), ['.dot', 'file', 'folder']);
      assert.equal(byName.get('folder')?.kind, 'folder');
      assert.equal(byName.get('folder')?.size, undefined);
      assert.equal(byName.get('.dot')?.size, 0);
      const file = byName.get('file');
      assert.equal(file?.kind, 'file');
      assert.equal(file?.size, 5);
      assert.equal(file?.isUnfinished, false);
      assert.equal(file?.identity === undefined, !subject.facts.listsExactly);
      // Without exact listings an old file is told by its day.
      const precision = subject.facts.listsExactly ? 0 : 86_400_000;
      assert.ok(Math.abs((file?.modified ?? 0) - then.getTime()) <= precision);
    },
  ],
  [
    'a folder of hundreds is listed whole',
    async (subject) => {
      const names = Array.from({ length: 600 }, (_, at) => `file-${String(at).padStart(4, '0')}`);
      for (const name of names) subject.put(name, '');
      assert.deepEqual(await subject.names(), names);
    },
  ],
  [
    'odd names are listed, looked at, fetched, stored, renamed and removed',
    async (subject) => {
      const { connection, site } = subject;
      const names = ODD_NAMES.filter((name) => !site.known.notNames?.includes(name));
      for (const name of names) subject.put(name, name);
      assert.deepEqual(await subject.names(), names.toSorted());
      for (const name of names) {
        const path = subject.at(name);
        const entry = await connection.stat(path, NEVER);
        assert.deepEqual([entry?.name, entry?.kind], [name, 'file'], name);
        assert.equal(entry?.size, Buffer.byteLength(name), name);
        assert.equal(String(await subject.download(path)), name);
        await connection.move(path, subject.at('plain'), NEVER);
        assert.equal(String(subject.get('plain')), name);
        await connection.move(subject.at('plain'), path, NEVER);
        await connection.remove(path, NEVER);
        await subject.upload(path, `${name}!`);
        assert.equal(String(subject.get(name)), `${name}!`);
        await connection.remove(path, NEVER);
        if (site.known.notFolders?.includes(name)) continue;
        await connection.makeFolder(path, NEVER);
        assert.equal((await connection.stat(path, NEVER))?.kind, 'folder', name);
        await subject.upload(subject.at(`${name}/inside`), 'x');
        assert.deepEqual(await subject.names(path), ['inside'], name);
        await connection.remove(subject.at(`${name}/inside`), NEVER);
        await connection.removeFolder(path, NEVER);
      }
      assert.deepEqual(await subject.names(), []);
    },
  ],
  [
    'what is at a path can be asked for by itself',
    async (subject) => {
      const { connection, folder } = subject;
      const path = subject.put('file', 'hello');
      const then = new Date('2024-03-04T05:06:07Z');
      utimesSync(join(subject.disk, 'file'), then, then);
      const file = await connection.stat(path, NEVER);
      assert.deepEqual(
        [file?.name, file?.kind, file?.size, file?.modified],
        ['file', 'file', 5, then.getTime()],
      );
      assert.equal((await connection.stat(folder, NEVER))?.kind, 'folder');
      assert.equal((await connection.stat(ROOT, NEVER))?.kind, 'folder');
      assert.equal(await connection.stat(subject.at('none'), NEVER), undefined);
      assert.equal(await connection.stat(subject.at('none/deeper'), NEVER), undefined);
      assert.equal(await connection.stat(subject.at('file/deeper'), NEVER), undefined);
    },
  ],
  [
    'a version of a file has an identity of its own, where the server tells one',
    async (subject) => {
      const path = subject.put('file', 'one');
      const identity = async (): Promise<string | undefined> =>
        (await subject.connection.stat(path, NEVER))?.identity;
      const first = await identity();
      assert.equal(first === undefined, !subject.facts.listsExactly);
      assert.equal(await identity(), first);
      const [listed] = await subject.connection.list(subject.folder, NEVER);
      assert.equal(listed?.identity, first);
      subject.put('file', 'another');
      assert.equal((await identity()) === first, first === undefined);
    },
  ],
  [
    'a link that leads to a file is fetched as one',
    async (subject) => {
      subject.put('file', 'hello');
      symlinkSync('file', join(subject.disk, 'link'));
      const entry = await subject.connection.stat(subject.at('link'), NEVER);
      assert.equal(entry?.name, 'link');
      if (entry?.kind === 'file')
        assert.equal(String(await subject.download(subject.at('link'))), 'hello');
    },
  ],
  [
    'a folder that is not there is not found, and a file is not a folder',
    async (subject) => {
      const { connection } = subject;
      const file = subject.put('file', 'hello');
      await fails('not-found', connection.list(subject.at('none'), NEVER));
      await fails('not-a-folder', connection.list(file, NEVER));
      assert.equal(connection.isUsable, true);
    },
  ],
];

import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Case, fails, NEVER } from './subject.ts';

export const CHANGE_CASES: readonly Case[] = [
  [
    'a file is renamed, also into another folder',
    async (subject) => {
      const { connection } = subject;
      const path = subject.put('old', 'hello');
      await connection.move(path, subject.at('new'), NEVER);
      assert.deepEqual(await subject.names(), ['new']);
      await connection.makeFolder(subject.at('folder'), NEVER);
      await connection.move(subject.at('new'), subject.at('folder/inside'), NEVER);
      assert.equal(String(subject.get('folder/inside')), 'hello');
    },
  ],
  [
    'what is not there cannot be renamed, nor anything into a folder that is not there',
    async (subject) => {
      const { connection } = subject;
      const path = subject.put('file', 'hello');
      await fails('not-found', connection.move(subject.at('none'), subject.at('new'), NEVER));
      await fails('not-found', connection.move(path, subject.at('none/new'), NEVER));
      assert.equal(String(await subject.download(path)), 'hello');
    },
  ],
  [
    'a file is removed, and then is not found',
    async (subject) => {
      const path = subject.put('file', 'hello');
      await subject.connection.remove(path, NEVER);
      assert.equal(existsSync(join(subject.disk, 'file')), false);
      await fails('not-found', subject.connection.remove(path, NEVER));
    },
  ],
  [
    'a folder is made once, and removed when it is empty',
    async (subject) => {
      const { connection } = subject;
      const path = subject.at('folder');
      await connection.makeFolder(path, NEVER);
      await fails('already-exists', connection.makeFolder(path, NEVER));
      await fails('not-found', connection.makeFolder(subject.at('none/folder'), NEVER));
      await subject.upload(subject.at('folder/file'), 'hello');
      await fails('refused', connection.removeFolder(path, NEVER));
      await fails('not-a-folder', connection.removeFolder(subject.at('folder/file'), NEVER));
      await connection.remove(subject.at('folder/file'), NEVER);
      await connection.removeFolder(path, NEVER);
      assert.equal(await connection.stat(path, NEVER), undefined);
      await fails('not-found', connection.removeFolder(path, NEVER));
    },
  ],
  [
    'the time of a file is set where the server can, and said not to be where it cannot',
    async (subject) => {
      const { connection, facts } = subject;
      const path = subject.put('a file', 'hello');
      const then = Date.parse('2021-02-03T04:05:06Z');
      assert.equal(await connection.setModified(path, then, NEVER), facts.setsTimes);
      assert.equal(connection.facts.setsTimes, facts.setsTimes);
      if (facts.setsTimes) {
        assert.equal(statSync(join(subject.disk, 'a file')).mtimeMs, then);
        assert.equal((await connection.stat(path, NEVER))?.modified, then);
      }
      assert.equal(await connection.setModified(subject.at('none'), then, NEVER), false);
      assert.equal(connection.isUsable, true);
    },
  ],
];

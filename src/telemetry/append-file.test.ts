import assert from 'node:assert/strict';
import { mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/support/temporary.ts';
import { type Log, type LogFields, silentLog } from '../base/log.ts';
import { AppendFile } from './append-file.ts';

/** A log that remembers what it was told. */
function remembering() {
  const told: (readonly [message: string, fields: LogFields | undefined])[] = [];
  const tell = (message: string, fields?: LogFields) => void told.push([message, fields]);
  const debug: Log['debug'] = (message, fields) => tell(message, fields?.());
  const log: Log = { debug, info: tell, warn: tell, error: tell, with: () => log };
  return { told, log };
}

test('lines are written in order, below folders that did not exist', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a/b/log');
  const lines = Array.from({ length: 1000 }, (_, index) => `line ${index}\n`);
  {
    await using file = new AppendFile(path, silentLog);
    for (const [index, line] of lines.entries()) {
      file.write(line);
      if (index % 100 === 0) await new Promise(setImmediate);
    }
  }
  assert.equal(await readFile(path, 'utf8'), lines.join(''));
  assert.equal((await stat(path)).mode & 0o007, 0);
});

test('what was there stays, and a line that a crash left torn is ended', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'log');
  await writeFile(path, 'whole\ntorn');
  {
    await using file = new AppendFile(path, silentLog);
    file.write('new\n');
  }
  assert.equal(await readFile(path, 'utf8'), 'whole\ntorn\nnew\n');
});

test('after rotation the next lines go into a new file', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'log');
  await using file = new AppendFile(path, silentLog);
  file.write('one\n');
  await file.reopen();
  await rename(path, `${path}.1`);
  file.write('two\n');
  await file.reopen();
  file.write('three\n');
  await file.reopen();
  assert.equal(await readFile(`${path}.1`, 'utf8'), 'one\ntwo\n');
  assert.equal(await readFile(path, 'utf8'), 'three\n');
});

test('trouble is told once when it begins and once when it is over, with what was lost', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'log');
  await mkdir(path);
  const { told, log } = remembering();
  await using file = new AppendFile(path, log);
  for (const line of ['one\n', 'two\n', 'three\n']) {
    file.write(line);
    await file.reopen();
  }
  assert.deepEqual(
    told.map(([message]) => message),
    ['Cannot write a log file'],
  );
  await rmdir(path);
  file.write('four\n');
  await file.reopen();
  assert.equal(told.length, 2);
  assert.deepEqual(told[1]?.[1], { file: path, lines: 3 });
  assert.equal(await readFile(path, 'utf8'), 'four\n');
});

test('a writer faster than the disk loses lines rather than memory, and it is told', async () => {
  await using folder = await temporaryFolder();
  const { told, log } = remembering();
  const path = join(folder.path, 'log');
  const line = `${'x'.repeat(1024 * 1024 - 1)}\n`;
  {
    await using file = new AppendFile(path, log);
    for (let count = 0; count < 6; count += 1) file.write(line);
  }
  assert.equal((await stat(path)).size, 4 * line.length);
  assert.deepEqual(told[0]?.[1], { file: path, lines: 2 });
});

test('disposing without a line makes no file', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'log');
  await new AppendFile(path, silentLog)[Symbol.asyncDispose]();
  await assert.rejects(rm(path), { code: 'ENOENT' });
});

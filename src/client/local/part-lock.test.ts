import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/temporary.ts';
import { lockPart } from './part-lock.ts';

test('one holds it at a time', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.lock');
  const lock = await lockPart(path);
  await assert.rejects(lockPart(path), { code: 'target-busy' });
  await lock[Symbol.asyncDispose]();
  await using _again = await lockPart(path);
});

test('what a process that has gone has held is free, and what is no lock as well', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.lock');
  const { pid } = spawnSync(process.execPath, ['--version']);
  for (const text of [`${hostname()} ${pid} 12\n`, `${hostname()} ${process.pid} 1\n`, '', 'x']) {
    await writeFile(path, text);
    await using _lock = await lockPart(path);
    assert.ok((await readFile(path, 'utf8')).includes(` ${process.pid} `));
  }
  assert.deepEqual(await readdir(folder.path), []);
});

test('whether a process of another machine lives cannot be seen, so its lock counts', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.lock');
  await writeFile(path, 'elsewhere.example 1 1\n');
  await assert.rejects(lockPart(path), { code: 'target-busy' });
});

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
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
  await assert.rejects(lockPart(path), {
    code: 'target-busy',
    message: /on elsewhere\.example .*remove .*a\.lock/,
  });
});

test(
  'what a killed process has held is free, even if nobody ever asks how it ended, as in a container',
  { skip: existsSync('/proc/self/stat') ? false : 'this system does not tell of processes' },
  async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a.lock');
    // The program that the shell becomes knows nothing of the child that it has.
    const script = 'cat <&3 >/dev/null & echo $!; exec cat 3<&-';
    const parent = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] });
    const [stdin, stdout, , third] = parent.stdio as [Writable, Readable, null, Writable, null];
    try {
      const [line] = (await once(stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      stdin.write('the shell has become cat');
      await once(stdout, 'data');
      third.end();
      let fields: string[];
      do {
        await sleep(5);
        fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(' ');
      } while (fields[2] !== 'Z');
      await writeFile(path, `${hostname()} ${pid} ${fields[21]}\n`);
      await using _lock = await lockPart(path);
    } finally {
      stdin.end();
      await once(parent, 'close');
    }
  },
);

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startLive } from '../ftp/live.ts';
import { exampleIn } from '../support/example.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ROOT = join(import.meta.dirname, '../..');

test('the example in the README uploads a file', async () => {
  await using live = await startLive();
  await using folder = await temporaryFolder();
  const example = await exampleIn('README.md', 'client', {
    "'carryon/client'": `'${ROOT}/src/client/index.ts'`,
    'server.example.org': '127.0.0.1',
    'port: 21,': `port: ${live.server.ftp.port},`,
    "user: 'alice'": "user: 'anna'",
    "security: 'explicit'": "security: 'none'",
    '/films/film.mkv': '/film.mkv',
  });
  await writeFile(join(folder.path, 'example.ts'), example);
  await writeFile(join(folder.path, 'film.mkv'), 'a film');
  const { stdout } = await promisify(execFile)(process.execPath, ['example.ts'], {
    cwd: folder.path,
  });
  assert.match(stdout, /^6 bytes, verified sha-256$/m);
  assert.equal(await readFile(join(live.home('anna'), 'film.mkv'), 'utf8'), 'a film');
});

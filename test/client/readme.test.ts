import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startLive } from '../ftp/live.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What the example says, and what is there in the test. */
function inTheTest(example: string, port: number): string {
  const changes: readonly (readonly [string, string])[] = [
    ['./src/', `${ROOT}/src/`],
    ['server.example.org', '127.0.0.1'],
    ['port: 21,', `port: ${port},`],
    ["user: 'alice'", "user: 'anna'"],
    ["security: 'explicit'", "security: 'none'"],
    ['/films/film.mkv', '/film.mkv'],
  ];
  return changes.reduce((text, [said, meant]) => {
    assert.ok(text.includes(said), `the example does not say ${said}`);
    return text.replace(said, meant);
  }, example);
}

test('the example in the README uploads a file', async () => {
  await using live = await startLive();
  await using folder = await temporaryFolder();
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const example = /<!-- example: client[^]*?```ts\n([^]*?)```/.exec(readme)?.[1];
  assert.ok(example !== undefined, 'there is no example');
  await writeFile(join(folder.path, 'example.ts'), inTheTest(example, live.server.ftp.port));
  await writeFile(join(folder.path, 'film.mkv'), 'a film');
  const { stdout } = await promisify(execFile)(process.execPath, ['example.ts'], {
    cwd: folder.path,
  });
  assert.match(stdout, /^6 bytes, verified sha-256$/m);
  assert.equal(await readFile(join(live.home('anna'), 'film.mkv'), 'utf8'), 'a film');
});

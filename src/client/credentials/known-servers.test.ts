import assert from 'node:assert/strict';
import { appendFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/temporary.ts';
import { KnownServers } from './known-servers.ts';

const ONE = '1'.repeat(64);
const TWO = '2'.repeat(64);

test('what was trusted is known to the next run, for that host and port', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'state/carryon/known-servers');
  await new KnownServers(file).remember('h', 21, ONE, 0);
  await new KnownServers(file).remember('::1', 21, TWO, 0);
  await new KnownServers(file).remember('h', 21, TWO, 0);
  const known = new KnownServers(file);
  assert.equal(await known.find('h', 21), TWO);
  assert.equal(await known.find('::1', 21), TWO);
  assert.equal(await known.find('h', 990), undefined);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  await appendFile(file, `h:21 ${ONE}\n`);
  assert.equal(await known.find('h', 21), ONE);
});

test('a file that cannot be read is an error: what is known must not be forgotten', async () => {
  await using folder = await temporaryFolder();
  await assert.rejects(new KnownServers(folder.path).find('h', 21), { code: 'local-failed' });
});

import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/temporary.ts';
import { netrcLocation, readNetrc } from './netrc-file.ts';

test('the file is the one that is named, else what NETRC says, else the one at home', () => {
  const env = { HOME: '/home/anna', NETRC: '/n' };
  assert.deepEqual(netrcLocation('/x', env), { file: '/x', isRequired: true });
  assert.deepEqual(netrcLocation(undefined, env), { file: '/n', isRequired: true });
  assert.deepEqual(netrcLocation(undefined, { ...env, NETRC: '' }), {
    file: '/home/anna/.netrc',
    isRequired: false,
  });
});

test('a file that others may read is used with a warning', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, '.netrc');
  await writeFile(file, 'machine h login anna password secret', { mode: 0o600 });
  const warnings: string[] = [];
  const read = () => readNetrc({ file, isRequired: true }, (one) => void warnings.push(one));
  assert.equal((await read())?.entries.length, 1);
  assert.deepEqual(warnings, []);
  await chmod(file, 0o640);
  assert.equal((await read())?.entries.length, 1);
  assert.match(warnings.join(), /chmod 600/);
});

test('a file that is missing is an error only if it was named', async () => {
  const file = '/nowhere/.netrc';
  assert.equal(await readNetrc({ file, isRequired: false }, assert.fail), undefined);
  await assert.rejects(readNetrc({ file, isRequired: true }, assert.fail), {
    code: 'local-failed',
  });
});

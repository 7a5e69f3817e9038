import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../peers/support/wait.ts';
import { runCli } from '../support/run-cli.ts';
import { startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('a group, an end and what is used are set and shown beside a running server', async () => {
  await using folder = await temporaryFolder();
  const data = join(folder.path, 'data');
  await using server = await startServer({ data });
  const carryon = async (...words: string[]) => {
    const { code, stdout, stderr } = await runCli([...words, '--data', data], {
      input: 'secret\n',
    });
    assert.equal(code, 0, stderr);
    return stdout;
  };
  await carryon('group', 'add', 'crew', '--quota', '10KiB', '--max-sessions', '3');
  const add = ['account', 'add', 'anna', '--password-stdin', '--expires', '12h'];
  await carryon(...add, '--group', 'crew', '--max-sessions', '2');
  const shown = await carryon('account', 'show', 'anna');
  assert.match(shown, /^quota +10 KiB {2}\(group crew\)$/m);
  assert.match(shown, /^maxSessions +2 {2}\(own\)$/m);
  assert.match(shown, /^uploadRate +unlimited {2}\(default\)$/m);

  const file = join(folder.path, 'file');
  await writeFile(file, Buffer.alloc(8 * 1024));
  const put = ['put', file, `ftp://anna@127.0.0.1:${server.port}/`];
  const env = { CARRYON_PASSWORD: 'secret' };
  assert.equal((await runCli(put, { env })).code, 0);
  const usage = async () => JSON.parse(await carryon('account', 'usage', 'anna', '--json'));
  await until('the login is recorded', async () => (await usage()).lastLogin !== null);
  const { bytes, quota, files, unfinished } = await usage();
  assert.deepEqual([bytes, quota, files, unfinished], [8192, 10_240, 1, 0]);
  assert.match(await carryon('account', 'usage'), /^anna +8 KiB +10 KiB +80% +1 .*UTC$/m);

  await carryon('account', 'set', 'anna', '--expires', '2020-01-01');
  assert.match(await carryon('account', 'list'), /^anna +expired +crew /m);
  const refused = await runCli(put, { env });
  assert.equal(refused.code, 6, refused.stderr);
});

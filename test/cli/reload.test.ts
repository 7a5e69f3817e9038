import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from '../ftp/client.ts';
import { until } from '../peers/support/wait.ts';
import { runCli } from '../support/run-cli.ts';
import { startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('config check and the log after SIGHUP tell which changes are taken and which wait for a restart', async () => {
  await using folder = await temporaryFolder();
  const data = join(folder.path, 'data');
  const config = join(folder.path, 'settings.toml');
  const write = (sessions: number, banner: string) =>
    writeFile(
      config,
      `[limits]\nmax-sessions-per-account = ${sessions}\n[ftp]\nbanner = "${banner}"\n`,
    );
  const check = () => runCli(['config', 'check', '--config', config, '--data', data]);
  await write(1, 'one');
  const add = ['account', 'add', 'anna', '--password-stdin', '--data', data];
  await runCli(add, { input: 'secret\n' });
  await using server = await startServer({ data, args: ['--config', config] });
  const login = async (code: number) => {
    const client = await Client.connect({ host: '127.0.0.1', port: server.port });
    await client.reply(220);
    await client.say('USER anna', 331);
    await client.say('PASS secret', code);
    return client;
  };
  await using first = await login(230);
  await (await login(421))[Symbol.asyncDispose]();
  assert.match((await check()).stderr, /The running server uses them\./);

  await write(2, 'two');
  const changed = await check();
  assert.equal(changed.code, 0);
  assert.match(
    changed.stderr,
    /SIGHUP lets the running server take: limits\.max-sessions-per-account$/m,
  );
  assert.match(changed.stderr, /A restart is needed for: ftp\.banner$/m);
  process.kill(server.pid, 'SIGHUP');
  await until('the log tells', () => /"settings":"ftp\.banner"/.test(server.stderr));
  assert.match(server.stderr, /"taken":"limits\.max-sessions-per-account"/);
  await using second = await login(230);
  assert.match((await check()).stderr, /A restart is needed for: ftp\.banner$/m);
  await first.say('NOOP', 200);
  await second.say('NOOP', 200);
});

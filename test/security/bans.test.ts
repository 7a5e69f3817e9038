import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Client } from '../ftp/client.ts';
import { runCli } from '../support/run-cli.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ATTACKER = '127.0.0.66';
const NEIGHBOUR = '127.0.0.67';

/** Nobody waits for the throttle here, and nobody is trusted. */
const ARGS = ['--login-free-failures', '1000', '--bans-trusted', 'none', '--bans-threshold', '5'];

/** Whether somebody from there is greeted. */
async function isGreeted(server: ServerProcess, from: string): Promise<boolean> {
  await using client = await Client.connect({ host: '127.0.0.1', port: server.port }, from);
  const { code } = await client.reply();
  assert.ok(code === 220 || code === 421, `${code}`);
  return code === 220;
}

/** Asks until the answer is this one; a test that hangs here has failed. */
async function untilGreeted(server: ServerProcess, from: string, wanted: boolean): Promise<void> {
  while ((await isGreeted(server, from)) !== wanted) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

suite('bans over everything', { timeout: 60_000 }, () => {
  test('who guesses is kept out of all servers on the data folder, also after a crash, until it is lifted', async () => {
    await using folder = await temporaryFolder();
    const cli = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await runCli([...args, '--data', folder.path]);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const start = () => startServer({ data: folder.path, args: ARGS });
    await using one = await start();
    await using other = await start();
    const neighbour = await Client.connect({ host: '127.0.0.1', port: one.port }, NEIGHBOUR);
    await neighbour.reply(220);

    for (let guess = 0; guess < 5; guess += 1) {
      await using client = await Client.connect({ host: '127.0.0.1', port: one.port }, ATTACKER);
      await client.reply(220);
      await client.say('USER demo', 331);
      await client.say(`PASS guess ${guess}`, 530);
    }
    await untilGreeted(one, ATTACKER, false);
    await untilGreeted(other, ATTACKER, false);
    assert.ok(await isGreeted(other, NEIGHBOUR));
    assert.match(await cli('ban', 'list'), /^127\.0\.0\.66 +server .*password/m);

    await one.kill('SIGKILL');
    await using again = await start();
    assert.equal(await isGreeted(again, ATTACKER), false);

    await cli('ban', 'lift', ATTACKER);
    await untilGreeted(again, ATTACKER, true);
    await untilGreeted(other, ATTACKER, true);
    await neighbour[Symbol.asyncDispose]();

    await using visitor = await Client.connect({ host: '127.0.0.1', port: other.port }, NEIGHBOUR);
    await visitor.reply(220);
    await cli(
      'ban',
      'add',
      '127.0.0.64/28',
      '--bans-trusted',
      'none',
      '--for',
      '1h',
      '--reason',
      'a whole network',
    );
    await visitor.reply(421);
    await visitor.ended();
    assert.equal(await isGreeted(other, NEIGHBOUR), false);
    const [ban] = (await cli('ban', 'list', '--json')).trim().split('\n');
    assert.equal(JSON.parse(ban ?? '').reason, 'a whole network');
  });

  test('what is no network, is trusted or is not banned is a clear error', async () => {
    await using folder = await temporaryFolder();
    const fails = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await runCli([...args, '--data', folder.path]);
      assert.notEqual(code, 0);
      return stderr;
    };
    assert.equal((await runCli(['account', 'add', 'ann', '--data', folder.path])).code, 0);
    assert.match(await fails('ban', 'add', '127.0.0.5'), /bans\.trusted/);
    assert.match(await fails('ban', 'lift', '300.1.2.3'), /no address and no network/);
    assert.match(await fails('ban', 'lift', '192.0.2.1'), /is not banned/);
  });
});

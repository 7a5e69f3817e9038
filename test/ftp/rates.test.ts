import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { KiB, MiB } from '../../src/base/size.ts';
import { runCli } from '../support/run-cli.ts';
import { startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { Client, readAll } from './client.ts';
import { PASSWORD, startLive, type Live } from './live.ts';

/** No test here may last as long as this takes at the slow rate. */
const LARGE = Buffer.alloc(MiB, 'large');

suite('the rates of an account, over FTP', () => {
  let live: Live;
  before(async () => {
    live = await startLive();
  });
  after(() => live[Symbol.asyncDispose]());

  async function withRate(name: string, bytesPerSecond: number) {
    await live.addAccount(name);
    const client = await live.logIn(name);
    await client.upload('STOR large', LARGE);
    const rates = { uploadRate: bytesPerSecond, downloadRate: bytesPerSecond };
    await live.server.accounts.set(name, rates);
    return client;
  }

  test('transfers are not faster, in both directions', async () => {
    const client = await withRate('slow', 2 * MiB);
    // Sessions look for changes five times a second.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const began = performance.now();
    assert.equal((await client.upload('STOR again', LARGE)).code, 226);
    const between = performance.now();
    assert.equal((await client.download('RETR again')).length, LARGE.length);
    const ended = performance.now();
    // Half a second each, of which a quarter goes at once.
    assert.ok(between - began > 240, `the upload took ${between - began} ms`);
    assert.ok(ended - between > 240, `the download took ${ended - between} ms`);
  });

  test('a running transfer goes on at the new rate', async () => {
    const client = await withRate('changing', 4 * KiB);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const data = await client.data();
    client.send('RETR large');
    await client.reply(150);
    const reading = readAll(data);
    await live.server.accounts.set('changing', { downloadRate: null });
    assert.equal((await reading).length, LARGE.length);
    await client.reply(226);
  });

  test('ABOR does not wait for the bytes that would have come next', async () => {
    const client = await withRate('aborting', KiB);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const data = await client.data();
    client.send('STOR aborted');
    await client.reply(150);
    data.write(LARGE);
    client.send('ABOR');
    await client.reply(426);
    await client.reply(226);
    const download = await client.data();
    client.send('RETR large');
    await client.reply(150);
    download.resume();
    client.send('ABOR');
    await client.reply(426);
    await client.reply(226);
  });
});

test('SIGHUP reads the rates of the settings file again, for a transfer that runs, and keeps them if it cannot', async () => {
  await using folder = await temporaryFolder();
  const data = join(folder.path, 'data');
  const config = join(folder.path, 'settings.toml');
  const add = ['account', 'add', 'anna', '--password-stdin', '--data', data];
  await runCli(add, { input: `${PASSWORD}\n` });
  await writeFile(config, '[limits]\ndownload-rate = "4KiB"\n');
  await using server = await startServer({ data, args: ['--config', config] });
  await using client = await Client.connect({ host: '127.0.0.1', port: server.port });
  await client.reply(220);
  await client.say('USER anna', 331);
  await client.say(`PASS ${PASSWORD}`, 230);
  await client.say('TYPE I', 200);
  await client.upload('STOR large', LARGE);
  const connection = await client.data();
  client.send('RETR large');
  await client.reply(150);
  const reading = readAll(connection);
  await writeFile(config, '[limits]\ndownload-rate = "fast"\n');
  process.kill(server.pid, 'SIGHUP');
  await said(server, 'all stays as it was');
  await writeFile(config, '[limits]\n');
  process.kill(server.pid, 'SIGHUP');
  assert.equal((await reading).length, LARGE.length);
  await client.reply(226);
});

/** Resolves when the server has said this in its log. */
async function said(server: { readonly stderr: string }, words: string): Promise<void> {
  while (!server.stderr.includes(words)) await new Promise((resolve) => setTimeout(resolve, 20));
}

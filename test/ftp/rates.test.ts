import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { KiB, MiB } from '../../src/base/size.ts';
import { readAll } from './client.ts';
import { startLive, type Live } from './live.ts';

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

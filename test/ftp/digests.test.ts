import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { GiB } from '../peers/support/sizes.ts';
import { startLive, type Live } from './live.ts';

/** Holes only: no room on the disk, and longer to hash than anybody here waits for. */
const LARGE_BYTES = 512 * GiB;

suite('a digest that takes long', { timeout: 60_000 }, () => {
  let live: Live;
  before(async () => {
    live = await startLive({ flags: { ftpKeepAlive: '100ms' } });
    await mkdir(live.home('anna'), { recursive: true });
    await writeFile(join(live.home('anna'), 'large'), '');
    await truncate(join(live.home('anna'), 'large'), LARGE_BYTES);
    await writeFile(join(live.home('anna'), 'small'), 'hello');
  });
  after(() => live[Symbol.asyncDispose]());

  for (const [command, code] of [
    ['HASH large', 213],
    ['XSHA512 large', 250],
    ['XCRC "large" 0 400000000000', 250],
    ['MD5 large', 251],
  ] as const) {
    test(`${command} says that it still runs, and ABOR ends it`, async () => {
      await using client = await live.logIn();
      client.send(command);
      await once(client.socket, 'data');
      client.send('ABOR');
      const { lines } = await client.reply(code);
      assert.match(lines[0] ?? '', /^Computing the \S+ of \/large$/);
      assert.equal(lines.at(-1), 'There is none: It was aborted');
      await client.reply(226);
      await client.say('NOOP', 200);
    });
  }

  test('others work meanwhile, and it ends with its connection', async () => {
    const first = await live.logIn();
    first.send('HASH large');
    await once(first.socket, 'data');
    await using second = await live.logIn();
    assert.match(await second.say('HASH small', 213), /^SHA-256 0-4 2cf24d/);
    assert.match(await second.say('XCRC small', 250), /^3610a686$/m);
    first.reset();
    // A descriptor that the thread still read would keep the home from being closed.
    await first[Symbol.asyncDispose]();
  });

  test('before it has said anything, STAT tells of it, and its end is a failure', async () => {
    await using patient = await startLive();
    await mkdir(patient.home('anna'), { recursive: true });
    await writeFile(join(patient.home('anna'), 'large'), '');
    await truncate(join(patient.home('anna'), 'large'), LARGE_BYTES);
    await using client = await patient.logIn();
    client.send('HASH large');
    client.send('STAT');
    assert.match((await client.reply(211)).lines.join('\n'), /Computing the SHA-256 of \/large/);
    client.send('ABOR');
    await client.reply(426);
    await client.reply(226);
  });

  test('the end of the session ends it', async () => {
    await using client = await live.logIn();
    client.send('HASH large');
    await once(client.socket, 'data');
    await live.server.accounts.set('anna', { enabled: false });
    for (;;) {
      const { code } = await client.reply();
      if (code === 421) break;
    }
    await client.ended();
  });
});

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Client } from '../ftp/client.ts';
import { startLive, type Live } from '../ftp/live.ts';
import { ask, leave, refused, store } from './visitor.ts';

const FILE = '0123456789';

/** What a client may say between REST and the transfer; each is answered as shown. */
const SURVIVED: Readonly<Record<string, number>> = {
  PASV: 227,
  EPSV: 229,
  'PORT 127,0,0,1,200,1': 200,
  'EPRT |1|127.0.0.1|51201|': 200,
  'SIZE file': 213,
  'SIZE missing': 550,
  'MDTM file': 213,
  'MDTM missing': 550,
  NOOP: 200,
};

const CLEARED: Readonly<Record<string, number>> = {
  'TYPE I': 200,
  'TYPE X': 504,
  'MODE S': 200,
  'MODE E': 504,
  'STRU F': 200,
  'STRU P': 504,
  'REST 0': 350,
};

/** Verbs that use a data connection, refused because of what is there or is not. */
const FAILING: Readonly<Record<string, number>> = {
  'RETR missing': 550,
  'STOR missing': 554,
  'APPE missing': 554,
  'STOR ../file': 553,
  STOU: 550,
  'LIST missing': 550,
  'NLST missing': 550,
  'MLSD missing': 550,
};

/** Asserts that the next transfer begins there. */
async function beginsAt(client: Client, offset: number): Promise<void> {
  assert.equal((await client.download('RETR file')).toString(), FILE.slice(offset));
}

suite('the restart marker', { timeout: 60_000 }, () => {
  let live: Live;
  before(async () => {
    live = await startLive();
    await using client = await live.logIn();
    await store(client, 'STOR file', FILE, '226 Stored, 10 bytes');
  });
  after(() => live[Symbol.asyncDispose]());

  test('survives PASV, EPSV, PORT, EPRT, SIZE, MDTM and NOOP, refused ones too', async () => {
    await using client = await live.logIn();
    for (const [line, code] of Object.entries(SURVIVED)) {
      await client.say('REST 7', 350);
      await client.say(line, code);
      await beginsAt(client, 7);
    }
  });

  test('is cleared by TYPE, MODE and STRU, refused ones too, and by REST 0', async () => {
    await using client = await live.logIn();
    for (const [line, code] of Object.entries(CLEARED)) {
      await client.say('REST 7', 350);
      await client.say(line, code);
      await beginsAt(client, 0);
    }
  });

  test('is cleared by every verb that transfers, when that fails, too', async () => {
    await using client = await live.logIn();
    for (const [line, code] of Object.entries(FAILING)) {
      await client.say('REST 7', 350);
      await client.passive();
      await client.say(line, code);
      await beginsAt(client, 0);
    }
    for (const line of ['LIST', 'NLST', 'MLSD', 'RETR file']) {
      await client.say('REST 7', 350);
      await client.download(line);
      await beginsAt(client, 0);
    }
    await client.say('REST 7', 350);
    await leave(client, 'STOR file', '', 7);
    await beginsAt(client, 0);
    await client.say('REST 7', 350);
    // A transfer for which there is no data connection.
    await client.say('RETR file', 425);
    await beginsAt(client, 0);
  });

  test('is cleared by REIN', async () => {
    await using client = await live.logIn();
    await client.say('REST 7', 350);
    await client.say('REIN', 220);
    await client.say('USER anna', 331);
    await client.say('PASS correct horse', 230);
    await client.say('TYPE I', 200);
    await beginsAt(client, 0);
  });

  test('goes up to 2^53 - 1, and no further', async () => {
    await using client = await live.logIn();
    for (const offset of ['9007199254740991', '0', '000']) {
      await ask(client, `REST ${offset}`, `350 The next transfer begins at ${Number(offset)}`);
    }
    for (const text of ['9007199254740992', '18446744073709551616', '-1', '+1', '1.5', '1e3', '']) {
      await client.say(`REST ${text}`, 501);
    }
    await client.say('REST 9007199254740991', 350);
    await refused(client, 'RETR file', '554 The file has only 10 bytes');
  });

  test('is not for text: TYPE A refuses it, except 0', async () => {
    await using client = await live.logIn();
    await client.say('TYPE A', 200);
    await ask(
      client,
      'REST 1',
      '501 Text and records cannot be resumed; say TYPE I and STRU F first',
    );
    await client.say('REST 0', 350);
    // The one before TYPE does not come back with it.
    await client.say('TYPE I', 200);
    await client.say('REST 7', 350);
    await client.say('TYPE A', 200);
    await store(client, 'STOR text', 'a\r\n', '226 Stored, 2 bytes');
  });

  test('is not for text: an unfinished upload is not continued by APPE in TYPE A', async () => {
    await using client = await live.logIn();
    await client.say('TYPE I', 200);
    await leave(client, 'STOR cut', '0123456789');
    await client.say('TYPE A', 200);
    await client.passive();
    await ask(
      client,
      'APPE cut',
      '501 Text and records cannot be resumed; say TYPE I and STRU F first',
    );
    await client.say('TYPE I', 200);
    await store(client, 'APPE cut', 'abc', '226 Stored, 13 bytes');
  });
});

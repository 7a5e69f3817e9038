import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { skipWithout } from '../support/peers.ts';
import { CARRIERS } from './support/carriers.ts';
import { bytesOf, randomBytesOf, sha256, sha256File } from './support/content.ts';
import { startCurl } from './support/curl.ts';
import { startFtplib } from './support/ftplib.ts';
import { startLftp, word } from './support/lftp.ts';
import { type RunningClient, succeeded, untilOrEnd } from './support/process.ts';
import { RawClient } from './support/raw-client.ts';
import { type Login, Site } from './support/site.ts';
import { until } from './support/wait.ts';

const FILE_BYTES = 5_000_003;
/** How often a real client is killed while it receives, and how fast it may do that. */
const KILLS = 5;
const LARGE_FILE_BYTES = 24_000_017;
const BYTES_A_SECOND = 24_000_000;

const SLOW_FTPLIB_GET = `
import time
with open(args['local'], 'ab', buffering=0) as file:
  def take(piece):
    file.write(piece)
    time.sleep(len(piece) / args['rate'])
  ftp.retrbinary('RETR ' + args['path'], take, blocksize=65536, rest=file.tell() or None)
`;

/** Each client, receiving slowly, to be killed. */
const SLOW: Readonly<Record<string, (login: Login, path: string, local: string) => RunningClient>> =
  {
    'curl -C -': (login, path, local) =>
      startCurl(login, path, '-C', '-', '-o', local, '--limit-rate', `${BYTES_A_SECOND}`),
    'lftp -c': (login, path, local) =>
      startLftp(
        login,
        `set net:limit-rate ${BYTES_A_SECOND}:0`,
        `get -c ${path} -o ${word(local)}`,
      ),
    'ftplib with rest=': (login, path, local) =>
      startFtplib(login, SLOW_FTPLIB_GET, { path, local, rate: BYTES_A_SECOND }),
  };

suite('a download that was cut', { timeout: 180_000 }, () => {
  const content = randomBytesOf('resume-download', FILE_BYTES);
  const large = randomBytesOf('resume-download, large', LARGE_FILE_BYTES);
  let site: Site;
  let ann: Login;

  before(async () => {
    site = await Site.open();
    ann = site.as('ann');
    await writeFile(site.inHome('ann', 'file'), content);
    await writeFile(site.inHome('ann', 'large'), large);
  });
  after(() => site[Symbol.asyncDispose]());

  for (const [client, { needs, get }] of Object.entries(CARRIERS)) {
    test(
      `at any tenth of its length goes on with ${client}`,
      { skip: skipWithout(needs) },
      async () => {
        for (let tenth = 0; tenth <= 10; tenth += 1) {
          const offset = Math.floor((FILE_BYTES * tenth) / 10);
          const local = site.local(`${tenth}-${needs}`);
          await receive(ann, local, offset);
          succeeded(await get(ann, 'file', local));
          assert.equal(await sha256File(local), sha256(content), `cut at ${offset}`);
          await rm(local);
        }
        const lines = await site.transfers({ path: '/file', outcome: 'complete' });
        const begun = new Set(lines.map(({ resumedFrom }) => resumedFrom));
        for (let tenth = 1; tenth <= 9; tenth += 1) {
          const offset = Math.floor((FILE_BYTES * tenth) / 10);
          assert.ok(begun.has(offset), `what was there at ${offset} was not sent again`);
        }
      },
    );

    test(
      `at random moments by killing the client goes on with ${client}`,
      { skip: skipWithout(needs) },
      async () => {
        const local = site.local(`large-${needs}`);
        for (let kill = 1; kill <= KILLS; kill += 1) {
          const before = await bytesOf(local);
          const enough = before + (Math.random() * LARGE_FILE_BYTES) / KILLS;
          await using slow = (SLOW[client] ?? assert.fail())(ann, 'large', local);
          await untilOrEnd(slow, 'enough is here', async () => (await bytesOf(local)) > enough);
          await slow.kill();
          const here = await readFile(local);
          assert.ok(here.equals(large.subarray(0, here.length)), 'what is here is right');
        }
        succeeded(await get(ann, 'large', local));
        assert.equal(await sha256File(local), sha256(large));
        await rm(local);
      },
    );
  }

  test(
    'by killing the server goes on after its restart',
    { skip: skipWithout('curl') },
    async () => {
      const local = site.local('server-killed');
      await using slow = (SLOW['curl -C -'] ?? assert.fail())(ann, 'large', local);
      await until('some is here', async () => (await bytesOf(local)) > LARGE_FILE_BYTES / 10);
      await site.crash();
      assert.notEqual((await slow.exited).code, 0);
      ann = site.as('ann');
      assert.ok((await bytesOf(local)) < LARGE_FILE_BYTES);
      const { get } = CARRIERS['curl -C -'] ?? assert.fail();
      succeeded(await get(ann, 'large', local));
      assert.equal(await sha256File(local), sha256(large));
    },
  );

  test('by its own client leaves the session usable, and every later download right', async () => {
    await using client = await RawClient.login(ann);
    for (const offset of [1, 65_536, 1_000_000]) {
      const data = await client.passive();
      assert.equal((await client.say('RETR large')).code, 150);
      await until('some has come', () => data.bytesRead >= offset || !data.resume());
      data.destroy();
      assert.equal((await client.reply()).code, 426);
      assert.equal((await client.say('NOOP')).code, 200);
      // The marker of a transfer that failed is not that of the next one.
      assert.equal((await client.say(`REST ${offset}`)).code, 350);
      assert.deepEqual((await client.fetch('RETR file')).data, content.subarray(offset));
      assert.deepEqual((await client.fetch('RETR file')).data, content);
    }
  });

  test('because nobody reads it waits, and then sends the rest', async () => {
    await using client = await RawClient.login(ann);
    const data = await client.passive();
    data.pause();
    assert.equal((await client.say('RETR large')).code, 150);
    let sent = '';
    await until('every buffer between the two is full', async () => {
      const before = sent;
      sent = /Sending .*: (\d+) bytes/.exec((await client.say('STAT')).text)?.[1] ?? '';
      return sent !== '0' && sent === before;
    });
    assert.ok(Number(sent) < LARGE_FILE_BYTES);
    const pieces: Buffer[] = [];
    for await (const piece of data) pieces.push(piece as Buffer);
    assert.equal((await client.reply()).code, 226);
    assert.equal(sha256(Buffer.concat(pieces)), sha256(large));
  });

  test('beyond its end is refused, at its end is nothing', async () => {
    await using client = await RawClient.login(ann);
    assert.equal((await client.say(`REST ${FILE_BYTES}`)).code, 350);
    const { data, last } = await client.fetch('RETR file');
    assert.deepEqual([data.length, last.code], [0, 226]);
    assert.equal((await client.say(`REST ${FILE_BYTES + 1}`)).code, 350);
    assert.equal((await client.fetch('RETR file')).last.code, 554);
  });
});

/** Receives the first bytes of the file and breaks off, as a client that is killed then would. */
async function receive(login: Login, local: string, bytes: number): Promise<void> {
  await using client = await RawClient.login(login);
  const data = await client.passive();
  assert.equal((await client.say('RETR file')).code, 150);
  const pieces: Buffer[] = [];
  let received = 0;
  for await (const piece of data) {
    if (received >= bytes) break;
    pieces.push(piece as Buffer);
    received += (piece as Buffer).length;
  }
  await writeFile(local, Buffer.concat(pieces).subarray(0, bytes));
}

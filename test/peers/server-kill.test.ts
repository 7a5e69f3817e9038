import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { skipWithout } from '../support/peers.ts';
import { CARRIERS } from './support/carriers.ts';
import { randomBytesOf, sha256, sha256File } from './support/content.ts';
import { startCurl } from './support/curl.ts';
import { shownOf, sizeOf } from './support/cuts.ts';
import { succeeded, untilOrEnd } from './support/process.ts';
import { RawClient, sendAll } from './support/raw-client.ts';
import { Site } from './support/site.ts';
import { until } from './support/wait.ts';

const CHECKPOINT_BYTES = 256 * 1024;
const FILE_BYTES = 6_000_011;
/** How much is sent before the server is killed: some checkpoints, and a part of the next one. */
const SENT_BYTES = 3_700_000;

/** How often the server is killed at a random moment of one upload. */
const RANDOM_KILLS = 6;
const LARGE_FILE_BYTES = 24_000_023;
const SLOW = '24M';

/** How often it is killed while small files are committed, and after how many at most. */
const COMMIT_KILLS = 8;
const MOST_COMMITS = 60;
const SMALL_FILE_BYTES = 3000;
const SENDERS = 4;
const FOLDER = 'small';

/** What a stopping server may take beyond its grace until its process has ended, in milliseconds. */
const GRACE = '3s';
const LATEST_END_MS = 10_000;

const ARGS = ['--uploads-checkpoint', `${CHECKPOINT_BYTES}`, '--shutdown-grace', GRACE];

suite('the server', { timeout: 240_000 }, () => {
  const content = randomBytesOf('server-kill', FILE_BYTES);
  const digest = sha256(content);
  let site: Site;

  before(async () => {
    site = await Site.open({ args: ARGS });
    await writeFile(site.local('source'), content);
  });
  after(() => site[Symbol.asyncDispose]());

  for (const [client, { needs, put }] of Object.entries(CARRIERS)) {
    test(
      `killed during an upload goes on after its restart from the last checkpoint, with ${client}`,
      { skip: skipWithout('curl', needs) },
      async () => {
        const name = `killed-${needs}`;
        const upload = await site.nextUpload();
        await using curl = startCurl(site.as('ann'), name, '-T', '-');
        curl.child.stdin.write(content.subarray(0, SENT_BYTES));
        await upload.has(SENT_BYTES);
        const ann = site.as('ann');
        // Checkpoints follow the bytes: at least two have to be recorded.
        await until('two checkpoints are durable', async () => {
          return ((await sizeOf(ann, name)) ?? 0) >= shownOf(2 * CHECKPOINT_BYTES);
        });
        const told = (await sizeOf(ann, name)) ?? 0;
        await site.crash();
        // It waits for more to send, and would only then see that nobody is there.
        await curl.kill();

        const offset = (await sizeOf(site.as('ann'), name)) ?? 0;
        assert.ok(offset >= told, `${offset} is told after ${told}`);
        assert.ok(offset <= SENT_BYTES);
        succeeded(await put(site.as('ann'), site.local('source'), name));
        assert.equal(await sha256File(site.inHome('ann', name)), digest);
        const { resumedFrom } = await site.transfer({ path: `/${name}`, outcome: 'complete' });
        assert.equal(resumedFrom, offset);
      },
    );
  }

  test(
    'killed while a file is replaced keeps the old version, and the new one can go on',
    { skip: skipWithout('python3') },
    async () => {
      const old = randomBytesOf('the version before', 1_000_000);
      await using client = await RawClient.login(site.as('ann'));
      assert.equal((await client.store('STOR replaced', old)).code, 226);
      const upload = await site.nextUpload();
      const data = await client.passive();
      assert.equal((await client.say('STOR replaced')).code, 150);
      await sendAll(data, content.subarray(0, SENT_BYTES));
      await upload.has(SENT_BYTES);
      await site.crash();

      assert.equal(await sha256File(site.inHome('ann', 'replaced')), sha256(old));
      await using again = await RawClient.login(site.as('ann'));
      assert.equal(sha256((await again.fetch('RETR replaced')).data), sha256(old));

      // The owner alone can know how far it came: the reply to an offset too far tells.
      assert.equal((await again.say(`REST ${FILE_BYTES}`)).code, 350);
      const { code, text } = (await again.fetch('STOR replaced')).last;
      assert.equal(code, 554);
      const offset = Number(/\d+/.exec(text.slice(4))?.[0]);
      assert.ok(offset >= CHECKPOINT_BYTES && offset <= SENT_BYTES, text);
      assert.equal((await again.say(`REST ${offset}`)).code, 350);
      assert.equal((await again.store('STOR replaced', content.subarray(offset))).code, 226);
      assert.equal(await sha256File(site.inHome('ann', 'replaced')), digest);
    },
  );

  test(
    'killed at random moments of an upload, time and again, never moves an offset back',
    { skip: skipWithout('curl', 'lftp') },
    async () => {
      const large = randomBytesOf('large', LARGE_FILE_BYTES);
      await writeFile(site.local('large'), large);
      let told = 0;
      for (let kill = 1; kill <= RANDOM_KILLS; kill += 1) {
        const before = await site.stagedBytes();
        const flags = ['-C', '-', '-T', site.local('large'), '--limit-rate', SLOW];
        await using curl = startCurl(site.as('ann'), 'large', ...flags);
        const enough = before + (Math.random() * LARGE_FILE_BYTES) / RANDOM_KILLS;
        await untilOrEnd(curl, 'enough has come', async () => (await site.stagedBytes()) > enough);
        const during = (await sizeOf(site.as('ann'), 'large')) ?? 0;
        assert.ok(during >= told, `${during} is told after ${told}`);
        await site.crash();
        await curl.kill();
        told = (await sizeOf(site.as('ann'), 'large')) ?? 0;
        assert.ok(told >= during, `${told} is told after ${during}`);
      }
      const put = kept(CARRIERS['lftp -c']).put;
      succeeded(await put(site.as('ann'), site.local('large'), 'large'));
      assert.equal(await sha256File(site.inHome('ann', 'large')), sha256(large));
    },
  );

  test('killed while many small files are committed has every file that it said it has, whole', async () => {
    await mkdir(site.inHome('ann', FOLDER));
    const acknowledged = new Set<string>();
    for (let kill = 1; kill <= COMMIT_KILLS; kill += 1) {
      const enough = acknowledged.size + 1 + Math.floor(Math.random() * MOST_COMMITS);
      const over = new AbortController();
      const senders = Array.from({ length: SENDERS }, async (_, sender) => {
        const client = await RawClient.login(site.as('ann'));
        for (let count = 0; !over.signal.aborted; count += 1) {
          const name = `${kill}-${sender}-${count}`;
          const { code } = await client.store(`STOR ${FOLDER}/${name}`, smallFile(name));
          assert.equal(code, 226);
          acknowledged.add(name);
        }
      });
      const ended = Promise.allSettled(senders);
      await until('enough are acknowledged', () => acknowledged.size >= enough);
      await site.server.kill('SIGKILL');
      over.abort();
      await ended;

      // As the crash has left it, and as the next start does.
      for (const when of ['before', 'after']) {
        if (when === 'after') await site.start();
        const names = await readdir(site.inHome('ann', FOLDER));
        for (const name of acknowledged) assert.ok(names.includes(name), `${name} ${when}`);
        for (const name of names) {
          const isWhole = (await readFile(site.inHome('ann', FOLDER, name))).equals(
            smallFile(name),
          );
          assert.ok(isWhole, `${name} is whole ${when} the restart`);
        }
      }
    }
  });

  test(
    'told to stop during an upload ends in time, says so, and the upload goes on later',
    { skip: skipWithout('lftp') },
    async () => {
      await using idle = await RawClient.login(site.as('ann'));
      await using client = await RawClient.login(site.as('ann'));
      const upload = await site.nextUpload();
      const data = await client.passive();
      assert.equal((await client.say('STOR stopped')).code, 150);
      await sendAll(data, content.subarray(0, SENT_BYTES));
      await upload.has(SENT_BYTES);

      const began = performance.now();
      const stopped = site.server.stop();
      const last = await client.reply();
      assert.ok([421, 426].includes(last.code), last.text);
      if (last.code === 426) assert.equal((await client.reply()).code, 421);
      assert.equal((await idle.reply()).code, 421);
      assert.deepEqual(await stopped, { code: 0, signal: null });
      assert.ok(performance.now() - began < LATEST_END_MS, 'it ends in time');

      await site.start();
      assert.equal(
        await sizeOf(site.as('ann'), 'stopped'),
        shownOf(SENT_BYTES),
        'every byte is kept',
      );
      const put = kept(CARRIERS['lftp -c']).put;
      succeeded(await put(site.as('ann'), site.local('source'), 'stopped'));
      assert.equal(await sha256File(site.inHome('ann', 'stopped')), digest);
      const { resumedFrom } = await site.transfer({ path: '/stopped', outcome: 'complete' });
      assert.equal(resumedFrom, shownOf(SENT_BYTES));
    },
  );

  test('after all of that has a ledger that is right', () => site.assertNoDrift('ann'));
});

function smallFile(name: string): Buffer {
  return randomBytesOf(name, SMALL_FILE_BYTES);
}

function kept<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { skipWithout } from '../support/peers.ts';
import { CARRIERS } from './support/carriers.ts';
import { randomBytesOf, sha256, sha256File } from './support/content.ts';
import { startCurl } from './support/curl.ts';
import { killCurlAfter, shownOf, sizeOf, untilDurable } from './support/cuts.ts';
import { startFtplib } from './support/ftplib.ts';
import { startLftp, word } from './support/lftp.ts';
import { succeeded, untilOrEnd } from './support/process.ts';
import { RawClient, sendAll } from './support/raw-client.ts';
import { startReader } from './support/reader.ts';
import { type Login, Site } from './support/site.ts';
import { until } from './support/wait.ts';

/** Not a multiple of anything that anybody counts in. */
const FILE_BYTES = 5_000_003;
const CHECKPOINT = '256KiB';
/** How often a client is killed before it may finish. */
const RANDOM_KILLS = 8;
/** How many uploads that have hardly begun are killed. */
const EARLY_KILLS = 40;
/** How many uploads are finished under the eyes of their owner. */
const FINISHED_UPLOADS = 20;
/** Slow enough that a kill comes in between. */
const SLOW = '12M';
const LARGE_FILE_BYTES = 12_000_017;

suite('an upload that was cut', { timeout: 240_000 }, () => {
  const content = randomBytesOf('resume-upload', FILE_BYTES);
  const digest = sha256(content);
  let site: Site;
  let ann: Login;

  before(async () => {
    site = await Site.open({ args: ['--uploads-checkpoint', CHECKPOINT] });
    ann = site.as('ann');
    await writeFile(site.local('source'), content);
  });
  after(() => site[Symbol.asyncDispose]());

  const carriers = Object.entries(CARRIERS);

  /** Continues behind the durable bytes with a client, and proves that it did not begin again. */
  async function carryOn(name: string, client: string, durable: number): Promise<void> {
    const { put } = CARRIERS[client] ?? assert.fail();
    succeeded(await put(ann, site.local('source'), name));
    assert.equal(await sha256File(site.inHome('ann', name)), digest);
    const { resumedFrom } = await site.transfer({ path: `/${name}`, outcome: 'complete' });
    assert.equal(resumedFrom, shownOf(durable), 'the client has carried on where it was cut');
  }

  for (let tenth = 1; tenth <= 9; tenth += 1) {
    const offset = Math.floor((FILE_BYTES * tenth) / 10);
    for (const [client, { needs }] of carriers) {
      const skip = skipWithout('curl', needs);
      test(`at ${tenth} tenths by killing curl goes on with ${client}`, { skip }, async () => {
        const name = `${tenth}-${needs}`;
        await killCurlAfter(site, ann, name, content.subarray(0, offset));
        assert.equal(await sizeOf(ann, name), shownOf(offset));
        await carryOn(name, client, offset);
      });
    }
  }

  for (const [client, { needs, put }] of carriers) {
    const skip = skipWithout('curl', needs);
    test(`behind its last byte by killing curl is finished by ${client}`, { skip }, async () => {
      const name = `whole-${needs}`;
      await killCurlAfter(site, ann, name, content);
      succeeded(await put(ann, site.local('source'), name));
      const found = await sha256File(site.inHome('ann', name)).catch(() => 'nothing');
      await using owner = await RawClient.login(ann);
      await owner.say(`DELE ${name}`);
      assert.equal(found, digest);
    });
  }

  test(
    'by killing Python goes on from the last byte that it had sent',
    { skip: skipWithout('python3') },
    async () => {
      const offset = 3_333_333;
      const script = `
ftp.voidcmd('TYPE I')
data = ftp.transfercmd('STOR ' + args['path'])
with open(args['local'], 'rb') as file: data.sendall(file.read(args['offset']))
print('sent')
sys.stdin.read()
`;
      const args = { path: 'python-killed', local: site.local('source'), offset };
      await using client = startFtplib(ann, script, args);
      await until('it has sent', () => client.output.stdout.includes('sent'));
      await client.kill();
      await untilDurable(ann, 'python-killed', offset);
      await carryOn('python-killed', 'ftplib with rest=', offset);
    },
  );

  test('by killing lftp goes on with lftp', { skip: skipWithout('lftp') }, async () => {
    const put = `put ${word(site.local('source'))} -o lftp-killed`;
    const upload = await site.nextUpload();
    await using client = startLftp(ann, 'set net:limit-rate 0:4000000', put);
    await upload.has(FILE_BYTES / 4);
    await client.kill();
    const { bytes } = await site.transfer({ path: '/lftp-killed', outcome: 'interrupted' });
    assert.ok(bytes < FILE_BYTES);
    await untilDurable(ann, 'lftp-killed', bytes);
    await carryOn('lftp-killed', 'lftp -c', bytes);
  });

  test(
    'by a reset of the data connection is answered 426 and goes on',
    { skip: skipWithout('curl') },
    async () => {
      await using client = await RawClient.login(ann);
      const offset = 2_222_222;
      const data = await client.passive();
      const upload = await site.nextUpload();
      assert.equal((await client.say('STOR reset')).code, 150);
      await sendAll(data, content.subarray(0, offset));
      // A reset throws away what the other side has not read yet.
      await upload.has(offset);
      data.resetAndDestroy();
      assert.equal((await client.reply()).code, 426);
      assert.equal((await client.say('SIZE reset')).text, `213 ${shownOf(offset)}`);
      await carryOn('reset', 'curl -C -', offset);
    },
  );

  for (const [how, lose] of [
    ['ends', (client: RawClient) => client.socket.end()],
    ['is reset', (client: RawClient) => client.socket.resetAndDestroy()],
  ] as const) {
    test(
      `because the control connection ${how} is not published`,
      { skip: skipWithout('lftp') },
      async () => {
        const name = `control-${how.replace(' ', '-')}`;
        await using client = await RawClient.login(ann);
        const data = await client.passive();
        assert.equal((await client.say(`STOR ${name}`)).code, 150);
        await sendAll(data, content.subarray(0, 1_000_000));
        lose(client);
        await sendAll(data, content.subarray(1_000_000, 1_500_000));
        data.end();
        await untilDurable(ann, name, 1_500_000);
        await carryOn(name, 'lftp -c', 1_500_000);
      },
    );
  }

  test(
    'in silence is taken over by the next client at once',
    { skip: skipWithout('curl') },
    async () => {
      await using silent = await RawClient.login(ann);
      const data = await silent.passive();
      const upload = await site.nextUpload();
      assert.equal((await silent.say('STOR silent')).code, 150);
      await sendAll(data, content.subarray(0, 4_000_000));
      await upload.has(4_000_000);
      const { put } = CARRIERS['curl -C -'] ?? assert.fail();
      succeeded(await put(ann, site.local('source'), 'silent'));
      assert.equal((await silent.reply()).code, 426);
      assert.equal(await sha256File(site.inHome('ann', 'silent')), digest);
      const { resumedFrom } = await site.transfer({ path: '/silent', outcome: 'complete' });
      assert.ok(resumedFrom > 0, 'nothing that is durable is sent again');
    },
  );

  test('that is taken over gets no byte more from the one who sent it before', async () => {
    await using first = await RawClient.login(ann);
    await using second = await RawClient.login(ann);
    const late = await first.passive();
    const upload = await site.nextUpload();
    assert.equal((await first.say('STOR taken')).code, 150);
    await sendAll(late, content.subarray(0, 2_000_000));
    await upload.has(2_000_000);
    const offset = Number((await second.say('SIZE taken')).text.slice(4));
    assert.equal((await second.say(`REST ${offset}`)).code, 350);
    const data = await second.passive();
    assert.equal((await second.say('STOR taken')).code, 150);
    late.end(Buffer.alloc(300_000, 'late'));
    await sendAll(data, content.subarray(offset, 3_000_000));
    assert.equal((await first.reply()).code, 426);
    data.end(content.subarray(3_000_000));
    assert.equal((await second.reply()).code, 226);
    assert.equal(await sha256File(site.inHome('ann', 'taken')), digest);
  });

  test('is there for its owner at every moment in which it is finished', async () => {
    for (let round = 1; round <= FINISHED_UPLOADS; round += 1) {
      const name = `moment-${round}`;
      await using client = await RawClient.login(ann);
      const data = await client.passive();
      const upload = await site.nextUpload();
      assert.equal((await client.say(`STOR ${name}`)).code, 150);
      await sendAll(data, content.subarray(0, 500_000));
      await upload.has(500_000);
      data.resetAndDestroy();
      assert.equal((await client.reply()).code, 426);

      await using watcher = await RawClient.login(ann);
      const finished = new AbortController();
      const watching = (async () => {
        while (!finished.signal.aborted) {
          const { code, text } = await watcher.say(`SIZE ${name}`);
          assert.equal(code, 213, `${text} in round ${round}`);
        }
      })();
      watching.catch(() => {});
      const { text } = await client.say(`SIZE ${name}`);
      assert.equal((await client.say(`REST ${text.slice(4)}`)).code, 350);
      const tail = content.subarray(Number(text.slice(4)), 600_000);
      assert.equal((await client.store(`STOR ${name}`, tail)).code, 226);
      finished.abort();
      await watching;
    }
  });

  test(
    'by killing curl is never taken for complete, however often and early that happens',
    { skip: skipWithout('curl') },
    async () => {
      for (let kill = 1; kill <= EARLY_KILLS; kill += 1) {
        await killCurlAfter(site, ann, `early-${kill}`, content.subarray(0, kill * 50_000));
      }
    },
  );

  test(
    'is seen by its owner alone, and read by nobody',
    { skip: skipWithout('curl') },
    async () => {
      const offset = 1_234_567;
      await site.addAccount('neighbour', '--home', site.inHome('ann'));
      await killCurlAfter(site, ann, 'hidden', content.subarray(0, offset));

      await using owner = await RawClient.login(ann);
      assert.equal((await owner.fetch('RETR hidden')).last.code, 450);
      assert.match((await owner.say('MLST hidden')).text, /X\.partial=1;/i);
      assert.match((await owner.fetch('LIST')).data.toString(), / 1234566 .* hidden\r\n/);

      await using other = await RawClient.login(site.as('neighbour'));
      for (const verb of ['SIZE', 'MDTM', 'MLST', 'RETR', 'XSHA256', 'RNFR', 'DELE']) {
        const { last } = await other.fetch(`${verb} hidden`);
        assert.equal(last.code, 550, `${verb}: ${last.text}`);
      }
      for (const listing of ['LIST', 'NLST', 'MLSD']) {
        const { data } = await other.fetch(listing);
        assert.ok(!data.includes('hidden'), `${listing} of somebody else`);
      }
      await carryOn('hidden', 'curl -C -', offset);
      assert.equal((await other.say('SIZE hidden')).text, `213 ${FILE_BYTES}`);
    },
  );

  test(
    'leaves the file that it was to replace as it was, readable at every moment',
    { skip: skipWithout('curl') },
    async () => {
      const old = randomBytesOf('the old version', 3_000_000);
      await using owner = await RawClient.login(ann);
      assert.equal((await owner.store('STOR replaced', old)).code, 226);
      await site.transfer({ path: '/replaced', direction: 'in', outcome: 'complete' });
      const reader = startReader(ann, 'replaced', [sha256(old), digest]);
      for (const offset of [500_000, 2_500_000, 4_500_000]) {
        await killCurlAfter(site, ann, 'replaced', content.subarray(0, offset));
        assert.equal((await owner.say('SIZE replaced')).text, `213 ${old.length}`);
      }
      // What is there for others is the old version: a client has to know its offset itself.
      const tail = content.subarray(4_500_000);
      assert.equal((await owner.say('REST 4500000')).code, 350);
      assert.equal((await owner.store('STOR replaced', tail)).code, 226);
      const read = reader.count;
      await until('the reader has come by again', () => reader.count > read + 1);
      await reader.stop();
      assert.equal(await sha256File(site.inHome('ann', 'replaced')), digest);
    },
  );

  for (const [client, { needs, put }] of carriers) {
    const skip = skipWithout('curl', needs);
    test(
      `at random moments by killing curl, time and again, goes on with ${client}`,
      { skip },
      async () => {
        const name = `random-${needs}`;
        const large = randomBytesOf(name, LARGE_FILE_BYTES);
        await writeFile(site.local(name), large);
        let told = 0;
        for (let kill = 1; kill <= RANDOM_KILLS; kill += 1) {
          const flags = ['-C', '-', '-T', site.local(name), '--limit-rate', SLOW];
          await using curl = startCurl(ann, name, ...flags);
          const before = await site.stagedBytes();
          const enough = before + (Math.random() * LARGE_FILE_BYTES) / RANDOM_KILLS;
          await untilOrEnd(
            curl,
            'enough has come',
            async () => (await site.stagedBytes()) > enough,
          );
          await curl.kill();
          // Asked at once: whatever is told now must not move back.
          const offset = await sizeOf(ann, name);
          assert.ok((offset ?? 0) >= told, `${offset} was told after ${told}`);
          told = offset ?? 0;
          if (await isThere(site.inHome('ann', name))) break;
        }
        succeeded(await put(ann, site.local(name), name));
        assert.equal(await sha256File(site.inHome('ann', name)), sha256(large));
      },
    );
  }

  test('and finished leaves a ledger that is right', () => site.assertNoDrift('ann'));
});

async function isThere(path: string): Promise<boolean> {
  return sha256File(path).then(
    () => true,
    () => false,
  );
}

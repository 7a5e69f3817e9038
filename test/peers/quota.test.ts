import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { skipWithout } from '../support/peers.ts';
import { CARRIERS } from './support/carriers.ts';
import { bytesIn, randomFile, sha256File } from './support/content.ts';
import { curl } from './support/curl.ts';
import { shownOf, sizeOf } from './support/cuts.ts';
import { askFtplib } from './support/ftplib.ts';
import { startLftp, word } from './support/lftp.ts';
import { type ClientResult, succeeded, transcript } from './support/process.ts';
import { RawClient } from './support/raw-client.ts';
import { type Login, Site } from './support/site.ts';
import { MiB } from './support/sizes.ts';
import { until } from './support/wait.ts';

const UPLOADS = 8;
const FITTING = 5;
const FILE_BYTES = 6 * MiB + 11;
const QUOTA_BYTES = FITTING * FILE_BYTES;
/** So that all of them are on their way at the same time. */
const SLOW = '12M';

/** More than fits into the buffers between client and server: it is refused while it is sent. */
const REFUSED_BYTES = 64 * MiB;
const ALLOWED_BYTES = 3 * MiB + 7;
/** It does so at once. */
const LFTP_GIVES_UP_MS = 10_000;

const FTPLIB_ALLO = `
ftp.voidcmd('TYPE I')
try:
  ftp.voidcmd('ALLO %d' % args['bytes'])
  with open(args['local'], 'rb') as file: ftp.storbinary('STOR ' + args['path'], file)
  print(json.dumps('226'))
except ftplib.Error as error: print(json.dumps(str(error)[:3]))
except OSError:
  try: print(json.dumps(ftp.getresp()[:3]))
  except ftplib.Error as error: print(json.dumps(str(error)[:3]))
`;

suite('an upload that is refused in the middle', { timeout: 120_000 }, () => {
  const local = 'source';
  let site: Site;
  let ann: Login;

  before(async () => {
    site = await Site.open({ accounts: { ann: ['--quota', `${ALLOWED_BYTES}`] } });
    ann = site.as('ann');
    await randomFile(site.local(local), local, REFUSED_BYTES);
  });
  afterEach(async () => {
    await using client = await RawClient.login(ann);
    await client.say('DELE file');
  });
  after(() => site[Symbol.asyncDispose]());

  test('is answered 552, and what came before is kept', async () => {
    await using client = await RawClient.login(ann);
    const bytes = await readFile(site.local(local));
    assert.equal((await client.store('STOR file', bytes)).code, 552);
    assert.equal(await sizeOf(ann, 'file'), shownOf(ALLOWED_BYTES));
  });

  test(
    'fails with curl, which looks at nothing but what it sends',
    { skip: skipWithout('curl') },
    async () => {
      const result = await curl(ann, 'file', '-v', '-T', site.local(local));
      assert.notEqual(result.code, 0);
      assert.match(result.stderr, /^< 552[ -]|Send failure/m, transcript(result));
    },
  );

  test(
    'lets lftp read why, which else would try again for ever',
    {
      skip: skipWithout('lftp'),
    },
    async () => {
      await using client = startLftp(ann, `put ${word(site.local(local))} -o file`);
      await until('lftp gives up', () => client.child.exitCode !== null, LFTP_GIVES_UP_MS);
      const result = await client.exited;
      assert.notEqual(result.code, 0);
      assert.match(result.stderr, /552/, transcript(result));
    },
  );

  test('lets ftplib read why', { skip: skipWithout('python3') }, async () => {
    const args = { path: 'file', local: site.local(local), bytes: 0 };
    assert.equal(await askFtplib(ann, FTPLIB_ALLO, args), '552');
  });
});

suite(`${UPLOADS} parallel uploads, with a quota for ${FITTING},`, { timeout: 180_000 }, () => {
  const names = Array.from({ length: UPLOADS }, (_, index) => `file-${index + 1}`);
  let site: Site;
  let ann: Login;
  let digests: readonly string[];

  beforeEach(async () => {
    site = await Site.open({
      accounts: { ann: ['--quota', `${QUOTA_BYTES}`] },
      args: ['--uploads-checkpoint', '512KiB'],
    });
    ann = site.as('ann');
    digests = await Promise.all(
      names.map((name) => randomFile(site.local(name), name, FILE_BYTES)),
    );
  });
  afterEach(() => site[Symbol.asyncDispose]());

  /** Runs something while what is stored is measured, on the disk and in the ledger. */
  async function neverOverrun<T>(run: () => Promise<T>): Promise<T> {
    const over = new AbortController();
    let measured = 0;
    const look = async (measure: () => Promise<number>): Promise<void> => {
      while (!over.signal.aborted) {
        const bytes = await measure();
        assert.ok(bytes <= QUOTA_BYTES, `${bytes} bytes are stored, ${QUOTA_BYTES} are allowed`);
        measured += 1;
      }
    };
    const looking = Promise.all([look(() => bytesOnDisk(site)), look(() => site.bytesUsed('ann'))]);
    looking.catch(() => {});
    const result = await run().finally(() => {
      over.abort();
    });
    await looking;
    assert.ok(measured > 1);
    return result;
  }

  /**
   * Sends each file again until it is there; what was there already is not sent again. One after
   * the other: a sender who does not say a size holds a little more room than it will need.
   */
  async function finish(which: readonly string[]): Promise<void> {
    const { put } = CARRIERS['curl -C -'] ?? assert.fail();
    for (const name of which) {
      const before = (await sizeOf(ann, name)) ?? 0;
      succeeded(await put(ann, site.local(name), name));
      const { resumedFrom } = await site.transfer({ path: `/${name}`, outcome: 'complete' });
      assert.equal(resumedFrom, before, `${name} goes on where it was refused`);
      assert.equal(await sha256File(site.inHome('ann', name)), digests[names.indexOf(name)]);
    }
  }

  test(
    'whose sizes nobody said: those that do not fit get 552 and go on when the quota is raised',
    { skip: skipWithout('curl') },
    async () => {
      const results = await neverOverrun(() =>
        Promise.all(
          names.map((name) => curl(ann, name, '-T', site.local(name), '--limit-rate', SLOW)),
        ),
      );
      const refused = refusedOf(names, results);
      assert.ok(refused.length >= UPLOADS - FITTING, `${refused.length} were refused`);
      const used = await site.bytesUsed('ann');
      assert.ok(used <= QUOTA_BYTES);
      // What was refused is kept, and counts.
      const sizes = await Promise.all(names.map((name) => sizeOf(ann, name)));
      // For one there may have been no room at all.
      const shown = refused.filter((name) => sizes[names.indexOf(name)] !== undefined);
      assert.equal(
        sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0),
        used - shown.length * (1 - shownOf(1)),
      );
      await using client = await RawClient.login(ann);
      assert.equal((await client.store('STOR one-more', Buffer.alloc(MiB))).code, 552);
      // There may have been room for some of it.
      await client.say('DELE one-more');

      await site.cli(['account', 'set', 'ann', '--quota', `${UPLOADS * FILE_BYTES}`]);
      await finish(refused);
      assert.equal(await site.bytesUsed('ann'), UPLOADS * FILE_BYTES);
      await site.assertNoDrift('ann');
    },
  );

  test(
    'whose sizes nobody said: those that do not fit go on when files are removed',
    { skip: skipWithout('curl') },
    async () => {
      // Some are there already, so that some can be removed.
      const [first = '', second = '', third = '', ...others] = names;
      await finish([first, second, third]);
      const results = await neverOverrun(() =>
        Promise.all(
          others.map((name) => curl(ann, name, '-T', site.local(name), '--limit-rate', SLOW)),
        ),
      );
      const refused = refusedOf(others, results);
      assert.ok(refused.length >= UPLOADS - FITTING, `${refused.length} were refused`);
      await using client = await RawClient.login(ann);
      for (const name of [first, second, third]) {
        assert.equal((await client.say(`DELE ${name}`)).code, 250);
      }
      await neverOverrun(() => finish(refused));
      assert.equal(await site.bytesUsed('ann'), QUOTA_BYTES);
      await site.assertNoDrift('ann');
    },
  );

  test(
    `whose sizes were said by ALLO: exactly ${FITTING} are stored`,
    { skip: skipWithout('python3', 'curl') },
    async () => {
      const answers = await neverOverrun(() =>
        Promise.all(
          names.map((path) =>
            askFtplib(ann, FTPLIB_ALLO, { path, local: site.local(path), bytes: FILE_BYTES }),
          ),
        ),
      );
      assert.equal(answers.filter((answer) => answer === '226').length, FITTING, answers.join(' '));
      const refused = names.filter((_, index) => answers[index] === '552');
      assert.equal(refused.length, UPLOADS - FITTING, answers.join(' '));
      for (const name of refused) assert.equal(await sizeOf(ann, name), undefined);
      assert.equal(await site.bytesUsed('ann'), QUOTA_BYTES);

      await using client = await RawClient.login(ann);
      const stored = names.filter((name) => !refused.includes(name));
      for (const name of stored.slice(0, refused.length)) {
        assert.equal((await client.say(`DELE ${name}`)).code, 250);
      }
      await finish(refused);
      await site.assertNoDrift('ann');
    },
  );

  test('told a size that never fits: 552 before a byte moves', async () => {
    await using client = await RawClient.login(ann);
    assert.equal((await client.say(`ALLO ${QUOTA_BYTES + 1}`)).code, 552);
    assert.equal((await client.store('STOR old', Buffer.alloc(FILE_BYTES))).code, 226);
    // It would fit into an empty home, and so ALLO alone cannot know.
    assert.equal((await client.say(`ALLO ${QUOTA_BYTES}`)).code, 200);
    const { code } = (await client.fetch('STOR large')).last;
    assert.equal(code, 552, 'the refusal is the first reply, not one after 150');
    assert.equal(await site.stagedBytes(), 0);
    assert.equal(await site.bytesUsed('ann'), FILE_BYTES);
    await until('nothing is in the way', async () => {
      return (await client.store('STOR small', Buffer.alloc(1))).code === 226;
    });
    await site.assertNoDrift('ann');
  });

  test('of which some replace files, settle to the difference', async () => {
    await using client = await RawClient.login(ann);
    assert.equal((await client.store('STOR file', Buffer.alloc(3 * FILE_BYTES))).code, 226);
    assert.equal((await client.store('STOR file', Buffer.alloc(2 * FILE_BYTES))).code, 226);
    assert.equal(await site.bytesUsed('ann'), 2 * FILE_BYTES);
    // The old version stays until the new one is complete: both have to fit.
    assert.equal((await client.store('STOR file', Buffer.alloc(4 * FILE_BYTES))).code, 552);
    assert.ok((await site.bytesUsed('ann')) <= QUOTA_BYTES);
    const { data } = await client.fetch('RETR file');
    assert.equal(data.length, 2 * FILE_BYTES, 'the old version is as it was');
    await site.assertNoDrift('ann');
  });
});

/** In this order a file that is just being published may be missed, and is never counted twice. */
async function bytesOnDisk(site: Site): Promise<number> {
  const published = await bytesIn(site.inHome('ann'));
  return published + (await site.stagedBytes());
}

/** The names of those that failed, each because of the quota and of nothing else. */
function refusedOf(which: readonly string[], results: readonly ClientResult[]): string[] {
  const refused = which.filter((_, index) => results[index]?.code !== 0);
  for (const name of refused) {
    // curl has a word of its own for 552, and for whatever is refused before it begins.
    const { stderr } = results[which.indexOf(name)] ?? assert.fail();
    assert.match(stderr, /552|Exceeded storage allocation/);
  }
  return refused;
}

import assert from 'node:assert/strict';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Client } from '../ftp/client.ts';
import { randomBytesOf, sha256, sha256File } from '../peers/support/content.ts';
import { OTHER, Pair, type Which } from './pair.ts';
import { ask, endOf, expectReply, received, until } from './visitor.ts';

/** How much of a running upload is made durable at a time, in bytes. */
const CHECKPOINT = 64 * 1024;
const FILE_BYTES = 1_000_003;
/** Some checkpoints, and a part of the next one. */
const SENT_BYTES = 300_000;

const UPLOADS = 8;
const FITTING = 5;
const QUOTA = FITTING * FILE_BYTES;

/** What is declared of an upload whose server is killed, of all the room that there is. */
const DECLARED = 900_000;
const ROOM = 1_000_000;

const COMMIT_KILLS = 2;
const SMALL_BYTES = 3000;
const SENDERS = 3;

const TAKEN_OVER = 'Another session has taken this upload over';
const WHICH = ['A', 'B'] as const;

suite('two servers on one data folder', { timeout: 180_000 }, () => {
  const content = randomBytesOf('two servers', FILE_BYTES);
  const digest = sha256(content);
  let pair: Pair;

  before(async () => {
    const accounts = {
      ann: {},
      said: { quotaBytes: QUOTA },
      unsaid: { quotaBytes: QUOTA },
      full: { quotaBytes: ROOM },
      small: {},
    };
    pair = await Pair.open(accounts, ['--uploads-checkpoint', `${CHECKPOINT}`]);
  });
  after(() => pair[Symbol.asyncDispose]());

  /** The file is the same through both servers and on the disk. */
  async function isWhole(account: string, name: string, wanted = digest): Promise<void> {
    assert.equal(await sha256File(pair.home(account, name)), wanted);
    for (const which of WHICH) {
      await using client = await pair.logIn(which, account);
      assert.equal(sha256(await client.download(`RETR ${name}`)), wanted, `${name} at ${which}`);
    }
  }

  for (const here of WHICH) {
    const there = OTHER[here];

    test(`an upload that hangs at ${here} is taken over at ${there} at once`, async () => {
      const name = `taken-from-${here}`;
      const first = await pair.logIn(here, 'ann');
      const late = await begin(first, name, content.subarray(0, SENT_BYTES));
      const second = await pair.logIn(there, 'ann');
      const told = await toldOf(second, name);

      await second.say(`REST ${told}`, 350);
      const data = await second.data();
      await ask(second, `STOR ${name}`, '150 Waiting for the bytes');
      late.write(Buffer.alloc(CHECKPOINT, 'late'));
      await expectReply(first, `426 ${TAKEN_OVER}; ${SENT_BYTES} bytes are kept`);
      await endOf(late);

      data.write(content.subarray(told, SENT_BYTES));
      await received(second, SENT_BYTES);
      for (const which of WHICH) {
        const third = await pair.logIn(which, 'ann');
        // One byte more is kept than is told (docs/resume.md).
        const kept = (await toldOf(third, name)) + 1;
        assert.ok(kept >= told, `${kept} is kept at ${which} after ${told} was told`);
      }
      data.end(content.subarray(SENT_BYTES));
      await expectReply(second, `226 Stored, ${FILE_BYTES} bytes`);
      await ask(first, 'NOOP', '200 Done nothing');
      await isWhole('ann', name);
    });

    test(`an upload goes on at ${there} while ${here} is dead`, async () => {
      const name = `killed-at-${here}`;
      const first = await pair.logIn(here, 'ann');
      await begin(first, name, content.subarray(0, SENT_BYTES));
      const second = await pair.logIn(there, 'ann');
      const told = await toldOf(second, name);
      await pair.crash(here);

      const offset = await toldOf(second, name);
      assert.ok(offset >= told && offset < SENT_BYTES, `${offset} is told after ${told}`);
      await second.say(`REST ${offset}`, 350);
      assert.equal(await send(second, name, content.subarray(offset)), STORED);
      await pair.start(here);
      await isWhole('ann', name);
    });
  }

  test('an upload begun anew at a server that is then killed leaves the one before it', async () => {
    const second = await pair.logIn('B', 'ann');
    await cut(second, 'anew', content.subarray(0, SENT_BYTES));
    const first = await pair.logIn('A', 'ann');
    await begin(first, 'anew', Buffer.from('less than a checkpoint'));
    await pair.crash('A');
    await second.say(`REST ${SENT_BYTES}`, 350);
    assert.equal(await send(second, 'anew', content.subarray(SENT_BYTES)), STORED);
    await pair.start('A');
    await isWhole('ann', 'anew');
  });

  test('an offset that was told is told again while another server begins anew', async () => {
    const second = await pair.logIn('B', 'ann');
    await cut(second, 'told', content.subarray(0, SENT_BYTES));
    await ask(second, 'SIZE told', `213 ${SENT_BYTES - 1}`);
    const first = await pair.logIn('A', 'ann');
    await begin(first, 'told', Buffer.from('less than a checkpoint'));
    await ask(second, 'SIZE told', `213 ${SENT_BYTES - 1}`);
  });

  for (const [size, bytes] of Object.entries({ small: 5000, large: SENT_BYTES })) {
    for (const last of ['first', 'last'] as const) {
      const what = `two ${size} uploads to one name, the one begun ${last} ending last,`;
      test(`${what} are committed one after the other, each whole`, async () => {
        const name = `both-${size}-${last}`;
        const clients = [await pair.logIn('A', 'ann'), await pair.logIn('B', 'ann')];
        const versions = ['A', 'B'].map((which) => randomBytesOf(which, bytes));
        const begun: { client: Client; data: Socket; whole: Buffer }[] = [];
        for (const [index, client] of clients.entries()) {
          const whole = versions[index] ?? assert.fail();
          const data = await begin(client, name, whole.subarray(0, bytes - 1000));
          begun.push({ client, data, whole });
        }
        for (const { client, data, whole } of last === 'last' ? begun : begun.toReversed()) {
          data.end(whole.subarray(bytes - 1000));
          await expectReply(client, `226 Stored, ${bytes} bytes`);
          await isWhole('ann', name, sha256(whole));
        }
      });
    }
  }

  for (const [account, announces] of Object.entries({ said: true, unsaid: false })) {
    const how = announces ? 'whose sizes were said' : 'of unknown size';
    test(`${UPLOADS} uploads ${how} never overrun a quota for ${FITTING} of them`, async () => {
      const uploads = await Promise.all(
        Array.from({ length: UPLOADS }, async (_, index) => {
          const which: Which = index % 2 === 0 ? 'A' : 'B';
          const name = `file-${index}`;
          const client = await pair.logIn(which, account);
          if (announces) await client.say(`ALLO ${FILE_BYTES}`, 200);
          const data = await client.data();
          await ask(client, `STOR ${name}`, '150 Waiting for the bytes');
          return { which, name, client, data, whole: randomBytesOf(name, FILE_BYTES) };
        }),
      );
      const replies = await neverOver(account, async () =>
        Promise.all(
          uploads.map(async ({ client, data, whole }) => {
            data.end(whole);
            const { code, lines } = await client.reply();
            return `${code} ${lines.join('\n')}`;
          }),
        ),
      );

      const stopped = uploads.filter((_, index) => replies[index] !== STORED);
      const kept = replies.filter((reply) => reply !== STORED).map(keptIn);
      if (announces) assert.deepEqual(kept, Array(UPLOADS - FITTING).fill(0), replies.join('\n'));
      else assert.ok(stopped.length >= UPLOADS - FITTING, replies.join('\n'));
      const staged = kept.filter((bytes) => bytes > 0);
      const unfinished = pair.unfinished(account);
      assert.deepEqual(new Set(unfinished.map(({ offset }) => offset)), new Set(staged));
      assert.equal(unfinished.length, staged.length);
      for (const { offset, reserved } of unfinished) assert.equal(reserved, offset);
      const stored = (UPLOADS - stopped.length) * FILE_BYTES;
      assert.equal(
        pair.charged(account),
        staged.reduce((sum, bytes) => sum + bytes, stored),
      );
      await pair.assertNoDrift(account);

      await pair.cli('account', 'set', account, '--quota', `${UPLOADS * FILE_BYTES}`);
      for (const { which, name, whole } of stopped) {
        const client = await pair.logIn(OTHER[which], account);
        client.send(`SIZE ${name}`);
        const { code, lines } = await client.reply();
        const offset = code === 213 ? Number(lines[0]) : 0;
        await client.say(`REST ${offset}`, 350);
        assert.equal(await send(client, name, whole.subarray(offset)), STORED);
      }
      for (const { name, whole } of uploads) {
        assert.equal(await sha256File(pair.home(account, name)), sha256(whole));
      }
      assert.equal(pair.charged(account), UPLOADS * FILE_BYTES);
      assert.deepEqual(pair.unfinished(account), []);
      await pair.assertNoDrift(account);
    });
  }

  test('what a killed server had set aside is given back by the other, and by the next start', async () => {
    const whole = content.subarray(0, DECLARED);
    const first = await pair.logIn('A', 'full');
    const second = await pair.logIn('B', 'full');
    await first.say(`ALLO ${DECLARED}`, 200);
    await begin(first, 'killed', whole.subarray(0, SENT_BYTES));
    await toldOf(second, 'killed');
    assert.equal(pair.charged('full'), DECLARED);
    await pair.crash('A');

    // No more fits than that was not durable, as soon as B has noticed.
    const other = randomBytesOf('other', ROOM - SENT_BYTES);
    await until('there is room', async () => {
      await second.say(`ALLO ${other.length}`, 200);
      return (await send(second, 'other', other)) === `226 Stored, ${other.length} bytes`;
    });
    const [killed] = pair.unfinished('full');
    assert.equal(killed?.reserved, killed?.offset);
    assert.equal(pair.charged('full'), other.length + (killed?.offset ?? 0));
    await second.say('DELE other', 250);

    await second.say(`REST ${killed?.offset}`, 350);
    await begin(second, 'killed', whole.subarray(killed?.offset, SENT_BYTES), killed?.offset);
    assert.equal(pair.charged('full'), DECLARED);
    await pair.crash('B');
    await pair.start('A');
    const [again] = pair.unfinished('full');
    assert.deepEqual([again?.state, again?.reserved], ['staging', again?.offset]);
    assert.equal(pair.charged('full'), again?.offset);
    await pair.start('B');
    const third = await pair.logIn('A', 'full');
    await third.say(`REST ${again?.offset}`, 350);
    const last = await send(third, 'killed', whole.subarray(again?.offset));
    assert.equal(last, `226 Stored, ${DECLARED} bytes`);
    assert.equal(pair.charged('full'), DECLARED);
    await isWhole('full', 'killed', sha256(whole));
    await pair.assertNoDrift('full');
  });

  test('a server killed while it commits many small files loses none and counts each once', async () => {
    await mkdir(pair.home('small', 'many'), { recursive: true });
    const acknowledged = new Set<string>();
    for (let kill = 1; kill <= COMMIT_KILLS; kill += 1) {
      const over = new AbortController();
      const sendFrom = async (which: Which, sender: number): Promise<void> => {
        const client = await pair.logIn(which, 'small');
        for (let count = 0; !over.signal.aborted; count += 1) {
          const name = `${kill}-${which}${sender}-${count}`;
          const bytes = randomBytesOf(name, SMALL_BYTES);
          assert.equal(
            await send(client, `many/${name}`, bytes),
            `226 Stored, ${SMALL_BYTES} bytes`,
          );
          acknowledged.add(name);
        }
      };
      const dying = Array.from({ length: SENDERS }, (_, sender) => sendFrom('A', sender));
      const ended = Promise.allSettled(dying);
      const living = sendFrom('B', 0);
      living.catch(() => {});
      const enough = acknowledged.size + 20 * kill;
      await until('enough are acknowledged', () => acknowledged.size >= enough);
      await pair.crash('A');
      over.abort();
      await ended;
      await living;

      const watcher = await pair.logIn('B', 'small');
      await until('what A was doing is done', async () => {
        return (await watcher.say('SITE UPLOADS', 213)) === 'Unfinished uploads\nEnd';
      });
      const names = await readdir(pair.home('small', 'many'));
      const missing = [...acknowledged].filter((name) => !names.includes(name));
      assert.deepEqual(missing, [], 'every one that was acknowledged is there');
      for (const name of names) {
        const found = await readFile(pair.home('small', 'many', name));
        assert.ok(found.equals(randomBytesOf(name, SMALL_BYTES)), `${name} is whole`);
      }
      assert.equal(pair.charged('small'), names.length * SMALL_BYTES);
      await pair.assertNoDrift('small');
      await pair.start('A');
    }
  });

  /** Runs something while the ledger and the disk are looked at. */
  async function neverOver<T>(account: string, run: () => Promise<T>): Promise<T> {
    const over = new AbortController();
    const others = await pair.staged();
    let looks = 0;
    const looking = (async () => {
      while (!over.signal.aborted) {
        const [charged, stored] = [pair.charged(account), await pair.bytesOnDisk(account, others)];
        assert.ok(Math.max(charged, stored) <= QUOTA, `${charged} charged, ${stored} stored`);
        looks += 1;
        await turn();
      }
    })();
    looking.catch(() => {});
    const result = await run().finally(() => {
      over.abort();
    });
    await looking;
    assert.ok(looks > 1, 'it was looked at while they came');
    return result;
  }
});

const STORED = `226 Stored, ${FILE_BYTES} bytes`;

/** Begins, or goes on with, an upload. @returns its data connection when all bytes are there */
async function begin(client: Client, name: string, bytes: Buffer, start = 0): Promise<Socket> {
  const data = await client.data();
  await ask(client, `STOR ${name}`, '150 Waiting for the bytes');
  data.write(bytes);
  await received(client, start + bytes.length);
  return data;
}

/** Asks until a checkpoint of an upload is told: no answer is less than the one before. */
async function toldOf(client: Client, name: string): Promise<number> {
  let told = -1;
  return until('a checkpoint is told', async () => {
    client.send(`SIZE ${name}`);
    const { code, lines } = await client.reply();
    const size = code === 213 ? Number(lines[0]) : -1;
    assert.ok(size >= told, `${size} is told after ${told}`);
    told = size;
    return told >= CHECKPOINT - 1 && told;
  });
}

/** Leaves an unfinished upload of exactly these bytes. */
async function cut(client: Client, name: string, bytes: Buffer): Promise<void> {
  const data = await begin(client, name, bytes);
  data.resetAndDestroy();
  await expectReply(client, `426 The data connection broke; ${bytes.length} bytes are kept`);
}

/** Sends all of an upload, or the rest behind REST. @returns the final reply */
async function send(client: Client, name: string, bytes: Buffer): Promise<string> {
  const { code, lines } = await client.upload(`STOR ${name}`, bytes);
  return `${code} ${lines.join('\n')}`;
}

/** How much is kept of an upload that the quota stopped, as its reply says. */
function keptIn(reply: string): number {
  const kept = /^552 The quota of [\d.]+ ?\w+ is reached; (\d+) bytes are kept$/.exec(reply)?.[1];
  assert.ok(kept !== undefined, reply);
  return Number(kept);
}

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import type { Client } from '../ftp/client.ts';
import { startLive, type Live } from '../ftp/live.ts';
import { COMPLETE_OR_CUT, testRows } from './rows.ts';
import {
  ask,
  begin,
  endOf,
  expectLogged,
  expectReply,
  expectSight,
  leave,
  listUploads,
  showUpload,
  store,
  until,
} from './visitor.ts';

const WHOLE = '0123456789';

/** More than comes in one write: for these the server may wait for a sign of its sender. */
const LARGE = 'large'.repeat(4000);

const UNCONFIRMED = 'The control connection ended before the upload was confirmed';
const MARKED = 'the data itself said that it was all';
const SILENT = 'the data ended in order and the control connection stayed open';

/** Longer than a test waits for a reply: what is answered all the same was not waited for. */
const LONGEST_GRACE = { ftpGraceMin: '60s', ftpGraceMax: '60s' };

/** A data connection that takes so long to come shows a way on which signs take as long, in ms. */
const FAR_MS = 1000;

suite('complete or cut, in the words of the design,', { timeout: 120_000 }, () => {
  let live: Live;
  /** Looks at a control connection for a minute before it believes in silence. */
  let patient: Live;
  /** The same, unless a few round trips take less. */
  let measuring: Live;
  /** Cuts a transfer in which no byte moves for a second. */
  let hasty: Live;

  /** Each evidence is looked up once with `carryon uploads show`, which takes a process. */
  const shown = new Set<string>();

  before(async () => {
    live = await startLive();
    patient = await startLive({ flags: LONGEST_GRACE });
    measuring = await startLive({ flags: { ...LONGEST_GRACE, ftpGraceRoundTrips: '4' } });
    hasty = await startLive({ flags: { ftpStallTimeout: '1s' } });
    for (const one of [live, patient, measuring, hasty]) {
      await one.addAccount('neighbour', { home: 'homes/anna' });
    }
    await patient.addAccount('camera', { unconfirmed: 'publish' });
  });
  after(async () => {
    await Promise.all([live, patient, measuring, hasty].map((one) => one[Symbol.asyncDispose]()));
  });

  /** Asserts that what was cut is kept for its owner, hidden from others, and can be completed. */
  async function isKept(at: Live, name: string, bytes: string, why: string): Promise<void> {
    await using owner = await at.logIn();
    await using neighbour = await at.logIn('neighbour');
    await until(`${name} is kept`, async () => (await owner.say(`SIZE ${name}`)) !== ABSENT);
    await expectSight(owner, name, { partial: bytes.length });
    await expectSight(neighbour, name, 'nothing');
    assert.ok(!existsSync(join(at.home('anna'), name)));
    if (!shown.has(why)) {
      const { state, offset, evidence } = await showUpload(at, owner, `/${name}`);
      assert.deepEqual([state, offset, evidence], ['staging', bytes.length, why]);
      shown.add(why);
    }
    await expectLogged(at, `/${name}`, { outcome: 'interrupted', reason: why });
    await ask(owner, `REST ${bytes.length}`, `350 The next transfer begins at ${bytes.length}`);
    await store(owner, `STOR ${name}`, 'rest', `226 Stored, ${bytes.length + 4} bytes`);
    await expectSight(neighbour, name, { file: `${bytes}rest` });
  }

  /** Asserts that everybody sees the file, and why it was taken for complete. */
  async function isPublished(name: string, bytes: string, evidence: string): Promise<void> {
    await using owner = await live.logIn();
    await using neighbour = await live.logIn('neighbour');
    await until(`${name} is published`, () => existsSync(join(live.home('anna'), name)));
    await expectSight(owner, name, { file: bytes });
    await expectSight(neighbour, name, { file: bytes });
    assert.equal(readFileSync(join(live.home('anna'), name), 'utf8'), bytes);
    await expectLogged(live, `/${name}`, { outcome: 'complete', evidence });
  }

  testRows(COMPLETE_OR_CUT, {
    'RST, time-out, ABOR, control connection lost while data flowed': {
      variants: {
        RST: async () => {
          await using client = await live.logIn();
          await leave(client, 'STOR reset', '01234');
          await isKept(live, 'reset', '01234', 'The data connection broke');
        },
        'time-out': async () => {
          await using client = await hasty.logIn();
          await begin(client, 'STOR stalled', '01234');
          await expectReply(client, '426 Too little came for too long; 5 bytes are kept');
          await ask(client, 'NOOP', '200 Done nothing');
          await isKept(hasty, 'stalled', '01234', 'Too little came for too long');
        },
        ABOR: async () => {
          await using client = await live.logIn();
          const data = await begin(client, 'STOR aborted', '01234');
          client.send('ABOR');
          await expectReply(client, '426 It was aborted; 5 bytes are kept');
          await expectReply(client, '226 Nothing is being transferred');
          await endOf(data);
          await isKept(live, 'aborted', '01234', 'It was aborted');
        },
        'ABOR when all that was declared has come': async () => {
          await using client = await live.logIn();
          await client.say('ALLO 10', 200);
          await begin(client, 'STOR aborted-whole', WHOLE);
          client.send('ABOR');
          await expectReply(client, '426 It was aborted; 10 bytes are kept');
          await expectReply(client, '226 Nothing is being transferred');
          await isKept(live, 'aborted-whole', WHOLE, 'It was aborted');
        },
        'control connection lost by RST while data flowed': async () => {
          const client = await patient.logIn();
          const data = await begin(client, 'STOR lost', LARGE);
          client.reset();
          data.end('567');
          await endOf(data);
          await isKept(patient, 'lost', `${LARGE}567`, UNCONFIRMED);
          await client[Symbol.asyncDispose]();
        },
        'control connection lost by FIN while data flowed': async () => {
          await using client = await patient.logIn();
          const data = await begin(client, 'STOR half', LARGE);
          client.socket.end();
          data.end('567');
          await expectReply(client, `426 ${UNCONFIRMED}; ${LARGE.length + 3} bytes are kept`);
          await client.ended();
          await isKept(patient, 'half', `${LARGE}567`, UNCONFIRMED);
        },
        'both connections broken by RST': async () => {
          const client = await live.logIn();
          const data = await begin(client, 'STOR both', '01234');
          client.reset();
          data.resetAndDestroy();
          await isKept(live, 'both', '01234', 'The data connection broke');
          await client[Symbol.asyncDispose]();
        },
      },
    },

    'length known (ALLO, promised digest, resumed upload with known length) and reached': {
      variants: {
        'ALLO, and both connections end at once': async () => {
          await using client = await live.logIn();
          await client.say('ALLO 10', 200);
          const data = await begin(client, 'STOR allo', '01234');
          client.socket.end();
          data.end('56789');
          await expectReply(client, '226 Stored, 10 bytes');
          await isPublished('allo', WHOLE, 'the declared length was reached');
        },
        'ALLO, and the data connection is reset behind the last byte': async () => {
          await using client = await live.logIn();
          await client.say('ALLO 10', 200);
          const data = await begin(client, 'STOR allo-reset', WHOLE);
          data.resetAndDestroy();
          await expectReply(client, '226 Stored, 10 bytes');
          await isPublished('allo-reset', WHOLE, 'the declared length was reached');
        },
        'ALLO of the rest that is sent behind REST': async () => {
          await using client = await live.logIn();
          await leave(client, 'STOR allo-rest', '01234');
          await client.say('ALLO 5', 200);
          await client.say('REST 5', 350);
          const data = await begin(client, 'STOR allo-rest', '567', 5);
          client.socket.end();
          data.end('89');
          await expectReply(client, '226 Stored, 10 bytes');
          await isPublished('allo-rest', WHOLE, 'the length that ALLO said was reached');
        },
        'promised digest, and both connections end at once': async () => {
          await using client = await live.logIn();
          await promise(client, 'promised', 'as promised', 0);
          const data = await begin(client, 'STOR promised', 'as pro');
          client.socket.end();
          data.end('mised');
          await expectReply(client, '226 Stored, 11 bytes');
          await isPublished('promised', 'as promised', 'the declared length was reached');
        },
        'resumed upload with known length, and both connections end at once': async () => {
          await using first = await live.logIn();
          await first.say('ALLO 10', 200);
          await store(first, 'STOR known', '01234', '451 5 of 10 bytes came; 5 bytes are kept');
          await using second = await live.logIn();
          await ask(second, 'SIZE known', '213 4');
          await second.say('REST 4', 350);
          const data = await begin(second, 'STOR known', '456', 4);
          second.socket.end();
          data.end('789');
          await expectReply(second, '226 Stored, 10 bytes');
          await isPublished('known', WHOLE, 'the declared length was reached');
        },
      },
    },

    'length known and not reached': {
      variants: {
        ALLO: async () => {
          await using client = await live.logIn();
          await client.say('ALLO 10', 200);
          await store(client, 'STOR short', '01234', '451 5 of 10 bytes came; 5 bytes are kept');
          const { length, evidence } = await showUpload(live, client, '/short');
          assert.deepEqual([length, evidence], [10, '5 of 10 bytes came']);
          await isKeptShort('short', '5 of 10 bytes came');
        },
        'promised digest': async () => {
          await using client = await live.logIn();
          const why = '8 of 12 bytes came';
          await promise(client, 'promised-short', 'promisedrest', 0);
          await store(client, 'STOR promised-short', 'promised', `451 ${why}; 8 bytes are kept`);
          await promise(client, 'promised-short', 'promisedrest', 8);
          await isKept(live, 'promised-short', 'promised', why);
        },
        'resumed upload with known length': async () => {
          await using client = await live.logIn();
          await client.say('ALLO 10', 200);
          await store(client, 'STOR again', '01', '451 2 of 10 bytes came; 2 bytes are kept');
          await client.say('REST 2', 350);
          await store(client, 'STOR again', '234', '451 5 of 10 bytes came; 5 bytes are kept');
          await isKeptShort('again', '5 of 10 bytes came');
        },
      },
    },

    'MODE B/Z end marker, TLS close_notify': {
      today: 'TLS close_notify is weighed in test/ftp/tls-ends.test.ts',
      variants: {
        'is there: complete, though the connection stays open': async () => {
          await using client = await live.logIn();
          await client.say('MODE B', 200);
          const data = await client.data();
          client.send('STOR in-blocks');
          await client.reply(150);
          data.write(Buffer.of(64, 0, 3, 97, 98, 99));
          await expectReply(client, '226 Stored, 3 bytes');
          await isPublished('in-blocks', 'abc', MARKED);
        },
        'is there: complete, though both connections end at once': async () => {
          await using client = await live.logIn();
          await client.say('MODE Z', 200);
          const data = await client.data();
          client.send('STOR compressed');
          await client.reply(150);
          data.end(deflateSync('abc'));
          client.socket.end();
          await isPublished('compressed', 'abc', MARKED);
        },
        'is missing: cut, though the sender lives': async () => {
          await using client = await live.logIn();
          for (const [mode, wire] of [
            ['B', Buffer.of(0, 0, 3, 97, 98, 99)],
            ['Z', deflateSync('abc').subarray(0, -1)],
            ['C', Buffer.of(3, 97, 98, 99)],
          ] as const) {
            await client.say(`MODE ${mode}`, 200);
            const { code } = await client.upload(`STOR missing-${mode}`, wire);
            assert.equal(code, 426);
          }
        },
        'TLS is offered': async () => {
          await using client = await live.connect();
          assert.match(await client.say('FEAT', 211), /AUTH TLS/);
          await client.say('AUTH TLS', 234);
        },
      },
    },

    'plain FIN, control connection still open after the grace time': {
      variants: {
        'and silent': async () => {
          await using client = await live.logIn();
          await store(client, 'STOR silent', LARGE, `226 Stored, ${LARGE.length} bytes`);
          await isPublished('silent', LARGE, SILENT);
        },
        'which a small file does not wait for': async () => {
          await using client = await patient.logIn();
          for (let count = 0; count < 10; count += 1) {
            await store(client, `STOR small-${count}`, WHOLE, '226 Stored, 10 bytes');
          }
        },
        'which is a few round trips where these are short': async () => {
          await using client = await measuring.logIn();
          await store(client, 'STOR near', LARGE, `226 Stored, ${LARGE.length} bytes`);
        },
        'which a command that follows cuts short': async () => {
          await using client = await patient.logIn();
          const data = await begin(client, 'STOR followed', LARGE);
          data.end();
          await endOf(data);
          assert.ok(!existsSync(join(patient.home('anna'), 'followed')));
          client.send('NOOP');
          await expectReply(client, `226 Stored, ${LARGE.length} bytes`);
          await expectReply(client, '200 Done nothing');
          await expectSight(client, 'followed', { file: LARGE });
        },
        'which QUIT behind the upload makes unnecessary': async () => {
          await using client = await patient.logIn();
          const data = await begin(client, 'STOR quit', LARGE);
          client.send('QUIT');
          client.socket.end();
          data.end('end');
          await expectReply(client, `226 Stored, ${LARGE.length + 3} bytes`);
          await client.reply(221);
          await client.ended();
          await expectLogged(patient, '/quit', { evidence: 'QUIT followed the data' });
        },
      },
    },

    'plain FIN, and the control connection closes too without QUIT': {
      variants: {
        'within the grace time': async () => {
          await using client = await patient.logIn();
          const data = await begin(client, 'STOR in-grace', LARGE);
          data.end();
          await endOf(data);
          client.socket.end();
          await expectReply(client, `426 ${UNCONFIRMED}; ${LARGE.length} bytes are kept`);
          await client.ended();
          await isKept(patient, 'in-grace', LARGE, UNCONFIRMED);
        },
        'within the round trips of a far sender': async () => {
          await using client = await measuring.logIn();
          const port = await client.passive();
          await sleep(FAR_MS);
          const data = await begin(client, 'STOR far', LARGE, 0, await client.data(port));
          data.end();
          await endOf(data);
          client.socket.end();
          await expectReply(client, `426 ${UNCONFIRMED}; ${LARGE.length} bytes are kept`);
          await client.ended();
          await isKept(measuring, 'far', LARGE, UNCONFIRMED);
        },
        'over a file, which stays': async () => {
          await using client = await patient.logIn();
          await store(client, 'STOR old', 'the old version', '226 Stored, 15 bytes');
          const data = await begin(client, 'STOR old', LARGE);
          client.socket.end();
          data.end();
          await expectReply(client, `426 ${UNCONFIRMED}; ${LARGE.length} bytes are kept`);
          await using owner = await patient.logIn();
          await expectSight(owner, 'old', { file: 'the old version' });
          const kept = await listUploads(patient, '/old');
          assert.equal(kept.length, 1);
          assert.deepEqual([kept[0]?.offset, kept[0]?.evidence], [LARGE.length, UNCONFIRMED]);
        },
        'of an account that publishes what nobody confirms': async () => {
          await using client = await patient.logIn('camera');
          const data = await begin(client, 'STOR picture', LARGE);
          client.socket.end();
          data.end();
          await expectReply(client, `226 Stored, ${LARGE.length} bytes`);
          await using owner = await patient.logIn('camera');
          await expectSight(owner, 'picture', { file: LARGE });
          await expectLogged(patient, '/picture', {
            outcome: 'complete',
            evidence: 'unconfirmed, and published',
          });
        },
      },
    },
  });

  /** As {@link isKept}, for an upload of which five of ten bytes have come. */
  async function isKeptShort(name: string, why: string): Promise<void> {
    await using owner = await live.logIn();
    await using neighbour = await live.logIn('neighbour');
    await expectSight(owner, name, { partial: 5 });
    await expectSight(neighbour, name, 'nothing');
    await expectLogged(live, `/${name}`, { outcome: 'interrupted', reason: why });
    await owner.say('REST 4', 350);
    await store(owner, `STOR ${name}`, '456789', '226 Stored, 10 bytes');
    await expectSight(neighbour, name, { file: WHOLE });
  }
});

const ABSENT = 'There is nothing under this name';

/** Promises a whole file, of which so many bytes have to be here already. */
async function promise(client: Client, name: string, whole: string, here: number): Promise<void> {
  const hex = createHash('sha256').update(whole).digest('hex');
  await ask(client, `SITE EXPECT sha-256=${hex} size=${whole.length} /${name}`, `213 ${here}`);
}

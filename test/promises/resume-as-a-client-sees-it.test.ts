import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite } from 'node:test';
import { startLive, type Live } from '../ftp/live.ts';
import { OLD, STAGED, continued } from './continued.ts';
import { RESUME, testRows } from './rows.ts';
import {
  ask,
  begin,
  endOf,
  expectCommitted,
  expectListed,
  expectLogged,
  expectReply,
  expectSight,
  leave,
  listUploads,
  received,
  refused,
  showUpload,
  store,
  unfinishedOf,
  until,
} from './visitor.ts';

/** How much of a running upload is made durable at a time, in bytes. */
const CHECKPOINT = 4096;

const TAKEN_OVER = '426 Another session has taken this upload over';

suite('a client that goes on, in the words of the design,', { timeout: 120_000 }, () => {
  let live: Live;

  before(async () => {
    live = await startLive({ flags: { uploadsCheckpoint: String(CHECKPOINT) } });
    await live.addAccount('neighbour', { home: 'homes/anna' });
  });
  after(() => live[Symbol.asyncDispose]());

  const onDisk = (name: string): string | undefined => {
    const path = join(live.home('anna'), name);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };

  const isCommitted = (name: string, bytes: string) => expectCommitted(live, name, bytes);
  const unfinished = (name: string) => unfinishedOf(live, name);

  testRows(RESUME, {
    'no committed file, unfinished upload of n durable bytes': {
      variants: {
        'is shown to its owner with n - 1 bytes, and not to be fetched': async () => {
          await using client = await live.logIn();
          await leave(client, 'STOR partial', STAGED);
          await expectSight(client, 'partial', { partial: 10 });
          await client.say('REST 3', 350);
          await refused(client, 'RETR partial', '450 Only 10 bytes of this upload are here');
          const { state, offset, evidence } = await showUpload(live, client, 'partial');
          const why = 'The data connection broke';
          assert.deepEqual([state, offset, evidence], ['staging', 10, why]);
          await expectLogged(live, '/partial', { outcome: 'interrupted', bytes: 10, reason: why });
        },
        'is nothing to others, who can neither go on with it nor remove it': async () => {
          await using owner = await live.logIn();
          await leave(owner, 'STOR mine', STAGED);
          await using neighbour = await live.logIn('neighbour');
          await expectSight(neighbour, 'mine', 'nothing');
          await neighbour.say('REST 10', 350);
          await refused(neighbour, 'STOR mine', '554 There is nothing to continue here');
          await neighbour.say('DELE mine', 550);
          assert.doesNotMatch(await neighbour.say('SITE UPLOADS', 213), /mine/);
          await expectSight(owner, 'mine', { partial: 10 });
        },
        'is left out of listings by a setting, while SIZE and MLST answer': async () => {
          await using hiding = await startLive({ flags: { ftpShowPartials: 'false' } });
          await using client = await hiding.logIn();
          await leave(client, 'STOR hidden', STAGED);
          await expectListed(client, 'hidden', undefined);
          await ask(client, 'SIZE hidden', '213 9');
          assert.match(await client.say('MLST hidden', 250), /;size=9;.*X\.partial=1; \/hidden$/m);
          await refused(client, 'RETR hidden', '450 Only 10 bytes of this upload are here');
        },
      },
    },

    'committed file exists, unfinished overwrite of n bytes': {
      variants: {
        'shows the committed file to everybody': async () => {
          await using owner = await live.logIn();
          await store(owner, 'STOR both', OLD, '226 Stored, 15 bytes');
          await leave(owner, 'STOR both', STAGED);
          await using neighbour = await live.logIn('neighbour');
          for (const client of [owner, neighbour]) await expectSight(client, 'both', { file: OLD });
          assert.equal(onDisk('both'), OLD);
          assert.deepEqual(await unfinished('both'), ['10 of ? bytes, interrupted']);
          const offsets = (await listUploads(live, '/both')).map(({ offset }) => offset);
          assert.deepEqual(offsets, [10]);
        },
        'shows it while the new version comes, too': async () => {
          await using owner = await live.logIn();
          await store(owner, 'STOR coming', OLD, '226 Stored, 15 bytes');
          const data = await begin(owner, 'STOR coming', 'x'.repeat(3 * CHECKPOINT));
          await using reader = await live.logIn();
          await expectSight(reader, 'coming', { file: OLD });
          data.end();
          await expectReply(owner, `226 Stored, ${3 * CHECKPOINT} bytes`);
          await isCommitted('coming', 'x'.repeat(3 * CHECKPOINT));
        },
      },
    },

    'REST m + STOR, or APPE, while an unfinished upload exists': {
      variants: {
        ...continued(() => live, 'STOR', 'nothing'),
        ...continued(() => live, 'STOR', 'a file'),
        ...continued(() => live, 'APPE', 'nothing'),
        ...continued(() => live, 'APPE', 'a file'),
        'APPE alone over a file is refused with 554, which names n': async () => {
          await using client = await live.logIn();
          await store(client, 'STOR bare', OLD, '226 Stored, 15 bytes');
          await leave(client, 'STOR bare', STAGED);
          await client.passive();
          const refusal = await client.say('APPE bare', 554);
          assert.match(refusal, /^An unfinished upload of 10 bytes waits to replace this file/);
          await expectSight(client, 'bare', { file: OLD });
          await client.say('REST 10', 350);
          await store(client, 'STOR bare', 'abc', '226 Stored, 13 bytes');
          await isCommitted('bare', `${STAGED}abc`);
        },
      },
    },

    'APPE with an unfinished upload and no committed file': {
      variants: {
        'continues at n': async () => {
          await using client = await live.logIn();
          await leave(client, 'STOR appended', STAGED);
          await using again = await live.logIn();
          await store(again, 'APPE appended', 'abc', '226 Stored, 13 bytes');
          await isCommitted('appended', `${STAGED}abc`);
          await expectLogged(live, '/appended', { resumedFrom: 10, outcome: 'complete' });
        },
        'continues at the size that this session was shown, by SIZE, MLST, LIST or MLSD':
          async () => {
            for (const verb of ['SIZE', 'MLST', 'LIST', 'MLSD']) {
              const name = `shown-by-${verb}`;
              await using client = await live.logIn();
              await leave(client, `STOR ${name}`, STAGED);
              if (['LIST', 'MLSD'].includes(verb)) await client.download(verb);
              else await client.say(`${verb} ${name}`);
              await store(client, `APPE ${name}`, '9abc', '226 Stored, 13 bytes');
              await isCommitted(name, `${STAGED}abc`);
            }
          },
      },
    },

    'REST m + STOR, no unfinished upload, committed file of size s': {
      variants: {
        'm < s: the first m bytes and what is sent, and no old tail': async () => {
          await using client = await live.logIn();
          await store(client, 'STOR prefix', OLD, '226 Stored, 15 bytes');
          await client.say('REST 4', 350);
          const data = await begin(client, 'STOR prefix', 'new', 4);
          assert.equal(onDisk('prefix'), OLD);
          data.end();
          await expectReply(client, '226 Stored, 7 bytes');
          await isCommitted('prefix', 'the new');
          await expectLogged(live, '/prefix', { resumedFrom: 4, bytes: 3 });
        },
        'm < s, and it is cut: the file stays as it was': async () => {
          await using client = await live.logIn();
          await store(client, 'STOR prefix-cut', OLD, '226 Stored, 15 bytes');
          await client.say('REST 4', 350);
          await leave(client, 'STOR prefix-cut', 'new', 4);
          await expectSight(client, 'prefix-cut', { file: OLD });
          assert.deepEqual(await unfinished('prefix-cut'), ['7 of ? bytes, interrupted']);
          await client.say('REST 7', 350);
          await store(client, 'STOR prefix-cut', 'er', '226 Stored, 9 bytes');
          await isCommitted('prefix-cut', 'the newer');
        },
        'm = s': async () => {
          await using client = await live.logIn();
          await store(client, 'STOR whole', OLD, '226 Stored, 15 bytes');
          await client.say('REST 15', 350);
          await store(client, 'STOR whole', ' and more', '226 Stored, 24 bytes');
          await isCommitted('whole', `${OLD} and more`);
        },
        'm > s is refused with 554': async () => {
          await using client = await live.logIn();
          await store(client, 'STOR beyond', OLD, '226 Stored, 15 bytes');
          for (const offset of [16, Number.MAX_SAFE_INTEGER]) {
            await client.say(`REST ${offset}`, 350);
            await refused(client, 'STOR beyond', '554 The file has only 15 bytes');
          }
          await isCommitted('beyond', OLD);
        },
      },
    },

    'APPE, no unfinished upload': {
      variants: {
        'appends in one step for readers': async () => {
          await using client = await live.logIn();
          await store(client, 'STOR log', OLD, '226 Stored, 15 bytes');
          const data = await begin(client, 'APPE log', ' grows', 15);
          await using reader = await live.logIn();
          await expectSight(reader, 'log', { file: OLD });
          data.end();
          await expectReply(client, '226 Stored, 21 bytes');
          await isCommitted('log', `${OLD} grows`);
        },
        'that is cut leaves the file, and can be made anew': async () => {
          await using client = await live.logIn();
          await store(client, 'STOR log-cut', OLD, '226 Stored, 15 bytes');
          await leave(client, 'APPE log-cut', ' grows', 15);
          await expectSight(client, 'log-cut', { file: OLD });
          await store(client, 'APPE log-cut', ' grows', '226 Stored, 21 bytes');
          await isCommitted('log-cut', `${OLD} grows`);
        },
        'goes to the end of what is there when it is complete': async () => {
          await using one = await live.logIn();
          await using two = await live.logIn();
          await store(one, 'STOR log-other', OLD, '226 Stored, 15 bytes');
          const data = await begin(one, 'APPE log-other', ' grows', 15);
          await store(two, 'STOR log-other', 'another', '226 Stored, 7 bytes');
          data.end();
          await expectReply(one, '226 Stored, 13 bytes');
          await isCommitted('log-other', 'another grows');
        },
        'where nothing is makes the file': async () => {
          await using client = await live.logIn();
          await store(client, 'APPE log-new', 'first', '226 Stored, 5 bytes');
          await isCommitted('log-new', 'first');
        },
      },
    },

    'REST m > 0, nothing there': {
      variants: {
        'is refused with 554, and makes nothing': async () => {
          await using client = await live.logIn();
          for (const verb of ['STOR', 'APPE']) {
            await client.say('REST 1', 350);
            await refused(client, `${verb} missing`, '554 There is nothing to continue here');
          }
          await expectSight(client, 'missing', 'nothing');
          assert.deepEqual(await listUploads(live, '/missing'), []);
          // The refusal has used up the marker.
          await store(client, 'STOR missing', 'whole', '226 Stored, 5 bytes');
          await isCommitted('missing', 'whole');
        },
      },
    },

    'REST m + RETR': {
      variants: {
        'm <= size: from m': async () => {
          await using client = await live.logIn();
          await store(client, 'STOR fetched', OLD, '226 Stored, 15 bytes');
          for (const offset of [0, 4, 14, 15]) {
            await client.say(`REST ${offset}`, 350);
            const bytes = await client.download('RETR fetched');
            assert.equal(bytes.toString(), OLD.slice(offset));
          }
        },
        'beyond the end: 554': async () => {
          await using client = await live.logIn();
          await store(client, 'STOR fetched-beyond', OLD, '226 Stored, 15 bytes');
          for (const offset of [16, Number.MAX_SAFE_INTEGER]) {
            await client.say(`REST ${offset}`, 350);
            await refused(client, 'RETR fetched-beyond', '554 The file has only 15 bytes');
          }
          assert.equal((await client.download('RETR fetched-beyond')).toString(), OLD);
        },
      },
    },

    'plain STOR over an unfinished upload': {
      variants: {
        'drops the old one when it commits': async () => {
          await using client = await live.logIn();
          await leave(client, 'STOR anew', STAGED);
          await store(client, 'STOR anew', 'new', '226 Stored, 3 bytes');
          await isCommitted('anew', 'new');
        },
        'drops the old one at its first checkpoint': async () => {
          await using client = await live.logIn();
          await leave(client, 'STOR anew-checked', STAGED);
          const data = await begin(client, 'STOR anew-checked', 'n'.repeat(2 * CHECKPOINT));
          await until('the old one is dropped', async () => {
            const uploads = await unfinished('anew-checked');
            return uploads.length === 1 && uploads[0]?.endsWith('running');
          });
          data.resetAndDestroy();
          await client.reply(426);
          await expectSight(client, 'anew-checked', { partial: 2 * CHECKPOINT });
        },
        'keeps the old one when it ends before its first byte': async () => {
          await using client = await live.logIn();
          await leave(client, 'STOR anew-empty', STAGED);
          await leave(client, 'STOR anew-empty', '');
          await expectSight(client, 'anew-empty', { partial: 10 });
          await client.say('REST 10', 350);
          await store(client, 'STOR anew-empty', 'abc', '226 Stored, 13 bytes');
          await isCommitted('anew-empty', `${STAGED}abc`);
        },
        'shows the old one until its first checkpoint': async () => {
          await using client = await live.logIn();
          await leave(client, 'STOR anew-shown', STAGED);
          const data = await begin(client, 'STOR anew-shown', 'new');
          await using watcher = await live.logIn();
          await expectListed(watcher, 'anew-shown', 9, true);
          data.resetAndDestroy();
          await expectReply(client, '426 The data connection broke; 3 bytes are kept');
          await expectSight(client, 'anew-shown', { partial: 3 });
        },
      },
    },

    'a second session resumes while the first hangs': {
      variants: {
        'ends the first, and what was told stays true': async () => {
          await using first = await live.logIn();
          const late = await begin(first, 'STOR taken', 'a'.repeat(3 * CHECKPOINT));
          await using second = await live.logIn();
          // All that has come is made durable for the answer.
          await ask(second, 'SIZE taken', `213 ${3 * CHECKPOINT - 1}`);
          await second.say(`REST ${3 * CHECKPOINT - 1}`, 350);
          const data = await second.data();
          await ask(second, 'STOR taken', '150 Waiting for the bytes');
          late.write('LATE');
          await expectReply(first, `${TAKEN_OVER}; ${3 * CHECKPOINT} bytes are kept`);
          await endOf(late);
          await using third = await live.logIn();
          await ask(third, 'SIZE taken', `213 ${3 * CHECKPOINT - 1}`);
          data.write('b');
          await received(second, 3 * CHECKPOINT);
          await ask(third, 'SIZE taken', `213 ${3 * CHECKPOINT - 1}`);
          data.end('c');
          await expectReply(second, `226 Stored, ${3 * CHECKPOINT + 1} bytes`);
          await isCommitted('taken', `${'a'.repeat(3 * CHECKPOINT - 1)}bc`);
          await ask(first, 'NOOP', '200 Done nothing');
        },
        'by APPE, too': async () => {
          await using first = await live.logIn();
          await begin(first, 'STOR taken-appended', STAGED);
          await using second = await live.logIn();
          await store(second, 'APPE taken-appended', 'abc', '226 Stored, 13 bytes');
          await expectReply(first, `${TAKEN_OVER}; 10 bytes are kept`);
          await isCommitted('taken-appended', `${STAGED}abc`);
        },
        'of which only the data connection is left': async () => {
          const first = await live.logIn();
          const late = await begin(first, 'STOR taken-orphan', STAGED);
          first.reset();
          await using second = await live.logIn();
          await ask(second, 'SIZE taken-orphan', '213 9');
          await second.say('REST 9', 350);
          await store(second, 'STOR taken-orphan', '9abc', '226 Stored, 13 bytes');
          await endOf(late);
          await isCommitted('taken-orphan', `${STAGED}abc`);
          await first[Symbol.asyncDispose]();
        },
      },
    },
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { BundleDecoder, formatHead } from '../../src/wire/ftp/bundle.ts';
import type { Client } from './client.ts';
import { startLive, type Live } from './live.ts';

const TIME = Date.UTC(2024, 1, 29, 12, 30, 15, 500);

function digestOf(bytes: string) {
  const hex = createHash('sha256').update(bytes).digest('hex');
  return { algorithm: 'sha-256', hex } as const;
}

/** A file as it stands in a bundle; `said` is what its digest is said to be that of. */
function bundled(path: string, bytes: string, said = bytes): Buffer {
  const head = { path, size: bytes.length, digest: digestOf(said), modified: TIME };
  return Buffer.concat([formatHead(head), Buffer.from(bytes)]);
}

/** Sends a bundle. @returns the code, and what is told of each file */
async function store(client: Client, ...files: readonly Buffer[]) {
  const { code, lines } = await client.upload('XMSTOR', Buffer.concat(files));
  return { code, told: lines.slice(1, -1).map((line) => line.trim()) };
}

suite('a bundle of small files', () => {
  let live: Live;
  const disk = (name: string): string => join(live.home('anna'), name);

  before(async () => {
    live = await startLive();
  });
  after(() => live[Symbol.asyncDispose]());

  test('is stored file by file, each with its time and digest', async () => {
    await using client = await live.logIn();
    await client.say('MKD folder', 257);
    await client.say('CWD folder', 250);
    const content = 'x'.repeat(5000);
    const sent = [bundled('a b.txt', 'first'), bundled('/empty', ''), bundled('large', content)];
    assert.deepEqual(await store(client, ...sent), {
      code: 226,
      told: ['226 Stored, 5 bytes', '226 Stored, 0 bytes', '226 Stored, 5000 bytes'],
    });
    assert.equal(readFileSync(disk('folder/a b.txt'), 'utf8'), 'first');
    assert.equal(readFileSync(disk('empty'), 'utf8'), '');
    assert.equal(readFileSync(disk('folder/large'), 'utf8'), content);
    assert.equal(statSync(disk('folder/large')).mtimeMs, TIME);
    assert.match(await client.say('HASH large', 213), new RegExp(digestOf(content).hex));
  });

  test('is answered for each by itself: one that is refused holds up no other', async () => {
    await using client = await live.logIn();
    await client.say('MKD there', 257);
    const { code, told } = await store(
      client,
      bundled('good', 'good'),
      bundled('evil', 'evil', 'good'),
      bundled('nowhere/at/all', 'lost'),
      bundled('../outside', 'stays in'),
      bundled('there', 'a folder has this name'),
      bundled('last', 'last'),
    );
    assert.equal(code, 226);
    assert.deepEqual(
      told.map((line) => line.slice(0, 3)),
      ['226', '550', '550', '553', '553', '226'],
    );
    assert.equal(existsSync(disk('evil')), false);
    assert.equal(readFileSync(disk('last'), 'utf8'), 'last');
  });

  test('that is cut leaves what came whole, and nothing of the rest', async () => {
    await using client = await live.logIn();
    const whole = bundled('cut-1', 'whole');
    const half = bundled('cut-2', 'not whole').subarray(0, -3);
    assert.deepEqual(await store(client, whole, half), {
      code: 426,
      told: ['226 Stored, 5 bytes'],
    });
    assert.equal(readFileSync(disk('cut-1'), 'utf8'), 'whole');
    assert.equal(existsSync(disk('cut-2')), false);
    assert.equal((await store(client, Buffer.from('no bundle at all\r\n'))).code, 451);
    await client.say('NOOP', 200);
  });

  test('keeps to the quota', async () => {
    await live.addAccount('poor', { quotaBytes: 1000 });
    await using client = await live.logIn('poor');
    const files = Array.from({ length: 20 }, (_, index) => bundled(`f${index}`, 'y'.repeat(100)));
    const { told } = await store(client, ...files);
    assert.equal(told.filter((line) => line.startsWith('226')).length, 10);
    assert.equal(told.filter((line) => line.startsWith('552')).length, 10);
  });

  test('is fetched in the order in which it was asked for', async () => {
    await using client = await live.logIn();
    await store(client, bundled('one', 'first'), bundled('two words', 'second'));
    const decoder = new BundleDecoder();
    const came = decoder.push(await client.download('XMRETR one missing "/two words"'));
    assert.equal(decoder.unfinished, false);
    const told = came.map((one) =>
      one.kind === 'file'
        ? [one.head.path, one.bytes.toString(), one.head.digest.hex, one.head.modified]
        : one.missing.code,
    );
    assert.deepEqual(told, [
      ['/one', 'first', digestOf('first').hex, TIME],
      550,
      ['/two words', 'second', digestOf('second').hex, TIME],
    ]);
  });

  test('is refused where bytes would be converted, and to who may not', async () => {
    await live.addAccount('reader', { permissions: ['read', 'list'] });
    await using reader = await live.logIn('reader');
    await reader.data();
    await reader.say('XMSTOR', 550);
    await using client = await live.logIn();
    await client.say('XMRETR', 501);
    await client.say('TYPE A', 200);
    await client.data();
    await client.say('XMSTOR', 504);
    await client.data();
    await client.say('XMRETR one', 504);
  });
});

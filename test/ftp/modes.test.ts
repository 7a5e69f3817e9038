import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { deflateSync, inflateSync } from 'node:zlib';
import { KiB, MiB } from '../../src/base/size.ts';
import { Decoder } from '../../src/wire/ftp/coding/coding.ts';
import { type Client, readAll } from './client.ts';
import { startLive, type Live } from './live.ts';

/** Larger than every buffer, and not a multiple of any. */
const BYTES = 3 * MiB + 17;

suite('data that is coded on its way', { timeout: 120_000 }, () => {
  let live: Live;
  /** Half of it can be compressed. */
  const content = Buffer.concat([randomBytes(BYTES - MiB), Buffer.alloc(MiB, 'text\n')]);

  before(async () => {
    live = await startLive({ flags: { ftpMaxCompressionRatio: '100' } });
    await live.addAccount('poor', { quotaBytes: MiB });
  });
  after(() => live[Symbol.asyncDispose]());

  const inHome = (name: string): string => join(live.home('anna'), name);

  async function compressing(account?: string): Promise<Client> {
    const client = await live.logIn(account);
    await client.say('MODE Z', 200);
    return client;
  }

  test('MODE Z carries a file both ways, at every level', async () => {
    await using client = await compressing();
    const { code } = await client.upload('STOR both', deflateSync(content));
    assert.equal(code, 226);
    assert.ok(content.equals(await readFile(inHome('both'))));
    for (const level of [0, 1, 9]) {
      await client.say(`OPTS MODE Z LEVEL ${level}`, 200);
      const wire = await client.download('RETR both');
      assert.ok(content.equals(inflateSync(wire)));
      assert.equal(wire.length < content.length, level > 0);
    }
  });

  test('MODE Z compresses listings, too', async () => {
    await using client = await compressing();
    for (const verb of ['LIST', 'NLST', 'MLSD']) {
      assert.match(inflateSync(await client.download(verb)).toString(), /both\r\n/, verb);
    }
    await client.say('MKD empty', 257);
    assert.equal(inflateSync(await client.download('LIST empty')).length, 0);
  });

  test('text in MODE Z has the line ends of the wire', async () => {
    await using client = await compressing();
    await client.say('TYPE A', 200);
    const { code } = await client.upload('STOR lines', deflateSync('one\r\ntwo\r\n'));
    assert.equal(code, 226);
    assert.equal(await readFile(inHome('lines'), 'utf8'), 'one\ntwo\n');
    assert.equal(inflateSync(await client.download('RETR lines')).toString(), 'one\r\ntwo\r\n');
  });

  test('an upload in MODE Z that lost its end is kept, and continued in either mode', async () => {
    await using client = await compressing();
    for (const mode of ['S', 'Z']) {
      const wire = deflateSync(content);
      const { code } = await client.upload('STOR cut', wire.subarray(0, wire.length - 3));
      assert.equal(code, 426);
      const offset = Number(await client.say('SIZE cut', 213));
      assert.ok(offset > 2 * MiB && offset < BYTES, `${offset}`);
      await client.say(`MODE ${mode}`, 200);
      await client.say(`REST ${offset}`, 350);
      const rest = content.subarray(offset);
      const last = await client.upload('STOR cut', mode === 'Z' ? deflateSync(rest) : rest);
      assert.equal(last.code, 226);
      assert.ok(content.equals(await readFile(inHome('cut'))));
      await client.say('DELE cut', 250);
      await client.say('MODE Z', 200);
    }
  });

  test('a download in MODE Z begins at the byte of the file that REST named', async () => {
    await using client = await compressing();
    await client.say('REST 1000', 350);
    const rest = inflateSync(await client.download('RETR both'));
    assert.ok(content.subarray(1000).equals(rest));
  });

  test('compressed data that is damaged is refused, and nothing of it is told any more', async () => {
    await using client = await compressing();
    const wire = deflateSync(content);
    wire[wire.length - 1]! ^= 1;
    assert.equal((await client.upload('STOR damaged', wire)).code, 451);
    await client.say('SIZE damaged', 550);
    assert.equal((await client.upload('STOR damaged', 'no zlib at all')).code, 451);
    assert.equal((await client.upload('STOR damaged', '')).code, 426);
    await client.say('SIZE damaged', 550);
    assert.equal((await client.upload('STOR damaged', deflateSync('right'))).code, 226);
  });

  test('a bomb is stopped by the quota, by what ALLO said, and by its ratio', async () => {
    const bomb = deflateSync(Buffer.alloc(100 * MiB));
    assert.ok(bomb.length < MiB);
    await using poor = await compressing('poor');
    const full = await poor.upload('STOR bomb', bomb);
    assert.equal(full.code, 552);
    await poor.say('DELE bomb', 250);
    await using client = await compressing();
    await client.say(`ALLO ${MiB}`, 200);
    const said = await client.upload('STOR said', bomb);
    assert.equal(said.code, 552);
    assert.match(said.lines.join(), /ALLO/);
    const large = await client.upload('STOR large', bomb);
    assert.equal(large.code, 552);
    assert.match(large.lines.join(), /100 times/);
    assert.ok(Number(await client.say('SIZE large', 213)) <= 65 * MiB);
  });

  test('a long file in blocks has restart markers, from each of which it can be fetched', async () => {
    const size = 40 * MiB + 5;
    await writeFile(inHome('long'), 'beginning');
    await truncate(inHome('long'), size);
    await using client = await live.logIn();
    await client.say('MODE B', 200);
    const [bytes, markers] = await fromBlocks(await client.download('RETR long'));
    assert.equal(bytes, size);
    assert.equal(markers.length, 2);
    for (const marker of markers) {
      await client.say(`REST ${marker}`, 350);
      const [rest] = await fromBlocks(await client.download('RETR long'));
      assert.equal(rest, size - Number(marker.split('.')[1]));
    }
  });

  test('what the coding adds does not count: a quota is full when the file is', async () => {
    await using client = await live.logIn('poor');
    await client.say('MODE C', 200);
    const zeros = Buffer.alloc(MiB / 63 - 300, 0xff);
    const wire = Buffer.concat([zeros, Buffer.of(0, 64)]);
    const { code, lines } = await client.upload('STOR zeros', wire);
    assert.equal(code, 226, lines.join());
    assert.equal(await client.say('SIZE zeros', 213), String(63 * zeros.length));
  });

  test('a file is written as it comes, so that STAT tells how much of it there is', async () => {
    await using client = await compressing();
    const data = await client.data();
    client.send('STOR slowly');
    await client.reply(150);
    const wire = deflateSync(randomBytes(500 * KiB));
    data.write(wire.subarray(0, 300 * KiB));
    for (;;) {
      const text = await client.say('STAT', 211);
      const [, bytes] =
        /Receiving \/slowly: (\d+) bytes so far, \d+ bytes per second/.exec(text) ?? [];
      if (Number(bytes) > 200 * KiB) break;
    }
    data.end(wire.subarray(300 * KiB));
    await client.reply(226);
    await readAll(data);
  });

  test('TLS and MODE Z go together', async () => {
    await using client = await live.logInTls();
    await client.say('MODE Z', 200);
    const data = await client.data();
    client.send('STOR both-secure');
    await client.reply(150);
    const secure = await client.encryptData(data);
    secure.end(deflateSync(content));
    await client.reply(226);
    assert.ok(content.equals(await readFile(inHome('both-secure'))));
  });
});

/** The bytes of a file that came in MODE B, and its markers. */
async function fromBlocks(wire: Buffer): Promise<[bytes: number, markers: string[]]> {
  using decoder = new Decoder({ type: 'I', structure: 'F', mode: 'B' });
  let bytes = 0;
  const markers: string[] = [];
  for await (const unit of decoder.push(wire)) {
    if (unit.kind === 'bytes') bytes += unit.bytes.length;
    if (unit.kind === 'marker') markers.push(unit.text);
  }
  assert.equal(decoder.mark, 'seen');
  return [bytes, markers];
}

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { Pipe } from '../../src/protocols/ftp/tls/pipe.ts';
import { until } from '../peers/support/wait.ts';
import type { Client } from './client.ts';
import { startLive, type Live } from './live.ts';

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
type Version = (typeof VERSIONS)[number];
const BYTES = 200_000;
const CONTENT = Buffer.from(Uint8Array.from({ length: BYTES }, (_value, at) => (at * 31) >> 3));

/** How a sender can leave. */
const ENDS = {
  'close-notify': ({ data }: Sending) => data.end(),
  fin: ({ raw }: Sending) => raw.end(),
  reset: ({ raw }: Sending) => raw.resetAndDestroy(),
} as const;

/** An upload that runs: its TLS, and the connection below, which can be ended by itself. */
interface Sending {
  readonly raw: Socket;
  readonly data: TLSSocket;
}

suite('the end of an encrypted transfer', () => {
  let live: Live;
  before(async () => {
    live = await startLive({ flags: { ftpGraceMin: '1ms', ftpGraceMax: '1ms' } });
    await mkdir(live.home('anna'), { recursive: true });
  });
  after(() => live[Symbol.asyncDispose]());

  for (const version of VERSIONS) {
    const name = (what: string): string => `${version}-${what}`;
    const logIn = (): Promise<Client> =>
      live.logInTls({ tls: { minVersion: version, maxVersion: version } });

    test(`after close_notify it is complete, and the log says why (${version})`, async () => {
      await using client = await logIn();
      const sending = await send(client, name('said'), version);
      ENDS['close-notify'](sending);
      await client.reply(226);
      assert.deepEqual(await readFile(join(live.home('anna'), name('said'))), CONTENT);
      const { evidence } = await logged(live, name('said'));
      assert.equal(evidence, 'TLS close_notify followed the data');
    });

    test(`after close_notify it is complete, even if the sender leaves at once (${version})`, async () => {
      await using client = await logIn();
      const sending = await send(client, name('gone'), version);
      ENDS['close-notify'](sending);
      client.socket.destroy();
      assert.equal((await logged(live, name('gone'))).outcome, 'complete');
    });

    test(`without it, it is complete for those who never say it, and the log says so (${version})`, async () => {
      await using client = await logIn();
      ENDS.fin(await send(client, name('old'), version));
      await client.reply(226);
      const { evidence } = await logged(live, name('old'));
      assert.match(String(evidence), /without a TLS close_notify$/);
    });

    test(`without it, and with the sender gone, it is kept and not shown (${version})`, async () => {
      await using client = await logIn();
      const sending = await send(client, name('killed'), version);
      client.socket.destroy();
      ENDS.fin(sending);
      assert.equal((await logged(live, name('killed'))).outcome, 'interrupted');
      await assert.rejects(readFile(join(live.home('anna'), name('killed'))));
    });

    test(`without it, it is cut for those who have said it before, and goes on (${version})`, async () => {
      await using client = await logIn();
      const file = name('due');
      ENDS['close-notify'](await send(client, `${file}-before`, version));
      await client.reply(226);
      ENDS.fin(await send(client, file, version));
      const { lines } = await client.reply(426);
      assert.equal(lines[0], `TLS ended without close_notify; ${BYTES} bytes are kept`);
      await assert.rejects(readFile(join(live.home('anna'), file)));
      await client.say(`REST ${BYTES}`, 350);
      ENDS['close-notify'](await send(client, file, version, Buffer.from('the end')));
      await client.reply(226);
      const whole = Buffer.concat([CONTENT, Buffer.from('the end')]);
      assert.deepEqual(await readFile(join(live.home('anna'), file)), whole);
    });

    test(`a reset is a cut, and what had come before is kept (${version})`, async () => {
      await using client = await logIn();
      const sending = await send(client, name('reset'), version);
      await hasCome(client, BYTES);
      ENDS.reset(sending);
      await client.reply(426);
      await assert.rejects(readFile(join(live.home('anna'), name('reset'))));
      await client.say(`SIZE ${name('reset')}`, 213);
    });

    test(`ABOR behind close_notify is still an abort (${version})`, async () => {
      await using client = await logIn();
      const sending = await send(client, name('abor'), version);
      await hasCome(client, BYTES);
      client.send('ABOR');
      ENDS['close-notify'](sending);
      await client.reply(426);
      await client.reply(226);
      await assert.rejects(readFile(join(live.home('anna'), name('abor'))));
    });

    test(`while an upload runs the server sends nothing that the sender might not read (${version})`, async () => {
      await using client = await logIn();
      // A full handshake: the server has tickets to give.
      const sending = await send(client, name('quiet'), version, CONTENT, true);
      assert.ok(!sending.data.isSessionReused());
      const before = sending.raw.bytesRead;
      await hasCome(client, BYTES);
      assert.equal(sending.raw.bytesRead, before);
      const tickets: unknown[] = [];
      sending.data.on('session', (ticket) => tickets.push(ticket));
      const ended = once(sending.data, 'end');
      const closed = once(sending.raw, 'close');
      sending.data.resume().end();
      await client.reply(226);
      await ended;
      await closed;
      // Whoever still reads gets what was held back.
      if (version === 'TLSv1.3') assert.ok(tickets.length > 0);
      assert.ok(sending.raw.bytesRead > before);
    });

    test(`a reader who is slow gets every byte (${version})`, async () => {
      const large = Buffer.concat(Array.from({ length: 60 }, () => CONTENT));
      await writeFile(join(live.home('anna'), name('large')), large);
      await using client = await logIn();
      const raw = await client.data();
      client.send(`RETR ${name('large')}`);
      await client.reply(150);
      const data = await client.encryptData(raw, { minVersion: version, maxVersion: version });
      const hash = createHash('sha256');
      let count = 0;
      for await (const chunk of data) {
        hash.update(chunk as Buffer);
        count += (chunk as Buffer).length;
        if (count < 2_000_000) await new Promise(setImmediate);
      }
      await client.reply(226);
      assert.equal(count, large.length);
      assert.equal(hash.digest('hex'), createHash('sha256').update(large).digest('hex'));
    });

    test(`a reader who leaves in the middle is noticed (${version})`, async () => {
      await using client = await logIn();
      const raw = await client.data();
      client.send(`RETR ${name('large')}`);
      await client.reply(150);
      const data = await client.encryptData(raw, { minVersion: version, maxVersion: version });
      await once(data, 'data');
      data.destroy();
      await client.reply(426);
    });

    test(`an upload that is refused ends with the reason, while its sender still sends (${version})`, async () => {
      const account = name('small');
      await live.addAccount(account, { quotaBytes: 1000 });
      await using client = await live.logInTls({ account });
      const { data } = await send(client, 'big', version);
      const closed = once(data.resume(), 'close');
      data.end(CONTENT);
      await client.reply(552);
      await closed;
    });

    test(`what is no TLS any more is a cut, and is not waited for (${version})`, async () => {
      await using client = await logIn();
      const { raw } = await send(client, name('garbage'), version);
      await hasCome(client, BYTES);
      raw.write(Buffer.alloc(100, 0x17));
      await client.reply(426);
      await assert.rejects(readFile(join(live.home('anna'), name('garbage'))));
    });
  }
});

test('where close_notify is required, nobody is believed without it', async () => {
  await using live = await startLive({ flags: { tlsCloseNotify: 'required' } });
  await using client = await live.logInTls();
  ENDS.fin(await send(client, 'a', 'TLSv1.3'));
  await client.reply(426);
  await assert.rejects(readFile(join(live.home('anna'), 'a')));
});

/** Begins STOR and sends these bytes; the end is for the caller. */
async function send(
  client: Client,
  name: string,
  version: Version,
  bytes: Buffer = CONTENT,
  afresh = false,
): Promise<Sending> {
  const raw = await client.data();
  client.send(`STOR ${name}`);
  await client.reply(150);
  const { session } = client;
  const data = connect({
    socket: new Pipe(raw, 'control'),
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
    ...(session && !afresh && { session }),
  });
  data.on('error', () => {});
  await once(data, 'secureConnect');
  await new Promise<void>((resolve) => {
    data.write(bytes, () => resolve());
  });
  return { raw, data };
}

/** Waits until the server says that so many bytes of the running upload are here. */
async function hasCome(client: Client, bytes: number): Promise<void> {
  await until(`${bytes} bytes have come`, async () =>
    (await client.say('STAT', 211)).includes(`: ${bytes} bytes so far`),
  );
}

/** The line of the transfer log about an upload, when it is there. */
function logged(live: Live, name: string): Promise<Record<string, unknown>> {
  const file = join(live.home('anna'), '../../log/transfers.ndjson');
  return until(`the transfer log tells about ${name}`, async () => {
    const text = await readFile(file, 'utf8').catch(() => '');
    const lines = text.split('\n').filter(Boolean);
    const found = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    return found.find(({ path }) => path === `/${name}`);
  });
}

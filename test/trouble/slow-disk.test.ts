import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { suite, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { MiB } from '../../src/base/size.ts';
import { Hosts } from '../../src/protocols/ftp/hosts.ts';
import { FTP_DEFAULTS } from '../../src/protocols/ftp/options.ts';
import { FtpServer } from '../../src/protocols/ftp/server.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import { Client } from '../ftp/client.ts';
import { openReception, PASSWORD } from '../session/reception.ts';
import { noise } from './noise.ts';
import { assertCode, assertSame, fetch, send } from './site.ts';
import { type SlowDisk, slowDisk } from './slow.ts';

const BIG = noise('big', 12 * MiB);
const SMALL = noise('small', 10_000);

/** What the server may hold of one upload: a batch that is written, one that gathers, and a rest. */
const SERVER_HOLDS = 3 * MiB;

/** Rounds of commands that others get done while one upload waits for its disk. */
const ROUNDS = 20;

suite('a disk that is slow', { timeout: 60_000 }, () => {
  test('makes its own uploads wait, and nobody else', async () => {
    const gate = Promise.withResolvers<void>();
    const slowness = { writeMs: 15, syncMs: 20, gate: gate.promise };
    const disk = slowDisk(new MemoryStore(), 'homes/slow', slowness);
    await using site = await open(disk);
    const [slow, other] = [await site.logIn('slow'), await site.logIn('other')];
    assertCode(await send(other, 'STOR here', SMALL), 226);

    const upload = send(slow, 'STOR big', BIG);
    for (let round = 0; round < ROUNDS; round += 1) {
      await other.say('NOOP', 200);
      await other.say('SIZE here', 213);
      assertSame(await fetch(other, 'here'), SMALL);
      assertCode(await send(other, `STOR file-${round}`, SMALL), 226);
    }
    assert.ok(disk.stored < BIG.length, 'the upload has been waiting all the time');
    gate.resolve();
    assertCode(await upload, 226);
    assertSame(await fetch(slow, 'big'), BIG);
  });

  test('the commands of the session that uploads are heard, too: STAT tells how far it is', async () => {
    const disk = slowDisk(new MemoryStore(), 'homes/slow', { writeMs: 15, syncMs: 100 });
    await using site = await open(disk);
    const slow = await site.logIn('slow');
    const data = await slow.data();
    slow.send('STOR big');
    await slow.reply(150);
    data.end(BIG);
    slow.send('STAT');
    const { lines } = await slow.reply(211);
    assert.match(lines.join('\n'), /Receiving \/big/);
    await slow.reply(226);
  });

  test('a sender has to wait: no more is taken from it than the disk has taken, and a little', async () => {
    const disk = slowDisk(new MemoryStore(), 'homes/slow', { writeMs: 15, syncMs: 100 });
    await using site = await open(disk);
    const slow = await site.logIn('slow');
    using accepted = acceptedSockets();
    const data = await slow.data();
    slow.send('STOR big');
    await slow.reply(150);
    data.end(BIG);
    let ahead = 0;
    let isOver = false;
    const last = slow.reply(226).finally(() => (isOver = true));
    while (!isOver) {
      const taken = accepted.sockets.reduce((sum, socket) => sum + socket.bytesRead, 0);
      ahead = Math.max(ahead, taken - disk.stored);
      await systemClock.sleep(1);
    }
    await last;
    assert.ok(ahead > 0, 'something was taken ahead of the disk');
    assert.ok(ahead <= SERVER_HOLDS, `${ahead} bytes were taken ahead of the disk`);
    assert.ok(disk.largestWrite <= SERVER_HOLDS, `${disk.largestWrite} bytes in one write`);
    assert.equal(disk.mostAtOnce, 1, 'writes of one file follow one another');
    assertSame(await fetch(slow, 'big'), BIG);
  });

  test('many checkpoints behind, the sender waits for the disk, and an interrupted upload is kept', async () => {
    const disk = slowDisk(new MemoryStore(), 'homes/slow', { writeMs: 0, syncMs: 200 });
    await using site = await open(disk);
    const [slow, other] = [await site.logIn('slow'), await site.logIn('other')];
    const data = await slow.data();
    slow.send('STOR big');
    await slow.reply(150);
    data.write(BIG.subarray(0, 8 * MiB));
    while (disk.stored < 2 * MiB) await systemClock.sleep(1);
    slow.send('ABOR');
    for (let round = 0; round < 5; round += 1) await other.say('NOOP', 200);
    await slow.reply(426);
    await slow.reply(226);
    const kept = Number(await slow.say('SIZE big', 213));
    assert.ok(kept >= 2 * MiB - 1, `${kept} bytes are kept`);
    await slow.say(`REST ${kept}`, 350);
    assertCode(await send(slow, 'STOR big', BIG.subarray(kept)), 226);
    assertSame(await fetch(slow, 'big'), BIG);
  });
});

interface SlowSite extends AsyncDisposable {
  logIn(name: string): Promise<Client>;
}

/** A server with accounts `slow` and `other`, each with a home of their own. */
async function open({ store }: SlowDisk): Promise<SlowSite> {
  await using parts = new AsyncDisposableStack();
  const reception = parts.use(await openReception({ store }));
  for (const name of ['slow', 'other']) await reception.add(name);
  const server = parts.use(
    await FtpServer.listen({
      reception: reception.desk,
      clock: systemClock,
      log: silentLog,
      hosts: await Hosts.open({ names: [], folder: undefined, encrypts: false }, silentLog),
      // Then the sockets that the server accepts say how much it has taken.
      options: {
        ...FTP_DEFAULTS,
        listen: [{ host: '127.0.0.1', port: 0, implicit: false }],
        readsInPlace: false,
      },
    }),
  );
  const clients = parts.use(new AsyncDisposableStack());
  const owned = parts.move();
  return {
    logIn: async (name) => {
      const client = clients.use(await Client.connect(server.address));
      await client.reply(220);
      await client.say(`USER ${name}`, 331);
      await client.say(`PASS ${PASSWORD}`, 230);
      await client.say('TYPE I', 200);
      return client;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The server's ends of the connections that come from now on, which are in this process too. */
function acceptedSockets(): Disposable & { readonly sockets: readonly Socket[] } {
  const sockets: Socket[] = [];
  const hear = (message: unknown): void =>
    void sockets.push((message as { socket: Socket }).socket);
  subscribe('net.server.socket', hear);
  return { sockets, [Symbol.dispose]: () => void unsubscribe('net.server.socket', hear) };
}

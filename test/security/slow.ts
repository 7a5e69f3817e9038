import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Live, startLive } from '../ftp/live.ts';
import { until } from '../peers/support/wait.ts';
import type { Cases } from './corpus.ts';

/** The beginning of a ClientHello, as any client sends it. */
const HELLO = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 0, 1]);

/** Sends a byte now and then until the server has had enough. */
async function trickle(socket: Socket, bytes: Buffer): Promise<void> {
  socket.on('error', () => {});
  const closed = new Promise<true>((resolve) => {
    socket.once('close', () => resolve(true));
  });
  for (let at = 0; ; at = (at + 1) % bytes.length) {
    if (socket.writable) socket.write(bytes.subarray(at, at + 1));
    if (await Promise.race([closed, sleep(30, false)])) return;
  }
}

async function stillServes(live: Live): Promise<void> {
  await using client = await live.logIn();
  assert.equal((await client.upload('STOR meanwhile', 'x')).code, 226);
}

/** Slow on purpose: on the control connection, in a handshake, on a data connection. */
export const SLOW_CASES: Cases = {
  'a command that comes byte by byte has to end in time; whole commands may come slowly':
    async () => {
      await using live = await startLive({
        flags: { ftpLineTimeout: '300ms', ftpIdleTimeout: '20s' },
      });
      await using slow = await live.logIn();
      await using steady = await live.logIn();
      slow.socket.write('NO');
      for (let turn = 0; turn < 8; turn += 1) {
        steady.socket.write('OP\r\nNO'.slice(turn === 0 ? 2 : 0, -2));
        steady.socket.write('NO');
        await sleep(60);
      }
      await slow.reply(421);
      await slow.ended();
      steady.socket.write('OP\r\n');
      await until('the steady one is answered', async () => (await steady.reply()).code === 200);
    },

  'a login that comes byte by byte has to be there in time': async () => {
    // Nor does it hold its place by not reading that it has to go.
    await using live = await startLive({
      flags: { ftpLoginTimeout: '400ms', ftpDataTimeout: '10m' },
    });
    await using slow = await live.connect();
    const trickling = trickle(slow.socket, Buffer.from('NOOP\r\n'));
    await stillServes(live);
    await trickling;
  },

  'a handshake that comes byte by byte has to end in time, explicit and implicit': async () => {
    await using live = await startLive({
      flags: { tlsHandshakeTimeout: '400ms', ftps: '127.0.0.1:0' },
    });
    assert.ok(live.server.ftps);
    const implicit = connect(live.server.ftps);
    await once(implicit, 'connect');
    await using explicit = await live.connect();
    await explicit.say('AUTH TLS', 234);
    const trickling = [trickle(implicit, HELLO), trickle(explicit.socket, HELLO)];
    await stillServes(live);
    await Promise.all(trickling);
  },

  'a handshake on a data connection has to end in time, and the session goes on': async () => {
    await using live = await startLive({ flags: { tlsHandshakeTimeout: '300ms' } });
    await using client = await live.logInTls();
    const data = await client.data();
    client.send('STOR handshake');
    await client.reply(150);
    data.write(HELLO);
    await client.reply(522);
    await client.say('NOOP', 200);
  },

  'a data connection that brings a byte now and then is cut, and what came is kept': async () => {
    await using live = await startLive({
      flags: { ftpStallTimeout: '300ms', ftpMinUploadRate: '1KiB' },
    });
    await using client = await live.logIn();
    const data = await client.data();
    client.send('STOR trickle');
    await client.reply(150);
    const trickling = trickle(data, Buffer.from('x'));
    const { lines } = await client.reply(426);
    assert.match(lines.join(''), /Too little came for too long; [1-9]\d* bytes are kept/);
    data.destroy();
    await trickling;
    await client.say('NOOP', 200);
  },

  'an upload that is fast enough on average is not cut, whatever its pauses': async () => {
    await using live = await startLive({
      flags: { ftpStallTimeout: '400ms', ftpMinUploadRate: '16' },
    });
    await using client = await live.logIn();
    const data = await client.data();
    client.send('STOR steady');
    await client.reply(150);
    for (let turn = 0; turn < 6; turn += 1) {
      data.write('0123456789');
      await sleep(200);
    }
    data.end();
    await client.reply(226);
  },

  'a passive port to which nobody comes is closed': async () => {
    await using live = await startLive({ flags: { ftpPassiveTimeout: '200ms' } });
    await using client = await live.logIn();
    const port = await client.passive();
    await until('nobody listens any more', async () => {
      const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.9' });
      const error = await once(socket, 'connect').catch((failure: unknown) => failure);
      socket.destroy();
      return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
    });
  },

  'a download that is read slowly holds nobody else up, nor more memory than its buffers':
    async () => {
      await using live = await startLive({ flags: { ftpStallTimeout: '20s' } });
      await using slow = await live.logIn();
      await slow.upload('STOR large', Buffer.alloc(8 * 1024 * 1024));
      const data = await slow.data();
      data.pause();
      slow.send('RETR large');
      await slow.reply(150);
      await stillServes(live);
      data.destroy();
      await slow.reply(426);
    },

  'answers that nobody reads are not made, STAT in a transfer neither': async () => {
    await using live = await startLive({ flags: { ftpCommandBytesPerSecond: 'off' } });
    await using client = await live.logIn();
    const data = await client.data();
    client.send('STOR open');
    await client.reply(150);
    client.socket.pause();
    const piece = Buffer.from('STAT\r\n'.repeat(10_000));
    for (let left = 400; left > 0; left -= 1) client.socket.write(piece);
    await stillServes(live);
    const before = process.memoryUsage().arrayBuffers;
    await sleep(1500);
    const grown = process.memoryUsage().arrayBuffers - before;
    assert.ok(grown < 8 * 1024 * 1024, `answers of ${grown} bytes wait for who does not read them`);
    client.reset();
    data.destroy();
    await stillServes(live);
  },

  'commands and their bytes have a rate of their own for each connection': async () => {
    await using live = await startLive({ flags: { ftpCommandsPerSecond: '20' } });
    await using hasty = await live.logIn();
    const began = performance.now();
    hasty.socket.write('NOOP\r\n'.repeat(40));
    await stillServes(live);
    for (let turn = 0; turn < 40; turn += 1) await hasty.reply(200);
    assert.ok(performance.now() - began > 900, `${performance.now() - began} ms`);
    await using other = await startLive({ flags: { ftpCommandBytesPerSecond: '8KiB' } });
    await using wordy = await other.logIn();
    const then = performance.now();
    wordy.socket.write(`NOOP ${'x'.repeat(8000)}\r\n`.repeat(2));
    wordy.send('NOOP');
    await wordy.reply();
    await wordy.reply();
    for (let turn = 0; turn < 2; turn += 1) wordy.socket.write(`SIZE ${'x'.repeat(4000)}\r\n`);
    await wordy.reply();
    await wordy.reply();
    await wordy.reply();
    assert.ok(performance.now() - then > 900, `${performance.now() - then} ms`);
  },
};

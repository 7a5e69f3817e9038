import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { KiB, MiB } from '../../../base/size.ts';
import { readInPlace } from '../data/reused-buffer.ts';
import { Pipe } from './pipe.ts';

test('an upload inside TLS gives way to other connections long before all that waits is read', async () => {
  await using server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  using sockets = new DisposableStack();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const arrival = once(server, 'connection');
  const sender = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.defer(() => sender.destroy());
  const [accepted] = (await arrival) as [Socket];
  const sent = 8 * MiB;
  sender.end(Buffer.alloc(sent));
  const pipe = new Pipe(readInPlace(accepted), 'upload');
  sockets.defer(() => pipe.destroy());
  let inThisTurn = 0;
  let most = 0;
  let received = 0;
  pipe.on('data', (bytes: Buffer) => {
    inThisTurn += bytes.length;
    received += bytes.length;
    most = Math.max(most, inThisTurn);
  });
  const ended = once(pipe, 'end');
  while (!pipe.readableEnded) {
    await turn();
    inThisTurn = 0;
  }
  await ended;
  assert.equal(received, sent);
  // The last read of a turn may go over it.
  assert.ok(most <= 512 * KiB, `${most} bytes in one turn`);
});

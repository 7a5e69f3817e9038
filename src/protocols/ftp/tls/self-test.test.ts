import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { SecureVersion } from 'node:tls';
import { KiB, MiB } from '../../../base/size.ts';
import { takeDecrypted } from '../data/decrypted.ts';
import { endOf } from './close-notify.ts';
import { canReceiveInPlace, encryptedPair } from './self-test.ts';

const VERSIONS: readonly SecureVersion[] = ['TLSv1.2', 'TLSv1.3'];

test('this Node shows how TLS ends, and where it puts what it decrypts', async () => {
  assert.equal(await canReceiveInPlace(), true);
});

test('an upload inside TLS gives way to other connections long before all that waits is read', async () => {
  using pair = await encryptedPair('upload', 'TLSv1.3', AbortSignal.timeout(10_000));
  const { sender, reader } = pair;
  const sent = 8 * MiB;
  sender.end(Buffer.alloc(sent));
  const buffer = Buffer.alloc(64 * KiB);
  let [inThisTurn, most, received] = [0, 0, 0];
  const took = (bytes: number): void => {
    inThisTurn += bytes;
    received += bytes;
    most = Math.max(most, inThisTurn);
  };
  for (const piece of takeDecrypted(reader, { took, next: () => buffer })) took(piece.length);
  reader.resume();
  while (!reader.readableEnded) {
    await turn();
    inThisTurn = 0;
  }
  assert.equal(received, sent);
  // The last read of a turn may go over it.
  assert.ok(most <= 512 * KiB, `${most} bytes in one turn`);
});

for (const use of ['upload', 'piped-upload'] as const) {
  suite(`the end of what is received for ${use}`, () => {
    for (const version of VERSIONS) {
      for (const isPaused of [false, true]) {
        const how = `${version}${isPaused ? ', while it is not read' : ''}`;
        test(`is told to be close_notify, whether or not the connection ends with it (${how})`, async () => {
          for (const closes of [false, true]) {
            using pair = await encryptedPair(use, version, AbortSignal.timeout(10_000));
            pair.sender.write('bytes');
            if (isPaused) await paused(pair);
            pair.sender.end();
            if (closes) pair.sender.once('finish', () => pair.below.end());
            await over(pair, isPaused);
            assert.equal(pair.reader.endedBy, 'close-notify');
          }
        });

        test(`is told to be that of the connection, in the midst of a record, too (${how})`, async () => {
          for (const rest of [Buffer.alloc(0), Buffer.from([23, 3, 3, 0, 100, 1, 2, 3])]) {
            using pair = await encryptedPair(use, version, AbortSignal.timeout(10_000));
            const written = new Promise((resolve) => pair.sender.write('bytes', resolve));
            await written;
            if (isPaused) await paused(pair);
            pair.below.end(rest);
            await over(pair, isPaused);
            assert.equal(pair.reader.endedBy, 'fin');
          }
        });
      }
    }
  });
}

for (const version of VERSIONS) {
  test(`tickets that were held back go before close_notify, and nothing is lost of it (${version})`, async () => {
    using pair = await encryptedPair('upload', version, AbortSignal.timeout(10_000));
    const { sender, below, reader } = pair;
    const before = below.bytesRead;
    let end: string | undefined;
    const push = sender.push.bind(sender);
    sender.push = (chunk: unknown, ...rest) => {
      if (chunk === null) end = endOf(sender, below);
      return push(chunk, ...rest);
    };
    sender.end('bytes');
    await once(reader.resume(), 'end');
    assert.equal(below.bytesRead, before);
    const ended = once(sender.resume(), 'end');
    reader.hangUp(5000);
    await ended;
    assert.equal(end, 'close-notify');
    assert.ok(below.bytesRead > before);
  });
}

type Pair = Awaited<ReturnType<typeof encryptedPair>>;

async function paused({ reader }: Pair): Promise<void> {
  reader.once('data', () => reader.pause());
  await once(reader, 'pause');
}

/** Lets what has been sent come, and reads it to its end. */
async function over({ reader }: Pair, wasPaused: boolean): Promise<void> {
  const ended = once(reader, 'end');
  for (let turns = 0; wasPaused && turns < 20; turns += 1) await turn();
  reader.resume();
  await ended;
}

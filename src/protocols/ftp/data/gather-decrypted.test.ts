import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MiB } from '../../../base/size.ts';
import { encryptedPair } from '../tls/self-test.ts';
import { allowDecrypted } from './decrypted.ts';
import { receive } from './receive.ts';

test('what comes inside TLS faster than it is written comes whole, and changes nothing that is being written', async () => {
  const signal = AbortSignal.timeout(10_000);
  using pair = await encryptedPair('upload', 'TLSv1.3', signal);
  const { sender, reader } = pair;
  const sent = randomBytes(3 * MiB + 12_345);
  // A part of it is there before anybody reads.
  sender.write(sent.subarray(0, 100_000));
  await sleep(20);
  sender.end(sent.subarray(100_000));
  allowDecrypted(reader);
  const written: Buffer[] = [];
  let batches = 0;
  const write = async (chunks: readonly Uint8Array[]): Promise<void> => {
    const before = Buffer.concat(chunks);
    if (batches++ % 3 === 0) await sleep(15);
    assert.ok(Buffer.concat(chunks).equals(before), 'it stays as it is until it is written');
    written.push(before);
  };
  const end = await receive(reader, write, {
    signal,
    stallTimeoutMs: 5000,
    gatherBytes: 256 * 1024,
    onBytes: () => {},
  });
  assert.equal(end.kind, 'finished');
  assert.ok(Buffer.concat(written).equals(sent));
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { KiB, MiB } from '../../../base/size.ts';
import { deflated } from './deflate.ts';

const PIECE_BYTES = 256 * KiB;
const LEVEL = 6;

async function sent(content: Buffer, level: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of deflated(pieced(content), level)) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}

async function* pieced(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += PIECE_BYTES) {
    yield content.subarray(at, at + PIECE_BYTES);
  }
}

suite('a stream in MODE Z', () => {
  test('is not worked on for a stretch that begins with what cannot be made smaller', async () => {
    const content = Buffer.concat([randomBytes(PIECE_BYTES), Buffer.alloc(MiB - PIECE_BYTES)]);
    const wire = await sent(content, LEVEL);
    assert.ok(wire.length > content.length, `${wire.length} bytes`);
    assert.ok(wire.length < content.length * 1.001, `${wire.length} bytes`);
    assert.deepEqual(inflateSync(wire), content);
  });

  test('is made smaller again as soon as a stretch can be', async () => {
    const content = Buffer.concat([randomBytes(MiB), Buffer.alloc(4 * MiB), randomBytes(MiB)]);
    const wire = await sent(content, LEVEL);
    assert.ok(wire.length < 2.1 * MiB, `${wire.length} bytes`);
    assert.deepEqual(inflateSync(wire), content);
  });

  test('stays as it is at level 0, whatever it is made of', async () => {
    const content = Buffer.alloc(3 * MiB);
    const wire = await sent(content, 0);
    assert.ok(wire.length > content.length, `${wire.length} bytes`);
    assert.deepEqual(inflateSync(wire), content);
  });
});

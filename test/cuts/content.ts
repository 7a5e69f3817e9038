import { createCipheriv, createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { MiB } from '../../src/base/size.ts';

/** Writes so many bytes that are the same for the same seed and nowhere alike. @returns their SHA-256 */
export async function writeNoise(path: string, bytes: number, seed: number): Promise<string> {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const hash = createHash('sha256');
  const nothing = Buffer.alloc(MiB);
  await using file = await open(path, 'w');
  for (let left = bytes; left > 0; left -= MiB) {
    const chunk = cipher.update(nothing.subarray(0, Math.min(MiB, left)));
    hash.update(chunk);
    await file.write(chunk);
  }
  return hash.digest('hex');
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: MiB })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

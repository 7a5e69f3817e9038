import { createCipheriv, createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const PIECE_BYTES = 4 * 1024 * 1024;

/** The bytes of a seed, in pieces: like noise, the same each time, never the same twice in a file. */
function* noise(seed: string, bytes: number): Generator<Buffer> {
  const key = createHash('sha256').update(seed).digest();
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16));
  const zeros = Buffer.alloc(Math.min(PIECE_BYTES, bytes));
  for (let left = bytes; left > 0; left -= PIECE_BYTES) {
    yield cipher.update(zeros.subarray(0, Math.min(left, PIECE_BYTES)));
  }
}

/** So many bytes that look like noise and are the same for the same seed. */
export function randomBytesOf(seed: string, bytes: number): Buffer {
  return Buffer.concat([...noise(seed, bytes)]);
}

/** Writes such bytes to a file. @returns their SHA-256 in hexadecimal */
export async function randomFile(path: string, seed: string, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  await using file = await open(path, 'w');
  for (const piece of noise(seed, bytes)) {
    const written = file.writeFile(piece);
    hash.update(piece);
    await written;
  }
  return hash.digest('hex');
}

/** The SHA-256 of a file in hexadecimal. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: PIECE_BYTES }), hash);
  return hash.digest('hex');
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Every file and folder below a folder, by path; a file with its digest. */
export async function treeOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const rows = entries.map(async (entry): Promise<[string, string]> => {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length);
    return [name, entry.isDirectory() ? 'folder' : sha256(await readFile(path))];
  });
  return Object.fromEntries((await Promise.all(rows)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Bytes in all files below a folder; a file that vanishes meanwhile counts nothing, nor does one
 * whose name begins with a dot: with such the server tries what a disk can do.
 */
export async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  const sizes = files.map((entry) => bytesOf(join(entry.parentPath, entry.name)));
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** The size of a file; 0 if there is none. */
export async function bytesOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

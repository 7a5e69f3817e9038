import { createHash, randomBytes } from 'node:crypto';
import { type Path, child, nameOf, parentOf } from '../../../base/path.ts';
import { MiB } from '../../../base/size.ts';
import { partName } from '../../local/part-name.ts';
import type { SourceFile } from '../../local/source-file.ts';

const LEAF_BYTES = MiB;

/** Leaves that are looked at between the first and the last. */
const SAMPLES = 16;

/** Hexadecimal digits of a fingerprint. */
const FINGERPRINT_LENGTH = 8;

/**
 * A fingerprint of a file's content from its size and a few of its MiB: the same on any machine, so
 * that any of them finds what another has begun. It names and never proves.
 */
export async function fingerprint(file: SourceFile, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256').update(`${file.size}\n`);
  const leaves = Math.max(1, Math.ceil(file.size / LEAF_BYTES));
  const wanted = new Set<number>();
  for (let index = 0; index <= SAMPLES + 1; index += 1) {
    wanted.add(Math.floor(((leaves - 1) * index) / (SAMPLES + 1)));
  }
  for (const leaf of wanted) {
    const start = leaf * LEAF_BYTES;
    const end = Math.min(file.size, start + LEAF_BYTES);
    for await (const chunk of file.read({ start, end }, signal)) hash.update(chunk);
  }
  return hash.digest('hex').slice(0, FINGERPRINT_LENGTH);
}

/** The same of a file of one MiB at most that is here whole. */
export function fingerprintOfBytes(bytes: Uint8Array): string {
  const hash = createHash('sha256').update(`${bytes.length}\n`).update(bytes);
  return hash.digest('hex').slice(0, FINGERPRINT_LENGTH);
}

/** A fingerprint that nobody else has, for when somebody else is writing under the real one. */
export function randomFingerprint(): string {
  return randomBytes(FINGERPRINT_LENGTH / 2).toString('hex');
}

/** Under which name the content is received, beside its final one. */
export function partialPath(path: Path, print: string): Path {
  return child(parentOf(path), partName('.', nameOf(path), `.${print}.part`));
}

/** Where an old version waits while a server that cannot replace it is given the new one. */
export function asidePath(path: Path, print: string): Path {
  return child(parentOf(path), partName('.', nameOf(path), `.${print}.old`));
}

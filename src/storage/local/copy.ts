import { closeSync, constants, fchmod, fstat, ftruncate } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Failure } from '../../base/failure.ts';
import { MiB } from '../../base/size.ts';
import { readAt, writeAt } from './bytes.ts';
import type { Held } from './confinement.ts';
import { entryOf } from './entry.ts';
import { checkRegular } from './files.ts';
import { osPath } from './os-path.ts';

/** An empty file that is to receive bytes, open and by its path. */
export interface CopyTarget {
  readonly path: string;
  readonly descriptor: number;
}

/**
 * Copies the first `length` bytes of a file. The kernel copies a whole file, sharing its blocks
 * where the file system can; for the lesser part of one it is cheaper to read just that.
 * @throws Failure `is-a-directory`, `forbidden`, `offset-mismatch` with the file's size if it is
 *   shorter, `locked` if it was changed meanwhile
 */
export async function copyBeginning(
  source: Held,
  length: number,
  target: CopyTarget,
  sharesBlocks: boolean,
): Promise<void> {
  const before = source.stats();
  checkRegular(before);
  const size = Number(before.size);
  if (length > size) {
    throw new Failure('offset-mismatch', `The file has only ${size} bytes`, { offset: size });
  }
  if (length > 0) {
    if (sharesBlocks || length * 2 >= size) await copyByKernel(source, length, target);
    else await copyByReading(source, length, target);
  }
  if (entryOf('', source.stats()).version !== entryOf('', before).version) throw changed();
}

async function copyByKernel(source: Held, length: number, target: CopyTarget): Promise<void> {
  const { mode } = await promisify(fstat)(target.descriptor);
  await copyFile(osPath(source.path), osPath(target.path), constants.COPYFILE_FICLONE);
  // It copies the mode too, which a new version does not inherit.
  await promisify(fchmod)(target.descriptor, mode & 0o7777);
  const { size } = await promisify(fstat)(target.descriptor);
  if (size < length) throw changed();
  await promisify(ftruncate)(target.descriptor, length);
}

async function copyByReading(source: Held, length: number, target: CopyTarget): Promise<void> {
  const descriptor = source.open(constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.allocUnsafe(Math.min(length, MiB));
    for (let at = 0; at < length;) {
      const wanted = buffer.subarray(0, Math.min(buffer.length, length - at));
      const count = await readAt(descriptor, wanted, at);
      if (count === 0) throw changed();
      await writeAt(target.descriptor, [wanted.subarray(0, count)], at);
      at += count;
    }
  } finally {
    closeSync(descriptor);
  }
}

function changed(): Failure {
  return new Failure('locked', 'The file was changed while it was being copied');
}

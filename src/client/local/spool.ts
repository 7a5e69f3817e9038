import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MiB, formatSize } from '../../base/size.ts';
import { throwIfInterrupted } from '../retry.ts';
import { TransferFailure } from '../transfer-failure.ts';

/** So much is kept of a source without a length, unless said otherwise, in bytes. */
const MAX_BYTES = 8192 * MiB;

export interface SpoolOptions {
  /** Where it is kept; the system's folder for temporary files unless said. */
  readonly folder?: string;
  readonly maxBytes?: number;
}

/** A file that was a stream; disposing removes it. */
export interface Spooled extends AsyncDisposable {
  readonly path: string;
}

/**
 * Keeps all of a stream in a file, so that it can be sent as often as it takes: nobody can be asked
 * for the beginning of a stream again.
 * @throws TransferFailure `unsupported` if it is longer than may be kept
 */
export async function spool(
  stream: AsyncIterable<Uint8Array>,
  { folder = tmpdir(), maxBytes = MAX_BYTES }: SpoolOptions,
  signal: AbortSignal,
): Promise<Spooled> {
  const own = await mkdtemp(join(folder, 'carryon-spool-'));
  const dispose = () => rm(own, { recursive: true, force: true });
  try {
    const path = join(own, 'stream');
    const file = await open(path, 'wx', 0o600);
    try {
      let bytes = 0;
      for await (const chunk of stream) {
        throwIfInterrupted(signal);
        bytes += chunk.length;
        if (bytes > maxBytes) throw tooLong(maxBytes);
        await file.writeFile(chunk);
      }
    } finally {
      await file.close();
    }
    return { path, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function tooLong(maxBytes: number): TransferFailure {
  return new TransferFailure(
    'unsupported',
    `A source without a length can have at most ${formatSize(maxBytes)}, which is what is kept of it until it is sent`,
  );
}

import type { Path } from '../../../base/path.ts';
import type { RunningDigest } from '../../local/running-digest.ts';
import type { SourceFile } from '../../local/source-file.ts';
import type { RemoteConnection, WriteFrom } from '../../remote.ts';
import type { Progress } from '../progress.ts';

export interface Sending {
  readonly connection: RemoteConnection;
  readonly path: Path;
  readonly file: SourceFile;
  /** Where the first byte sent stands in the file. */
  readonly offset: number;
  /** How the server is told so. */
  readonly from: WriteFrom;
  /** Hears of what is read. */
  readonly digest: RunningDigest | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Sends what follows `offset`, and says that it is all only if the file is still the one that it was.
 * @returns `changed` if it is not; then the server was not told that the upload is complete
 */
export async function send(sending: Sending): Promise<'sent' | 'changed'> {
  const { connection, path, file, offset, from, digest, progress, signal } = sending;
  await using writer = await connection.write(path, from, file.size, signal);
  let at = offset;
  for await (const chunk of file.read({ start: offset, end: file.size }, signal)) {
    digest?.feed(at, chunk);
    at += chunk.length;
    await writer.write(chunk);
    progress.moved(chunk.length);
  }
  if (at < file.size || !(await file.isUnchanged())) return 'changed';
  // All has been handed on: that the server takes its time to store it is no stall.
  progress.phase('committing');
  await writer.complete();
  return 'sent';
}

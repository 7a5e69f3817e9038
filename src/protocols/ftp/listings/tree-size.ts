import { failed } from '../../../base/failure.ts';
import { child, type Path } from '../../../base/path.ts';
import type { Session } from '../../../session/session.ts';

/**
 * The bytes of all whole files in a folder and below it; what a link leads to is counted where it
 * is. Undefined if that takes more than `most` entries.
 * @throws Failure as Session.list does; the signal's reason
 */
export async function treeSize(
  session: Session,
  folder: Path,
  most: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  let [bytes, count] = [0, 0];
  const folders = [folder];
  // The list grows while it is walked.
  for (const [index, path] of folders.entries()) {
    try {
      for await (const slice of session.list(path)) {
        signal.throwIfAborted();
        count += slice.length;
        if (count > most) return undefined;
        for (const { kind, name, size, linked, partial } of slice) {
          if (linked || partial) continue;
          if (kind === 'folder') folders.push(child(path, name));
          else bytes += size;
        }
      }
    } catch (error) {
      // It has been removed since it was seen.
      if (index === 0 || !failed(error, 'not-found')) throw error;
    }
  }
  return bytes;
}

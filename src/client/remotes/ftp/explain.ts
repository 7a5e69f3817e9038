import { parentOf, type Path, ROOT } from '../../../base/path.ts';
import type { RemoteEntry } from '../../remote.ts';
import { TransferFailure, type Trouble } from '../../transfer-failure.ts';
import type { Link } from './link.ts';
import { statPath } from './stat.ts';

/** What there should have been at a path for a request to make sense, and what it is if not. */
export type Expectation =
  /** Something, whatever it is. */
  | 'something'
  | 'folder'
  /** A folder around it. */
  | 'parent'
  /** Nothing, in a folder that is there. */
  | 'nothing';

/** Replies that are said for anything from a missing file to a full disk. */
const AMBIGUOUS = new Set([450, 451, 501, 521, 550, 553]);

/**
 * A refusal that may mean many things, as what it means: it is asked what is there (MLST, SIZE).
 * Any other failure is given back as it is.
 */
export async function explained(
  link: Link,
  error: unknown,
  path: Path,
  expected: Expectation,
  signal: AbortSignal,
): Promise<unknown> {
  if (!(error instanceof TransferFailure) || !link.control.isUsable) return error;
  if (error.replyCode === undefined || !AMBIGUOUS.has(error.replyCode)) return error;
  try {
    const trouble = await findOut(link, path, expected, signal);
    if (trouble === undefined) return error;
    return new TransferFailure(trouble, error.message, {
      cause: error,
      replyCode: error.replyCode,
    });
  } catch {
    return error;
  }
}

async function findOut(
  link: Link,
  path: Path,
  expected: Expectation,
  signal: AbortSignal,
): Promise<Trouble | undefined> {
  const parent = (): Promise<Trouble | undefined> =>
    path === ROOT ? Promise.resolve(undefined) : findOut(link, parentOf(path), 'folder', signal);
  if (expected === 'parent') return parent();
  const entry: RemoteEntry | undefined = await statPath(link, path, signal);
  if (expected === 'nothing') return entry === undefined ? parent() : 'already-exists';
  if (entry === undefined) return 'not-found';
  return expected === 'folder' && entry.kind === 'file' ? 'not-a-folder' : undefined;
}

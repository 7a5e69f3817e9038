import type { Path } from '../../../base/path.ts';
import type { RemoteConnection } from '../../remote.ts';
import { TransferFailure, troubled } from '../../transfer-failure.ts';

export interface MoveOver {
  readonly connection: RemoteConnection;
  readonly from: Path;
  readonly to: Path;
  /** Where what is at `to` waits on a server that does not replace files. */
  readonly aside: Path;
  readonly replace: boolean;
  /** Told before something is moved there. */
  readonly onAside: () => void;
  readonly signal: AbortSignal;
}

/**
 * Gives a whole file its final name. On a server that refuses to replace one, the old version is
 * moved aside for as long as that takes, and comes back if it fails.
 * @throws TransferFailure `already-exists` if nothing may be replaced
 */
export async function moveOver(move: MoveOver): Promise<void> {
  const { connection, from, to, replace, signal } = move;
  if (!replace && (await connection.stat(to, signal))) throw alreadyThere(to);
  try {
    await connection.move(from, to, signal);
  } catch (error) {
    const isRefused = connection.isUsable && troubled(error, 'refused', 'already-exists');
    if (!isRefused || !(await connection.stat(to, signal))) throw error;
    await moveAside(move);
  }
}

async function moveAside(move: MoveOver): Promise<void> {
  const { connection, from, to, aside, signal } = move;
  move.onAside();
  await removeIfThere(connection, aside, signal);
  await connection.move(to, aside, signal);
  try {
    await connection.move(from, to, signal);
  } catch (error) {
    if (connection.isUsable) await connection.move(aside, to, signal);
    throw error;
  }
  await removeIfThere(connection, aside, signal);
}

/** Removes a file of ours; one that is not there, or cannot be removed, is no reason to stop. */
export async function removeIfThere(
  connection: RemoteConnection,
  path: Path,
  signal: AbortSignal,
): Promise<void> {
  try {
    await connection.remove(path, signal);
  } catch (error) {
    if (!connection.isUsable || !troubled(error, 'not-found', 'refused')) throw error;
  }
}

function alreadyThere(path: Path): TransferFailure {
  return new TransferFailure('already-exists', `${path} is there already`);
}

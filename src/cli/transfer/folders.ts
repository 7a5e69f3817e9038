import { parentOf, type Path, ROOT } from '../../base/path.ts';
import type { RemoteConnection } from '../../client/remote.ts';
import { troubled } from '../../client/transfer-failure.ts';
import type { Job } from './job.ts';
import type { Site } from './site.ts';

/** Makes these folders, and those above them that are missing, unless they are there. */
export async function makeFolders(site: Site, folders: readonly Path[], job: Job): Promise<void> {
  for (const folder of folders) {
    const made = await site.ask((connection, signal) =>
      makeWithAbove(connection, folder, site.folders, signal),
    );
    if (job.verbosity > 0) for (const one of made) job.progress.note(`made ${site.url(one)}`);
  }
}

/** @returns those that were made, the topmost first */
async function makeWithAbove(
  connection: RemoteConnection,
  folder: Path,
  known: Set<Path>,
  signal: AbortSignal,
): Promise<Path[]> {
  if (folder === ROOT || known.has(folder)) return [];
  const first = await make(connection, folder, known, signal);
  if (first.kind !== 'failed') return first.kind === 'made' ? [folder] : [];
  // It may well be that what should hold it is missing: servers say both in the same words.
  if (parentOf(folder) === ROOT || known.has(parentOf(folder))) throw first.error;
  const above = await makeWithAbove(connection, parentOf(folder), known, signal);
  const second = await make(connection, folder, known, signal);
  if (second.kind === 'failed') throw second.error;
  return second.kind === 'made' ? [...above, folder] : above;
}

type Made =
  | { readonly kind: 'made' | 'there' }
  | { readonly kind: 'failed'; readonly error: unknown };

async function make(
  connection: RemoteConnection,
  folder: Path,
  known: Set<Path>,
  signal: AbortSignal,
): Promise<Made> {
  try {
    await connection.makeFolder(folder, signal);
    known.add(folder);
    return { kind: 'made' };
  } catch (error) {
    if (!connection.isUsable || troubled(error, 'interrupted')) throw error;
    const there = await connection.stat(folder, signal);
    if (there?.kind !== 'folder') return { kind: 'failed', error };
    known.add(folder);
    return { kind: 'there' };
  }
}

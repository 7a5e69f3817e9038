import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../base/failure.ts';
import { type Path, ROOT, child } from '../base/path.ts';
import type { HomeParts } from './context.ts';

/** What is in a home's visible tree, and what the ledger says is. Sizes in bytes. */
export interface Audit {
  readonly found: Sum;
  readonly recorded: Sum;
}

interface Sum {
  readonly bytes: number;
  readonly files: number;
}

/** How often a home is walked anew because it has changed meanwhile. */
const ATTEMPTS = 5;

/**
 * Walks a home and compares it with the ledger; with `repair`, the ledger is set to what was found.
 * @throws Failure `locked` if files come and go all the time, so that nothing can be compared
 */
export async function audit(parts: HomeParts, repair: boolean): Promise<Audit> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await ledgerAtRest(parts);
    const found = await measure(parts, ROOT);
    const after = await ledgerAtRest(parts);
    if (!before || !after || !isDeepStrictEqual(before, after)) continue;
    if (repair) await correct(parts, found, after);
    return { found, recorded: after };
  }
  throw new Failure('locked', 'Files come and go all the time here: try again when it is quieter');
}

/** What is recorded; undefined while something has been done that is not recorded yet. */
async function ledgerAtRest({ database, homeId }: HomeParts): Promise<Sum | undefined> {
  const row = await database.query
    .selectFrom('homes')
    .select((select) => [
      'committed_bytes as bytes',
      'committed_files as files',
      select
        .exists(select.selectFrom('journal').select('id').where('home_id', '=', homeId))
        .as('isChanging'),
      select
        .exists(
          select
            .selectFrom('uploads')
            .select('id')
            .where('home_id', '=', homeId)
            .where('state', '=', 'committing'),
        )
        .as('isCommitting'),
    ])
    .where('id', '=', homeId)
    .executeTakeFirstOrThrow();
  if (row.isChanging || row.isCommitting) return undefined;
  return { bytes: row.bytes, files: row.files };
}

/** As a difference: what is committed meanwhile counts itself. */
async function correct({ database, homeId }: HomeParts, found: Sum, recorded: Sum): Promise<void> {
  await database.write((write) =>
    write
      .updateTable('homes')
      .set((set) => ({
        committed_bytes: set('committed_bytes', '+', found.bytes - recorded.bytes),
        committed_files: set('committed_files', '+', found.files - recorded.files),
      }))
      .where('id', '=', homeId)
      .execute(),
  );
  await database.durable();
}

async function measure(parts: HomeParts, folder: Path): Promise<Sum> {
  const sum = { bytes: 0, files: 0 };
  const folders: Path[] = [];
  for await (const slice of parts.tree.list(folder)) {
    for (const entry of slice) {
      // A link takes no room: what it leads to is counted where it is.
      if (entry.linked) continue;
      if (entry.kind === 'folder') folders.push(child(folder, entry.name));
      if (entry.kind !== 'file') continue;
      sum.bytes += entry.size;
      sum.files += 1;
    }
  }
  for (const inside of folders) {
    const below = await measure(parts, inside);
    sum.bytes += below.bytes;
    sum.files += below.files;
  }
  return sum;
}

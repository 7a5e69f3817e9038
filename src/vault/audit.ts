import { type Path, ROOT, child } from '../base/path.ts';
import type { HomeParts } from './context.ts';

/** What is in a home's visible tree, and what the ledger says is. Sizes in bytes. */
export interface Audit {
  readonly found: { readonly bytes: number; readonly files: number };
  readonly recorded: { readonly bytes: number; readonly files: number };
}

/** Walks a home and compares it with the ledger; with `repair`, the ledger is set to what was found. */
export async function audit(parts: HomeParts, repair: boolean): Promise<Audit> {
  const found = await measure(parts, ROOT);
  const home = await parts.database.query
    .selectFrom('homes')
    .select(['committed_bytes', 'committed_files'])
    .where('id', '=', parts.homeId)
    .executeTakeFirstOrThrow();
  const recorded = { bytes: home.committed_bytes, files: home.committed_files };
  if (repair) {
    // Added as a difference: uploads that are committed meanwhile count themselves.
    await parts.database.write((write) =>
      write
        .updateTable('homes')
        .set((set) => ({
          committed_bytes: set('committed_bytes', '+', found.bytes - recorded.bytes),
          committed_files: set('committed_files', '+', found.files - recorded.files),
        }))
        .where('id', '=', parts.homeId)
        .execute(),
    );
    await parts.database.durable();
  }
  return { found, recorded };
}

async function measure(parts: HomeParts, folder: Path): Promise<{ bytes: number; files: number }> {
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

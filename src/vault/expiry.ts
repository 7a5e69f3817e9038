import { child, type Path } from '../base/path.ts';
import { makerOf } from './claim.ts';
import type { HomeParts, VaultParts } from './context.ts';
import { dropUpload } from './superseded.ts';

/** How long the record of a committed upload is kept. */
const HISTORY_MS = 24 * 60 * 60 * 1000;

/** Drops uploads that nobody has touched for too long, and the records of those that were committed. */
export async function expire(
  parts: VaultParts,
  open: (homeId: number) => Promise<HomeParts>,
): Promise<void> {
  const now = parts.clock.now();
  const rows = await parts.records.all();
  for (const row of rows) {
    const isOld = row.touched_at < now - parts.options.expireAfterMs;
    if (!isOld || row.holder !== null) continue;
    const event = {
      kind: 'expired',
      homeId: row.home_id,
      uploadId: row.id,
      path: child(row.folder as Path, row.name),
      offset: row.offset,
    } as const;
    await dropUpload(await open(row.home_id), row.id, { event, isFree: true });
  }
  await parts.database.write((write) =>
    write
      .deleteFrom('uploads')
      .where('state', '=', 'committed')
      .where('touched_at', '<', now - HISTORY_MS)
      .execute(),
  );
}

/**
 * Removes staged files that no record knows, as a crash between two steps leaves them. Only what
 * is stored in one step has its file before its record, and then its maker lives; of all else the
 * record comes first: what is listed first and unknown afterwards belongs to nobody.
 */
export async function sweep(parts: HomeParts): Promise<void> {
  const staged = await parts.tree.listStaged();
  const rows = await parts.database.query.selectFrom('uploads').select('id').execute();
  const known = new Set(rows.map((row) => row.id));
  const unknown = staged.filter((id) => !known.has(id) && !isBeingMade(parts, id));
  // That there is no record any more may not have been made durable by whoever removed it.
  if (unknown.length > 0) await parts.database.durable();
  for (const id of unknown) await parts.tree.dropStaged(id);
}

function isBeingMade({ presence, writers }: HomeParts, id: string): boolean {
  const maker = makerOf(id);
  return maker === presence.self ? writers.find(id) !== undefined : presence.isAlive(maker);
}

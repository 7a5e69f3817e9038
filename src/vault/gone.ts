import type { UploadRow } from '../database/tables.ts';
import type { HomeParts } from './context.ts';
import { dropUpload } from './superseded.ts';

/**
 * Drops the unfinished uploads of a home that have fewer bytes than their records say, as it is
 * where the records come from a backup: an offset that is told has to be there.
 * @returns those
 */
export async function dropGone(parts: HomeParts): Promise<readonly UploadRow[]> {
  const dropped: UploadRow[] = [];
  for (const row of await parts.records.all(parts.homeId)) {
    if (row.holder !== null) continue;
    const size = await parts.tree.stagedSize(row.id);
    if (size !== undefined && size >= row.offset) continue;
    if (await dropUpload(parts, row.id)) dropped.push(row);
  }
  return dropped;
}

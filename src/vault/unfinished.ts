import { type Path, child } from '../base/path.ts';
import type { UploadRow } from '../database/tables.ts';
import type { HomeParts } from './context.ts';

/** An upload that has not been committed; sizes in bytes, times in ms since 1970. */
export interface Unfinished {
  readonly path: Path;
  /** What is durable of it, without a gap. */
  readonly offset: number;
  readonly length: number | undefined;
  /** `running` while a session writes it, `rejected` if it was not what was promised. */
  readonly state: 'running' | 'interrupted' | 'rejected';
  readonly expiresAt: number;
}

/** Those of one home, the oldest first. */
export async function unfinishedIn(parts: HomeParts): Promise<readonly Unfinished[]> {
  const { records, segments, options, homeId } = parts;
  const inSegments = await segments.sent();
  return (await records.all(homeId)).map((row) => ({
    path: child(row.folder as Path, row.name),
    offset: row.offset,
    length: row.length ?? undefined,
    state: stateOf(row, inSegments),
    expiresAt: row.touched_at + options.expireAfterMs,
  }));
}

function stateOf(row: UploadRow, inSegments: ReadonlySet<string>): Unfinished['state'] {
  if (row.holder !== null || inSegments.has(row.id)) return 'running';
  return row.state === 'rejected' ? 'rejected' : 'interrupted';
}

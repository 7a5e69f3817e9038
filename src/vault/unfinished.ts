import { type Path, child } from '../base/path.ts';
import type { UploadRow } from '../database/tables.ts';

/** An upload that has not been committed, as its owner is told of it. */
export interface Unfinished {
  readonly path: Path;
  /** Bytes that are durable. */
  readonly offset: number;
  readonly length: number | undefined;
  readonly state: 'running' | 'interrupted' | 'rejected';
  /** Milliseconds since 1970 (UTC). */
  readonly expiresAt: number;
}

export function unfinishedOf(row: UploadRow, expireAfterMs: number): Unfinished {
  return {
    path: child(row.folder as Path, row.name),
    offset: row.offset,
    length: row.length ?? undefined,
    state: stateOf(row),
    expiresAt: row.touched_at + expireAfterMs,
  };
}

function stateOf(row: UploadRow): Unfinished['state'] {
  if (row.holder !== null) return 'running';
  return row.state === 'rejected' ? 'rejected' : 'interrupted';
}

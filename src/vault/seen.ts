import { nameOf } from '../base/path.ts';
import type { Entry } from '../storage/store.ts';
import type { UploadRecord } from './upload-records.ts';

/** An entry as its owner sees it. */
export interface Seen extends Entry {
  /** Present if it is an upload of theirs that has not been committed. */
  readonly partial?: true;
}

/**
 * Bytes that are kept back when the size of an unfinished upload is shown. A sender that was cut
 * after its last byte would else find everything here, take it for done, and never complete it.
 */
const KEPT_BACK = 1;

/** An unfinished upload as an entry: its size is the offset from which its sender is to go on. */
export function asSeen(record: UploadRecord): Seen {
  return {
    name: nameOf(record.path),
    kind: 'file',
    size: Math.max(0, record.offset - KEPT_BACK),
    modified: record.touchedAt,
    mode: 0o600,
    unique: record.id,
    version: `${record.id}.${record.epoch}.${record.offset}`,
    partial: true,
  };
}

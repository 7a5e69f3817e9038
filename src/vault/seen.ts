import { nameOf } from '../base/path.ts';
import type { Entry } from '../storage/store.ts';
import type { UploadRecord } from './upload-records.ts';

/** An entry as its owner sees it: `partial` is an upload of theirs that has not been committed. */
export interface Seen extends Entry {
  readonly partial: boolean;
}

/** An unfinished upload as an entry: its size is the offset from which it can go on. */
export function asSeen(record: UploadRecord): Seen {
  return {
    name: nameOf(record.path),
    kind: 'file',
    size: record.offset,
    modified: record.touchedAt,
    mode: 0o600,
    unique: record.id,
    version: `${record.id}.${record.epoch}.${record.offset}`,
    partial: true,
  };
}

import { randomUUID } from 'node:crypto';
import { Failure } from '../base/failure.ts';
import type { Write } from '../database/database.ts';
import type { UploadRow } from '../database/tables.ts';
import type { Presence } from './presence.ts';

/** Who writes an upload: only the holder of its newest epoch. */
export interface Claim {
  readonly id: string;
  readonly epoch: number;
}

/** Changes a record that this claim still holds. @throws Failure `locked` if it does not */
export async function setHeld(
  write: Write,
  claim: Claim,
  values: Partial<UploadRow>,
): Promise<void> {
  const result = await write
    .updateTable('uploads')
    .set(values)
    .where('id', '=', claim.id)
    .where('epoch', '=', claim.epoch)
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) throw takenOver();
}

/** Why an older holder's late bytes are refused. */
export function takenOver(): Failure {
  return new Failure('locked', 'Another session has taken this upload over');
}

/** A name for an upload and its staged file, which tells the process that has made it. */
export function newUploadId({ self }: Presence): string {
  // Those of one time stand side by side in the records: what changes together lies together.
  return `${self}-${Date.now().toString(16)}${randomUUID().slice(0, 8)}`;
}

/** The process that has made an upload: while it lives, its staged file may be older than its record. */
export function makerOf(uploadId: string): string {
  return uploadId.slice(0, uploadId.lastIndexOf('-'));
}

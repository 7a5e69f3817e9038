import { type Path, child, nameOf } from '../base/path.ts';
import type { Write } from '../database/database.ts';
import type { Written } from '../database/shared-writes.ts';
import { statement } from '../database/statement.ts';
import type { UploadRow } from '../database/tables.ts';
import type { Entry } from '../storage/store.ts';
import { type Claim, takenOver } from './claim.ts';
import type { HomeParts } from './context.ts';
import { forgetDigests, recordDigest } from './digesting/recorded-digests.ts';
import type { Amount } from './ledger.ts';
import { statOrUndefined } from './target.ts';
import type { VaultEvent } from './vault-event.ts';

/** A commit whose rename has been made, and what its record says of the ledger. */
export interface Published {
  readonly claim: Claim;
  readonly path: Path;
  /** What the name shows. */
  readonly entry: Entry;
  /** The digest, if it is known already. */
  readonly sha256: string | undefined;
  /** The digest that was promised and found. */
  readonly verified: string | undefined;
  readonly reserved: Amount;
  /** Bytes of the file that was replaced; null if none was. */
  readonly replaced: number | null;
  /** Stored in one step, so that it never had a checkpoint. */
  readonly isWhole: boolean;
}

/** Records a rename that was made some time ago. */
export async function settlePublished(parts: HomeParts, row: UploadRow): Promise<void> {
  const path = child(row.folder as Path, row.name);
  const entry = await statOrUndefined(parts, path);
  // Removed or replaced by hand since: the audit finds what that means for the ledger.
  const published = entry ?? { ...NOTHING, name: nameOf(path), size: row.offset };
  await settle(parts, publishedBy(row, published));
}

/** What a record says of a commit whose rename has been made. */
export function publishedBy(row: UploadRow, entry: Entry): Published {
  return {
    claim: { id: row.id, epoch: row.epoch },
    path: child(row.folder as Path, row.name),
    entry,
    sha256: undefined,
    // What is promised is compared before a commit is announced.
    verified: row.promised_hex ?? undefined,
    reserved: { bytes: row.reserved_bytes, files: row.reserved_files },
    replaced: row.replaced_bytes,
    isWhole: false,
  };
}

/** Records what the rename has done; others may be waited for. @param also belongs to the same transaction */
export async function settle(
  parts: Pick<HomeParts, 'shared' | 'homeId' | 'clock' | 'chronicle'>,
  { claim, path, entry, sha256, verified, reserved, replaced, isWhole }: Published,
  also?: (write: Write) => Promise<void>,
): Promise<Written<void>> {
  const { shared, homeId, chronicle, clock } = parts;
  const upload = { homeId, uploadId: claim.id, path };
  const events: VaultEvent[] = [{ ...upload, kind: 'committed', size: entry.size }];
  if (verified !== undefined) events.unshift({ ...upload, kind: 'verified', digest: verified });
  const written = await shared.write(async (write, books) => {
    const marked = await MARK_COMMITTED(write, { ...claim, now: clock.now() });
    if (marked.numAffectedRows === 0n) throw takenOver();
    const committed = { bytes: entry.size - (replaced ?? 0), files: replaced === null ? 1 : 0 };
    await books.settle(homeId, reserved, committed);
    if (!isWhole) await FORGET_CHECKPOINTS(write, claim);
    if (sha256 === undefined) await forgetDigests(write, homeId, path);
    else await recordDigest(write, homeId, path, entry.version, 'sha-256', sha256);
    for (const event of events) await chronicle.note(write, event, clock.now());
    await also?.(write);
  });
  for (const event of events) chronicle.tell(event);
  return written;
}

const NOTHING = {
  kind: 'file',
  modified: 0,
  mode: 0,
  unique: '',
  version: '',
} as const;

const MARK_COMMITTED = statement((on, given: Claim & { readonly now: number }) =>
  on
    .updateTable('uploads')
    .set({
      state: 'committed',
      holder: null,
      reserved_bytes: 0,
      reserved_files: 0,
      touched_at: given.now,
    })
    .where('id', '=', given.id)
    .where('epoch', '=', given.epoch),
);

const FORGET_CHECKPOINTS = statement((on, given: Claim) =>
  on.deleteFrom('checkpoints').where('upload_id', '=', given.id),
);

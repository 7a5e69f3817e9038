import { Failure, failed } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import type { Permission } from '../base/permission.ts';
import type { Entry } from '../storage/store.ts';
import { type Claim, setHeld, takenOver } from './claim.ts';
import type { HomeParts } from './context.ts';
import { forgetDigests, recordDigest } from './digesting/recorded-digests.ts';
import { addCommitted, addReservation, isCounted, releaseReservation } from './ledger.ts';
import type { Base } from './origin.ts';
import { dropEarlier } from './superseded.ts';
import type { VaultEvent } from './vault-event.ts';

/** Asks whether the account may do this, as it is now. @throws Failure `forbidden` */
export type Authorise = (permission: Permission) => void;

/** A staged upload whose bytes are complete, verified and synced. */
export interface Complete {
  readonly claim: Claim;
  readonly path: Path;
  /** Bytes. */
  readonly size: number;
  /** What has to be there still. */
  readonly base: Base | undefined;
  readonly authorise: Authorise;
  /** The digest, if it is known already. */
  readonly sha256: string | undefined;
  /** The digest that was promised and found, in hexadecimal. */
  readonly verified: string | undefined;
  /** Why the sender is believed to have sent everything. */
  readonly evidence: string | undefined;
}

/**
 * Gives a complete upload its name: target re-checked → record `committing` → rename, folder synced
 * → record `committed` with the ledger settled. Each step is durable before the next; a crash
 * between two of them is mended by the next process (mend.ts).
 * @throws Failure; then the upload is staged as before and what was there is untouched
 */
export async function commit(parts: HomeParts, complete: Complete): Promise<Entry> {
  const { claim, path } = complete;
  await using _lock = await parts.locks.hold(parts.homeId, path);
  const target = await checkTarget(parts, complete);
  await announce(parts, complete, target);
  let entry: Entry;
  try {
    entry = await parts.tree.publish(claim.id, path);
  } catch (error) {
    if (await isStaged(parts, claim.id)) {
      await parts.database.write((write) => setHeld(write, claim, { state: 'staging' }));
      throw error;
    }
    // The rename was made, and what came after it failed: the name shows the new version.
    const there = await parts.tree.stat(path);
    await settle(parts, claim, path, there, undefined, complete.verified);
    throw new PublishedInDoubt(error);
  }
  await settle(parts, claim, path, entry, complete.sha256, complete.verified);
  await parts.database.durable();
  await tidyUp(parts, path, claim.id);
  return entry;
}

/** What it fails at does not undo what is committed: it is left to the next upload, or expires. */
async function tidyUp(parts: HomeParts, path: Path, id: string): Promise<void> {
  try {
    await dropEarlier(parts, path, id);
  } catch (error) {
    parts.log.warn('An earlier upload could not be dropped', { path, error });
  }
}

/** The new version has its name, but it is not certain that this survives a power cut. */
export class PublishedInDoubt extends Failure {
  constructor(cause: unknown) {
    super('storage-failed', 'The file is there, but the disk did not confirm it', { cause });
  }
}

async function isStaged(parts: HomeParts, id: string): Promise<boolean> {
  try {
    await using _file = await parts.tree.openStaged(id);
    return true;
  } catch (error) {
    if (failed(error, 'upload-gone')) return false;
    throw error;
  }
}

async function checkTarget(parts: HomeParts, complete: Complete): Promise<Entry | undefined> {
  const { path, base, authorise } = complete;
  const target = await statOrUndefined(parts, path);
  if (target?.kind === 'folder') throw new Failure('is-a-directory', 'A folder has this name');
  if (target?.kind === 'other') throw new Failure('forbidden', 'This is not a regular file');
  if (base && target?.version !== base.entry?.version) {
    throw new Failure('locked', 'The file has been changed since this upload began');
  }
  if (!target) authorise('write');
  else authorise(base?.append ? 'append' : 'overwrite');
  return target;
}

async function announce(
  parts: HomeParts,
  complete: Complete,
  target: Entry | undefined,
): Promise<void> {
  const { claim, size } = complete;
  await parts.database.write(async (write) => {
    const row = await write
      .selectFrom('uploads')
      .select(['reserved_bytes', 'reserved_files'])
      .where('id', '=', claim.id)
      .executeTakeFirst();
    if (!row) throw takenOver();
    // What began as a replacement may have become a new file, or lost the version it shared bytes with.
    const replaced = target && isCounted(target) ? target.size : null;
    const bytes = Math.max(0, size - (replaced ?? 0) - row.reserved_bytes);
    const files = Math.max(0, (replaced === null ? 1 : 0) - row.reserved_files);
    await addReservation(write, parts.homeId, claim, bytes, files);
    await setHeld(write, claim, {
      state: 'committing',
      offset: size,
      replaced_bytes: replaced,
      evidence: complete.evidence ?? null,
    });
  });
  await parts.database.durable();
}

/** Records what the rename has done. Also what is done for a commit that a crash cut short. */
export async function settle(
  parts: Pick<HomeParts, 'database' | 'homeId' | 'clock' | 'chronicle'>,
  claim: Claim,
  path: Path,
  entry: Entry,
  sha256: string | undefined,
  verified: string | undefined,
): Promise<void> {
  const { database, homeId, chronicle } = parts;
  const upload = { homeId, uploadId: claim.id, path };
  const events: VaultEvent[] = [{ ...upload, kind: 'committed', size: entry.size }];
  if (verified !== undefined) events.unshift({ ...upload, kind: 'verified', digest: verified });
  await database.write(async (write) => {
    const row = await write
      .selectFrom('uploads')
      .selectAll()
      .where('id', '=', claim.id)
      .executeTakeFirst();
    if (!row) throw takenOver();
    const isNew = row.replaced_bytes === null;
    await addCommitted(write, homeId, entry.size - (row.replaced_bytes ?? 0), isNew ? 1 : 0);
    await releaseReservation(write, homeId, {
      bytes: row.reserved_bytes,
      files: row.reserved_files,
    });
    await setHeld(write, claim, {
      state: 'committed',
      holder: null,
      reserved_bytes: 0,
      reserved_files: 0,
      touched_at: parts.clock.now(),
    });
    await write.deleteFrom('checkpoints').where('upload_id', '=', claim.id).execute();
    if (sha256 === undefined) await forgetDigests(write, homeId, path);
    else await recordDigest(write, homeId, path, entry.version, 'sha-256', sha256);
    for (const event of events) await chronicle.note(write, event, parts.clock.now());
  });
  for (const event of events) chronicle.tell(event);
}

/** The entry, or undefined where there is none. */
export async function statOrUndefined(
  parts: Pick<HomeParts, 'tree'>,
  path: Path,
): Promise<Entry | undefined> {
  try {
    return await parts.tree.stat(path);
  } catch (error) {
    if (failed(error, 'not-found')) return undefined;
    throw error;
  }
}

import { Failure, failed } from '../base/failure.ts';
import { type Path, nameOf } from '../base/path.ts';
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
  const added = await announce(parts, complete, target);
  let entry: Entry;
  try {
    await parts.database.durable();
    entry = await parts.tree.publish(claim.id, path);
  } catch (error) {
    if (await isTakenBack(parts, complete, added, error)) throw error;
    throw new CommitInDoubt(error);
  }
  try {
    await settle(parts, claim, path, entry, complete.sha256, complete.verified);
  } catch (error) {
    leave(parts, complete);
    throw new CommitInDoubt(error);
  }
  try {
    await parts.database.durable();
  } catch (error) {
    throw new CommitInDoubt(error);
  }
  await tidyUp(parts, path, claim.id);
  return entry;
}

/**
 * Finds out what became of a commit that failed on the way, and records it.
 * @returns true if the upload is staged as before; false if its name shows it, or nobody knows yet
 */
async function isTakenBack(
  parts: HomeParts,
  complete: Complete,
  added: Reserved,
  error: unknown,
): Promise<boolean> {
  const { claim, path, size, verified } = complete;
  try {
    // Where the staged file had gone before, there was nothing to rename.
    if (failed(error, 'upload-gone') || (await isStaged(parts, claim.id))) {
      await parts.database.write(async (write) => {
        await setHeld(write, claim, { state: 'staging' });
        await addReservation(write, parts.homeId, claim, -added.bytes, -added.files);
      });
      return true;
    }
    // The rename was made, and what came after it failed: the name shows the new version.
    await settlePublished(parts, claim, path, { size, verified });
  } catch (error) {
    parts.log.error('It is not known yet what became of a commit', { upload: claim.id, error });
    leave(parts, complete);
  }
  return false;
}

function leave({ leftovers, homeId }: HomeParts, { claim, path }: Complete): void {
  leftovers.add({ kind: 'commit', homeId, claim, paths: [path] });
}

/** What it fails at does not undo what is committed: it is left to the next upload, or expires. */
async function tidyUp(parts: HomeParts, path: Path, id: string): Promise<void> {
  try {
    await dropEarlier(parts, path, id);
  } catch (error) {
    parts.log.warn('An earlier upload could not be dropped', { path, error });
  }
}

/** The new version may have its name, but nobody can promise that it has, or that it stays. */
export class CommitInDoubt extends Failure {
  constructor(cause: unknown) {
    super(
      'storage-failed',
      'The disk failed when all was here: look what is there, then try again',
      {
        cause,
      },
    );
  }
}

/** True if the staged file is there, and so has not got its name. */
export async function isStaged({ tree }: HomeParts, id: string): Promise<boolean> {
  return (await tree.stagedSize(id)) !== undefined;
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

/** What a commit needs beyond what its upload has reserved before. */
interface Reserved {
  readonly bytes: number;
  readonly files: number;
}

function announce(
  parts: HomeParts,
  complete: Complete,
  target: Entry | undefined,
): Promise<Reserved> {
  const { claim, size } = complete;
  return parts.database.write(async (write) => {
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
    return { bytes, files };
  });
}

/** Records a rename that was made some time ago. */
export async function settlePublished(
  parts: HomeParts,
  claim: Claim,
  path: Path,
  { size, verified }: Pick<Complete, 'size' | 'verified'>,
): Promise<void> {
  const entry = await statOrUndefined(parts, path);
  // Removed or replaced by hand since: the audit finds what that means for the ledger.
  const published = entry ?? { ...NOTHING, name: nameOf(path), size };
  await settle(parts, claim, path, published, undefined, verified);
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

const NOTHING = {
  kind: 'file',
  modified: 0,
  mode: 0,
  unique: '',
  version: '',
} as const;

/** The entry, or undefined where there is none. */
export async function statOrUndefined(
  parts: Pick<HomeParts, 'tree'>,
  path: Path,
): Promise<Entry | undefined> {
  try {
    return await parts.tree.stat(path);
  } catch (error) {
    if (failed(error, 'not-found', 'not-a-directory')) return undefined;
    throw error;
  }
}

import { Failure, failed } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import type { Written } from '../database/shared-writes.ts';
import type { UploadRow } from '../database/tables.ts';
import type { Entry, Instead } from '../storage/store.ts';
import { type Claim, setHeld, takenOver } from './claim.ts';
import type { HomeParts } from './context.ts';
import { type Amount, addReservation } from './ledger.ts';
import type { NameHold } from './name-hold.ts';
import type { Base } from './origin.ts';
import { settle, settlePublished } from './settlement.ts';
import { dropEarlier } from './superseded.ts';
import { type Authorise, checkTarget, replacedBy } from './target.ts';

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

/** A commit that has been announced: what its record says until it is settled. */
export interface Announced {
  /** Resolves when the announcement survives a power cut. */
  readonly durable: Promise<void>;
  /** All that the upload has reserved, and what of it by the announcement. */
  readonly reserved: Amount;
  readonly added: Amount;
  /** Bytes of the file that is replaced; null if none is. */
  readonly replaced: number | null;
  /** What has to have the name still. */
  readonly instead: Instead | undefined;
  /** It was stored in one step, and its record made with the announcement. */
  readonly isWhole: boolean;
}

/**
 * Gives a complete upload its name: target re-checked → record `committing` → rename, folder synced
 * → record `committed` with the ledger settled. Each step is durable before the next; a crash
 * between two of them is mended by the next process (mend.ts).
 * @throws Failure; then the upload is staged as before and what was there is untouched
 */
export async function commit(parts: HomeParts, complete: Complete): Promise<Entry> {
  await using hold = await parts.locks.hold(parts.homeId, complete.path);
  const target = await checkTarget(parts, complete);
  const announced = await announce(parts, complete, target);
  return await publish(parts, complete, announced, hold);
}

/**
 * What follows the announcement of a commit.
 * @param hold gives the name back to others in the transaction that settles the commit
 * @throws Failure as {@link commit} does, `locked` also if the name shows something else by now
 */
export async function publish(
  parts: HomeParts,
  complete: Complete,
  announced: Announced,
  hold: NameHold,
): Promise<Entry> {
  const { claim, path, sha256, verified } = complete;
  const { durable, reserved, added, replaced, instead, isWhole } = announced;
  let entry: Entry;
  let settled: Written<void>;
  try {
    await durable;
    entry = await parts.tree.publish(claim.id, path, instead);
  } catch (error) {
    if (await isTakenBack(parts, complete, added, error)) throw error;
    throw new CommitInDoubt(error);
  }
  try {
    const published = { claim, path, entry, sha256, verified, reserved, replaced, isWhole };
    settled = await settle(parts, published, (write) => hold.giveBack(write));
    hold.givenBack();
  } catch (error) {
    leave(parts, complete);
    throw new CommitInDoubt(error);
  }
  try {
    await settled.durable;
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
  added: Amount,
  error: unknown,
): Promise<boolean> {
  const { claim } = complete;
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
    await settlePublished(parts, await rowOf(parts, claim));
  } catch (error) {
    parts.log.error('It is not known yet what became of a commit', { upload: claim.id, error });
    leave(parts, complete);
  }
  return false;
}

async function rowOf({ database }: HomeParts, { id, epoch }: Claim): Promise<UploadRow> {
  const row = await database.query
    .selectFrom('uploads')
    .selectAll()
    .where('id', '=', id)
    .where('epoch', '=', epoch)
    .executeTakeFirst();
  if (!row) throw takenOver();
  return row;
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

async function announce(
  parts: HomeParts,
  complete: Complete,
  target: Entry | undefined,
): Promise<Announced> {
  const { claim, size, base } = complete;
  const { result, durable } = await parts.shared.write(async (write, books) => {
    await books.end();
    const row = await write
      .selectFrom('uploads')
      .select(['reserved_bytes', 'reserved_files'])
      .where('id', '=', claim.id)
      .executeTakeFirst();
    if (!row) throw takenOver();
    // What began as a replacement may have become a new file, or lost the version it shared bytes with.
    const replaced = replacedBy(target);
    const bytes = Math.max(0, size - (replaced ?? 0) - row.reserved_bytes);
    const files = Math.max(0, (replaced === null ? 1 : 0) - row.reserved_files);
    await addReservation(write, parts.homeId, claim, bytes, files);
    await setHeld(write, claim, {
      state: 'committing',
      offset: size,
      replaced_bytes: replaced,
      evidence: complete.evidence ?? null,
    });
    return {
      reserved: { bytes: row.reserved_bytes + bytes, files: row.reserved_files + files },
      added: { bytes, files },
      replaced,
      instead: base && { of: target },
      isWhole: false,
    };
  });
  return { ...result, durable };
}

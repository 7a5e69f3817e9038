import { Failure } from '../base/failure.ts';

import type { Entry } from '../storage/store.ts';
import { type Announced, CommitInDoubt, publish } from './commit.ts';
import type { Claim } from './claim.ts';
import type { HomeParts } from './context.ts';
import type { Hold } from './hold.ts';
import type { NameHold } from './name-hold.ts';
import { requiredBy } from './origin.ts';
import { stageWhole } from './stage-whole.ts';
import { dropUpload } from './superseded.ts';
import { checkTarget, replacedBy } from './target.ts';

/** All of an upload, of which nothing is stored yet. */
export interface Whole {
  readonly content: readonly Uint8Array[];
  /** Bytes. */
  readonly size: number;
  /** The digest, if anybody wants it. */
  readonly sha256: string | undefined;
  /** Why the sender is believed to have sent everything. */
  readonly evidence: string | undefined;
}

/** What has to be known of it. */
type Wanted = Omit<Hold, 'newFiles' | 'room'>;

/**
 * Stores and publishes at once what has come whole, for a part of what the usual steps cost: staged
 * and synced → record made as `committing`, the name locked and the quota taken → rename → record
 * `committed`. The order is that of a commit, and so is what a crash leaves (mend.ts).
 * @param confirm asked when the bytes are durable and nothing has been promised
 * @returns undefined if it has to go the usual way: then nothing of it is left
 * @throws CommitInDoubt
 */
export async function storeWhole(
  parts: HomeParts,
  hold: Wanted,
  whole: Whole,
  confirm?: () => Promise<void>,
): Promise<Entry | undefined> {
  const { path, origin, declared, authorise } = hold;
  const isAll = declared.length === undefined || declared.length <= whole.size;
  const promised = declared.digest?.hex;
  if (!isAll || (promised !== undefined && promised !== whole.sha256)) return undefined;
  try {
    const { tree } = parts;
    const file = { content: whole.content, mode: hold.mode, modified: hold.modified };
    await stageWhole(tree, hold.id, file);
    await confirm?.();
    await using names = await parts.locks.enter(parts.homeId, path);
    const base = requiredBy(origin);
    const target = await checkTarget(parts, { path, base, authorise });
    const announced = await announce(parts, hold, whole, names, target);
    const { size, sha256, evidence } = whole;
    const known = { path, size, base, authorise, sha256, verified: promised, evidence };
    return await publish(parts, { ...known, claim: announced.claim }, announced, names);
  } catch (error) {
    if (error instanceof CommitInDoubt) throw error;
    // The usual way meets it again, and keeps what can be kept.
    await drop(parts, hold.id);
    return undefined;
  }
}

async function announce(
  parts: HomeParts,
  hold: Wanted,
  { size, evidence }: Whole,
  names: NameHold,
  target: Entry | undefined,
): Promise<Announced & { readonly claim: Claim }> {
  const { homeId, records, chronicle, clock } = parts;
  const { id, path, declared, holder } = hold;
  const replaced = replacedBy(target);
  const reserved = { bytes: size, files: replaced === null ? 1 : 0 };
  const now = clock.now();
  const started = { homeId, uploadId: id, path, kind: 'started' } as const;
  const { result: claim, durable } = await parts.shared.write(async (write, books) => {
    if ((await names.take(write, books)) !== undefined) {
      throw new Failure('locked', 'Somebody else is changing this name');
    }
    await books.reserve(homeId, reserved);
    await chronicle.note(write, started, now);
    const record = { id, homeId, path, base: undefined, offset: size, declared, createdAt: now };
    return records.insert(write, record, holder, {
      state: 'committing',
      reserved_bytes: reserved.bytes,
      reserved_files: reserved.files,
      replaced_bytes: replaced,
      evidence: evidence ?? null,
    });
  });
  chronicle.tell(started);
  const instead = { of: target };
  return { claim, durable, reserved, added: NONE, replaced, instead, isWhole: true };
}

/** Should it be taken back, it is dropped with all that it has reserved. */
const NONE = { bytes: 0, files: 0 };

/** The record goes first, if it was made. */
async function drop(parts: HomeParts, id: string): Promise<void> {
  const { tree, leftovers, homeId } = parts;
  try {
    if (!(await dropUpload(parts, id))) await tree.dropStaged(id);
  } catch {
    leftovers.add({ kind: 'staged', homeId });
  }
}

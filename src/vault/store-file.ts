import { hash } from 'node:crypto';
import type { Path } from '../base/path.ts';
import type { Entry } from '../storage/store.ts';
import { newUploadId } from './claim.ts';
import type { HomeParts } from './context.ts';
import { FRESH } from './origin.ts';
import type { Wishes } from './placement.ts';
import { holderOf } from './presence.ts';
import type { Authorise } from './target.ts';
import { storeWhole } from './whole-upload.ts';

/** A file that has come with all that is to be known of it. */
export interface SmallFile {
  readonly content: Uint8Array;
  readonly wishes: Wishes;
  /** Why it is believed to be whole. */
  readonly evidence: string;
}

/**
 * Stores a small file in one step, in the place of whatever is there.
 * @returns undefined if it has to be uploaded in the usual way: then nothing of it is left
 * @throws Failure `storage-failed` if nobody can tell whether it has its name
 */
export async function storeFile(
  parts: HomeParts,
  path: Path,
  { content, wishes, evidence }: SmallFile,
  session: string,
  authorise: Authorise,
): Promise<Entry | undefined> {
  const { options, presence, writers } = parts;
  const size = content.length;
  if (size > options.wholeBytes) return undefined;
  const { mode, modified, ...declared } = wishes;
  const isHashed = options.digests || declared.digest !== undefined;
  const sha256 = isHashed ? hash('sha256', content) : undefined;
  const who = { id: newUploadId(presence), holder: holderOf(presence, session), authorise };
  const hold = { ...who, path, origin: FRESH, mode, modified, declared };
  const stored = storeWhole(parts, hold, { content: [content], size, sha256, evidence });
  // A vault that is closed waits for it.
  writers.afterwards(stored);
  return stored;
}

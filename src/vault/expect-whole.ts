import { failed } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import type { Entry } from '../storage/store.ts';
import { attachUnfinished, findCopy, type Held, isThere, type Promised } from './by-content.ts';
import type { HomeParts } from './context.ts';
import type { Origin } from './origin.ts';
import type { Writer } from './writer.ts';

/** What a home does for a sender that has promised a whole. */
export interface Promising {
  /** @returns the file that is there now @throws Failure if no file can be */
  readonly check: () => Promise<Entry | undefined>;
  /** @throws Failure `forbidden`, `quota-exceeded` */
  readonly begin: (origin: Origin, committed: Entry | undefined) => Promise<Writer>;
}

/**
 * Makes use of what is here already of a promised whole, under whatever name it came: a file with
 * these bytes is copied to `path` at once, an unfinished upload with the same promise is moved
 * there, and committed if it has all its bytes.
 */
export async function expectWhole(
  parts: HomeParts,
  path: Path,
  promise: Promised,
  { check, begin }: Promising,
): Promise<Held> {
  const { length } = promise;
  if (await isThere(parts, path, promise)) return { bytes: length };
  const committed = await check();
  const complete = async (origin: Origin, made: string): Promise<Held> => {
    await using writer = await begin(origin, committed);
    await writer.complete(made);
    return { bytes: length, made };
  };
  const source = await findCopy(parts, promise);
  if (source !== undefined) {
    try {
      return await complete({ kind: 'copy', from: source, length }, `copied from ${source}`);
    } catch (error) {
      // It has been replaced or removed meanwhile: then the bytes have to come.
      if (!failed(error, 'locked', 'not-found', 'offset-mismatch')) throw error;
    }
  }
  if (length === 0) return complete({ kind: 'fresh', append: false }, 'promised to be empty');
  const record = await attachUnfinished(parts, path, promise);
  // Whoever was writing it may have come to its end meanwhile.
  if (!record) return { bytes: (await isThere(parts, path, promise)) ? length : 0 };
  if (record.offset < length) return { bytes: record.offset };
  // All of it has come, and only its end was never heard: nobody will send another byte.
  try {
    const origin: Origin = { kind: 'unfinished', record, offset: length };
    return await complete(origin, 'all of it had come before');
  } catch (error) {
    if (failed(error, 'digest-mismatch')) return { bytes: 0 };
    throw error;
  }
}

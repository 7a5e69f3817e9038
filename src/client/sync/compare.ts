import type { TreeEntry } from './tree.ts';

/** How exactly the two sides can be compared. */
export interface Exactness {
  /** True if the other side lists sizes and times exactly. */
  readonly listsExactly: boolean;
  /** True if a copy gets the time of the original. */
  readonly setsTimes: boolean;
}

/** Times that are exact may still have been kept in steps of two seconds (FAT). */
const STEP = 2000;

/** What is listed may be without seconds, and in some time zone: those lie quarters of an hour apart. */
const LISTED_STEP = 61_000;
const ZONE_STEP = 15 * 60_000;
const ZONES = 14 * 3_600_000;

/**
 * True if a copy is taken for the same as its original, by size and time. Times are never a proof:
 * where they say nothing, the size alone has to do.
 */
export function looksSame(
  source: TreeEntry,
  copy: TreeEntry,
  { listsExactly, setsTimes }: Exactness,
): boolean {
  if (source.size === undefined || copy.size === undefined || source.size !== copy.size) {
    return false;
  }
  if (source.modified === undefined || copy.modified === undefined) return true;
  const later = copy.modified - source.modified;
  // A copy that has the time of its making is good as long as the original is older.
  if (!setsTimes) return later >= (listsExactly ? -STEP : -ZONES - LISTED_STEP);
  if (listsExactly) return Math.abs(later) <= STEP;
  if (Math.abs(later) > ZONES + LISTED_STEP) return false;
  const rest = Math.abs(later) % ZONE_STEP;
  return Math.min(rest, ZONE_STEP - rest) <= LISTED_STEP;
}

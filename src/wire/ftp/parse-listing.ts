import { WireError } from '../wire-error.ts';
import { DIALECTS, type ListedEntry } from './listing-dialects.ts';
import { isPlainName } from './plain-name.ts';

export type { ListedEntry } from './listing-dialects.ts';

/** A server's listing, as far as it could be read. */
export interface Listing {
  /** All their names are plain names: none leads out of the folder. */
  readonly entries: readonly ListedEntry[];
  /** Lines in no known form, and those whose name is not one: to be told, never to be used. */
  readonly refused: readonly string[];
}

/** How long a listing may be. */
export interface ListingLimits {
  readonly maxLines?: number;
  /** In UTF-16 units. A longer line is refused. */
  readonly maxLineLength?: number;
}

/**
 * Reads what LIST sent (RFC 959 §4.1.3 leaves the form to the server): as `ls -l` writes it, as
 * DOS does, or EPLF. Entries called `.` and `..` and a line `total n` are passed over.
 * @param listing the text, or its lines
 * @param now milliseconds since 1970 (UTC); dates without a year are near it
 * @throws WireError for more lines than the limit
 */
export function parseListing(
  listing: string | Iterable<string>,
  now: number,
  limits: ListingLimits = {},
): Listing {
  const { maxLines = 1_000_000, maxLineLength = 8192 } = limits;
  const entries: ListedEntry[] = [];
  const refused: string[] = [];
  let lines = 0;
  for (const raw of typeof listing === 'string' ? listing.split('\n') : listing) {
    lines += 1;
    if (lines > maxLines) throw new WireError(`The listing has more than ${maxLines} lines`);
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line === '' || /^total \d/i.test(line)) continue;
    const entry = line.length > maxLineLength ? undefined : readLine(line, now);
    if (entry?.name === '.' || entry?.name === '..') continue;
    if (entry !== undefined && isPlainName(entry.name)) entries.push(entry);
    else refused.push(line);
  }
  return { entries, refused };
}

function readLine(line: string, now: number): ListedEntry | undefined {
  for (const read of DIALECTS) {
    const entry = read(line, now);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

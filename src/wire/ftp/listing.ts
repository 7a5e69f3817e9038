import { momentsOf, twoDigits } from './time.ts';

export const MONTHS = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const;

/** The letter that `ls` gives each kind; to a client, what is no file at all is best a pipe. */
export const LETTERS = { file: '-', folder: 'd', link: 'l', other: 'p' } as const;

/** What a listing tells about one name. */
export interface ListingEntry {
  readonly name: string;
  readonly kind: keyof typeof LETTERS;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970 (UTC). */
  readonly modified: number;
  /** Permission bits as in chmod(2); those above 0777 are not shown. */
  readonly mode: number;
  readonly owner: string;
}

/** Half a mean year, as `ls` counts it, in milliseconds. */
const RECENT_MS = (31_556_952 / 2) * 1000;

/**
 * One line in the form of `ls -l`, without a line end: nine columns, English months, UTC; the
 * time of day if the change is younger than half a year and not in the future, the year otherwise.
 * RFC 959 fixes no form, and this is the one that every client reads.
 * @param now milliseconds since 1970 (UTC)
 */
export function formatUnixLine(entry: ListingEntry, now: number): string {
  return unixLines(entry.owner, now)(entry, entry.name);
}

/** The same for many entries of one owner: what most of them share is made once. */
export function unixLines(
  owner: string,
  now: number,
): (entry: Omit<ListingEntry, 'owner' | 'name'>, name: string) => string {
  const shown = oneWord(owner).padEnd(8);
  const owners = `${shown} ${shown}`;
  const modes = new Map<number, string>();
  const dateOf = dates(now);
  return ({ kind, mode, size, modified }, name) => {
    let letters = modes.get(mode);
    if (letters === undefined) modes.set(mode, (letters = formatMode(mode)));
    const links = kind === 'folder' ? 2 : 1;
    const bytes = String(size).padStart(12);
    return `${LETTERS[kind]}${letters} ${links} ${owners} ${bytes} ${dateOf(modified)} ${name}`;
  };
}

/** False for a name that would break its line: such names are left out of listings. */
export function isListable(name: string): boolean {
  return !/[\r\n]/.test(name);
}

function formatMode(mode: number): string {
  return 'rwxrwxrwx'.replaceAll(/./g, (letter, index: number) =>
    mode & (0o400 >> index) ? letter : '-',
  );
}

function dates(now: number): (modified: number) => string {
  const momentOf = momentsOf((date) => ({
    name: `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)}`,
    year: ` ${String(date.getUTCFullYear()).padStart(4, '0')}`,
  }));
  return (modified) => {
    const { day, hour, minute } = momentOf(modified);
    const recent = modified <= now && now - modified < RECENT_MS;
    const rest = recent ? `${twoDigits(hour)}:${twoDigits(minute)}` : day.year;
    return `${day.name} ${rest}`;
  };
}

/** A column holds no spaces, or those after it would be read as others. */
function oneWord(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]/gu, '_') || '-';
}

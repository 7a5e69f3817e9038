import { LETTERS, MONTHS, type ListingEntry } from './listing.ts';
import { parseOffset } from './sizes.ts';
import { fourDigitDate, parseTimeValue } from './time.ts';

/** What could be read about one name of a server's listing. The name is not yet known to be safe. */
export interface ListedEntry {
  readonly name: string;
  readonly kind: ListingEntry['kind'];
  /** Bytes; undefined for anything but a file. */
  readonly size: number | undefined;
  /**
   * Milliseconds since 1970, as if the server wrote UTC; often only to the minute or the day.
   * For people to read: a program asks MDTM.
   */
  readonly modified: number | undefined;
  /** Permission bits up to 0777. */
  readonly mode: number | undefined;
  /** What a link says it leads to. */
  readonly target: string | undefined;
}

/** Reads one line, or gives undefined if it is not in this form. Takes linear time. */
type Dialect = (line: string, now: number) => ListedEntry | undefined;

/** The forms that are known. No line is in two of them. */
export const DIALECTS: readonly Dialect[] = [readUnix, readDos, readEplf];

const DAY_MS = 86_400_000;
const UNKNOWN = { size: undefined, modified: undefined, mode: undefined, target: undefined };

const UNIX_MODE = /^([-a-z?])([-rwxstl]{9})[^\s]?\s/i;
/** The columns before these vary from server to server, and so they are found by the date. */
const UNIX_END =
  /\s(\d{1,20})\s+([a-z]{3}\s+\d{1,2}\s+(?:\d{4}|\d{1,2}:\d\d)|\d{4}-\d\d-\d\d \d\d:\d\d)\s(.+)$/is;

/** `-rw-r--r-- 1 owner group 3 Jan  2 15:04 name`, with or without some of the columns. */
function readUnix(line: string, now: number): ListedEntry | undefined {
  const [, letter = '', permissions = ''] = UNIX_MODE.exec(line) ?? [];
  const [, size = '', date = '', label = ''] = UNIX_END.exec(line) ?? [];
  if (label === '' || letter === '') return undefined;
  const kind = kindOf(letter);
  const arrow = kind === 'link' ? label.indexOf(' -> ') : -1;
  return {
    name: arrow < 0 ? label : label.slice(0, arrow),
    kind,
    size: kind === 'file' ? parseOffset(size) : undefined,
    modified: readUnixDate(date, now),
    mode: readMode(permissions),
    target: arrow < 0 ? undefined : label.slice(arrow + 4),
  };
}

const DOS =
  /^(\d\d)-(\d\d)-(\d\d|\d{4})\s+(\d\d):(\d\d)([ap]m)?\s+(?:(<DIR>)\s+|(\d{1,20})\s)(.+)$/is;

/** `01-02-26  03:04PM  <DIR>  name`, as IIS writes it: month, day, year. */
function readDos(line: string): ListedEntry | undefined {
  const match = DOS.exec(line);
  if (!match) return undefined;
  const [, month, day, year = '', hour = '', minute, half, folder, size = '', name = ''] = match;
  const century = year.length === 4 ? '' : Number(year) < 70 ? '20' : '19';
  const hours = half ? (Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0) : Number(hour);
  return {
    ...UNKNOWN,
    name,
    kind: folder ? 'folder' : 'file',
    size: folder ? undefined : parseOffset(size),
    modified: parseTimeValue(`${century}${year}${month}${day}${twoDigits(hours)}${minute}00`),
  };
}

/** `+i8388621.29609,m824255902,/,<TAB>name`: D. J. Bernstein's Easily Parsed LIST Format. */
function readEplf(line: string): ListedEntry | undefined {
  const tab = line.indexOf('\t');
  if (!line.startsWith('+') || tab < 0) return undefined;
  const facts = line.slice(1, tab).split(',');
  const valueOf = (letters: string) =>
    facts.find((fact) => fact.startsWith(letters))?.slice(letters.length) ?? '';
  const kind = facts.includes('/') ? 'folder' : facts.includes('r') ? 'file' : 'other';
  const seconds = parseOffset(valueOf('m'));
  const mode = valueOf('up');
  return {
    ...UNKNOWN,
    name: line.slice(tab + 1),
    kind,
    size: kind === 'file' ? parseOffset(valueOf('s')) : undefined,
    modified: seconds === undefined ? undefined : fourDigitDate(seconds * 1000).getTime(),
    mode: /^[0-7]{3,4}$/.test(mode) ? Number.parseInt(mode, 8) & 0o777 : undefined,
  };
}

function kindOf(letter: string): ListedEntry['kind'] {
  if (letter === LETTERS.file) return 'file';
  if (letter === LETTERS.folder) return 'folder';
  return letter === LETTERS.link ? 'link' : 'other';
}

/** `rwxr-x--x` as bits; `S`, `T` and `l` stand where the bit to execute is missing. */
function readMode(letters: string): number {
  return letters.split('').reduce((mode, letter) => mode * 2 + (/[-STLl]/.test(letter) ? 0 : 1), 0);
}

function readUnixDate(text: string, now: number): number | undefined {
  const iso = /^\d{4}-/.test(text);
  if (iso) return parseTimeValue(`${text.replaceAll(/\D/g, '')}00`);
  const [name = '', day = '', rest = ''] = text.toLowerCase().split(/\s+/);
  const month = MONTHS.findIndex((known) => known.toLowerCase() === name) + 1;
  const date = twoDigits(month) + day.padStart(2, '0');
  if (!rest.includes(':')) return parseTimeValue(`${rest}${date}000000`);
  // A time of day means the last half year. The server's zone may be a day ahead of ours.
  const year = fourDigitDate(now).getUTCFullYear();
  const time = rest.replace(':', '').padStart(4, '0');
  return [year + 1, year, year - 1]
    .map((candidate) => parseTimeValue(`${String(candidate).padStart(4, '0')}${date}${time}00`))
    .find((candidate) => candidate !== undefined && candidate <= now + DAY_MS);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

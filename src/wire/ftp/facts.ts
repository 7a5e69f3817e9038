import { CHECKSUMS, type Checksum } from '../../base/digest.ts';

/** The facts that are told about an entry if nobody chooses (RFC 3659 §7.5), in this order. */
export const FACTS = [
  'type',
  'size',
  'modify',
  'perm',
  'unique',
  'UNIX.mode',
  'X.partial',
] as const;

/** The digest of a file as a fact: `X.sha-256`. RFC 3659 §7.5 leaves names that begin so to servers. */
export type DigestFact = `X.${Checksum}`;

export type FactName = (typeof FACTS)[number] | DigestFact;

/** All that can be chosen. */
export const ALL_FACTS: readonly FactName[] = [...FACTS, ...CHECKSUMS.map(digestFact)];

/** What a client reads in a line of MLST or MLSD. */
export interface FactLine {
  /** By name in lower case: facts are named in any case (RFC 3659 §7.5). */
  readonly facts: Map<string, string>;
  /** As it came: in MLSD a name, in MLST often a path. Nothing about it is proven. */
  readonly name: string;
}

/**
 * The facts of an entry and its name, `type=file;size=3; name` (RFC 3659 §7.2), without a line end.
 * A fact that could not be read back, such as one with a space or `;` in its value, is left out.
 */
export function formatFacts(facts: Iterable<readonly [string, string]>, name: string): string {
  let text = '';
  for (const [fact, value] of facts) {
    if (isFactName(fact) && isFactValue(value)) text += `${fact}=${value};`;
  }
  return `${text} ${name}`;
}

/** Reads what {@link formatFacts} wrote; undefined if it is no such line. */
export function parseFacts(line: string): FactLine | undefined {
  const space = line.indexOf(' ');
  const name = line.slice(space + 1);
  if (space < 0 || name === '') return undefined;
  const facts = new Map<string, string>();
  for (let at = 0; at < space;) {
    // Some servers leave out the last semicolon.
    const semicolon = line.indexOf(';', at);
    const end = semicolon < 0 || semicolon > space ? space : semicolon;
    const equals = line.indexOf('=', at);
    if (equals < 0 || equals > end) return undefined;
    const fact = line.slice(at, equals);
    if (!isFactName(fact)) return undefined;
    facts.set(fact.toLowerCase(), line.slice(equals + 1, end));
    at = end + 1;
  }
  return { facts, name };
}

/**
 * The facts chosen by `OPTS MLST type;size;` (RFC 3659 §7.9), in the order of {@link ALL_FACTS}.
 * Unknown ones are passed over, as the RFC wants; an empty text chooses none.
 */
export function parseFactSelection(text: string): FactName[] {
  const wanted = new Set(text.split(';').map((word) => word.trim().toLowerCase()));
  return ALL_FACTS.filter((fact) => wanted.has(fact.toLowerCase()));
}

/** The fact that tells this digest or checksum. */
export function digestFact(algorithm: Checksum): DigestFact {
  return `X.${algorithm}`;
}

/** Permission bits as the fact UNIX.mode shows them: `0644`. */
export function formatMode(mode: number): string {
  return `0${(mode & 0o777).toString(8).padStart(3, '0')}`;
}

/** Octal digits, as many as chmod(1) takes; what is above 0777 is left out. Undefined for others. */
export function parseMode(text: string): number | undefined {
  return /^[0-7]{1,5}$/.test(text) ? Number.parseInt(text, 8) & 0o777 : undefined;
}

function isFactName(text: string): boolean {
  return /^[!-:<>-~]+$/.test(text);
}

/** True if this can be read back as the value of a fact. */
export function isFactValue(text: string): boolean {
  // Nearly all are of these, which is found out many times as fast.
  return /^[!-:<-~]*$/.test(text) || !/[\s;\p{Cc}]/u.test(text);
}

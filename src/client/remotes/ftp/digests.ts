import { createHash } from 'node:crypto';
import { ALGORITHMS, type Algorithm, type Digest, parseDigest } from '../../../base/digest.ts';
import type { Path } from '../../../base/path.ts';
import type { ByteRange } from '../../../base/range.ts';
import { MiB } from '../../../base/size.ts';
import { quotePath } from '../../../wire/ftp/quoting.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import type { RangeStyle } from './experience.ts';
import { DIGEST_VERBS, hashAlgorithms } from './features.ts';
import { ask, type Link } from './link.ts';
import { failureOf, isPositive } from './reply-failures.ts';

/** A server may have to read all of a file that may be large, in milliseconds. */
const READING_MS = 15 * 60_000;
const READING_BYTES_PER_MS = (20 * MiB) / 1000;

/** How long a server may take that reads so many bytes, in milliseconds. */
export function readingMs(bytes: number): number {
  return READING_MS + bytes / READING_BYTES_PER_MS;
}

/** The words behind the path by which each style asks for a range. */
const RANGE_WORDS = {
  exclusive: ({ start, end }) => `${start} ${end}`,
  inclusive: ({ start, end }) => `${start} ${end - 1}`,
  length: ({ start, end }) => `${start} ${end - start}`,
} as const satisfies Record<Exclude<RangeStyle, 'none'>, (range: ByteRange) => string>;

const STYLES = Object.keys(RANGE_WORDS) as Exclude<RangeStyle, 'none'>[];

/** One byte of any file, told in each style's words, has one of 256 digests: see {@link styleOf}. */
const TRIAL: ByteRange = { start: 2, end: 3 };

/** In a file of so many bytes no other style takes the trial of one to mean a single byte. */
const TRIAL_BYTES = 5;

/** The digest of a file or a part of it; undefined if it cannot be told. @throws TransferFailure */
export async function digestOf(
  link: Link,
  path: Path,
  algorithm: Algorithm,
  range: ByteRange | undefined,
  signal: AbortSignal,
): Promise<Digest | undefined> {
  if (range !== undefined && range.end <= range.start) return digestOfNothing(algorithm);
  const verb = verbFor(link, algorithm);
  if (verb === undefined) {
    return range === undefined ? byOtherMeans(link, path, algorithm, signal) : undefined;
  }
  if (range === undefined) {
    return told(link, commandForWhole(verb, path), path, algorithm, signal);
  }
  const style = await styleOf(link, verb, path, algorithm, signal);
  if (style === undefined || style === 'none') return undefined;
  const command = `${verb} ${quotePath(path)} ${RANGE_WORDS[style](range)}`;
  return told(link, command, path, algorithm, signal, range);
}

/** The digest of a file where one command tells it; undefined where it takes more. */
export async function digestInOneGo(
  link: Link,
  path: Path,
  algorithm: Algorithm,
  signal: AbortSignal,
): Promise<Digest | undefined> {
  const command = digestCommand(link, path, algorithm);
  return command === undefined ? undefined : told(link, command, path, algorithm, signal);
}

/** The one command that tells the digest of a file, as {@link digestIn} reads it; undefined if it takes more. */
export function digestCommand(link: Link, path: Path, algorithm: Algorithm): string | undefined {
  const verb = verbFor(link, algorithm);
  return verb === undefined ? undefined : commandForWhole(verb, path);
}

function commandForWhole(verb: string, path: Path): string {
  // A quote in a name is doubled by some and not understood by others.
  return `${verb} ${path.includes('"') ? path : quotePath(path)}`;
}

/** True as long as no trial has shown that ranges cannot be asked for. */
export function mayDigestRanges({ features, experience }: Link): boolean {
  return DIGEST_VERBS.some(
    ([, verb]) => features.has(verb) && experience.rangeStyles.get(verb) !== 'none',
  );
}

/** HASH (draft-bryan-ftpext-hash-03) and MD5 (draft-twine-ftpmd5-00): whole files only. */
async function byOtherMeans(
  link: Link,
  path: Path,
  algorithm: Algorithm,
  signal: AbortSignal,
): Promise<Digest | undefined> {
  if (hashAlgorithms(link.features).includes(algorithm)) {
    const chosen = await ask(link, `OPTS HASH ${algorithm.toUpperCase()}`, signal);
    if (!isPositive(chosen)) return undefined;
    return told(link, `HASH ${path}`, path, algorithm, signal);
  }
  if (algorithm !== 'md5' || !link.features.has('MD5')) return undefined;
  return told(link, `MD5 ${path}`, path, algorithm, signal);
}

/**
 * How this server counts ranges. Whatever is in the file: if an answer is the digest of a single
 * byte, then the words were taken to mean a single byte, since one of 256 digests is not met by
 * chance. Undefined if the file is too short to find out.
 */
async function styleOf(
  link: Link,
  verb: string,
  path: Path,
  algorithm: Algorithm,
  signal: AbortSignal,
): Promise<RangeStyle | undefined> {
  const { rangeStyles } = link.experience;
  const known = rangeStyles.get(verb);
  if (known !== undefined) return known;
  const size = await ask(link, `SIZE ${path}`, signal);
  if (size.code !== 213 || Number(size.lines[0]) < TRIAL_BYTES) return undefined;
  const bytes = new Set(digestsOfBytes(algorithm));
  for (const style of STYLES) {
    const command = `${verb} ${quotePath(path)} ${RANGE_WORDS[style](TRIAL)}`;
    const digest = await told(link, command, path, algorithm, signal, TRIAL);
    if (digest === undefined || !bytes.has(digest.hex)) continue;
    rangeStyles.set(verb, style);
    return style;
  }
  // A name with a quote in it may have been the reason.
  if (!path.includes('"')) rangeStyles.set(verb, 'none');
  return 'none';
}

async function told(
  link: Link,
  command: string,
  path: Path,
  algorithm: Algorithm,
  signal: AbortSignal,
  range: ByteRange = { start: 0, end: 0 },
): Promise<Digest | undefined> {
  const reply = await ask(link, command, signal, readingMs(range.end - range.start));
  if (isPositive(reply)) return digestIn(reply, algorithm);
  if (reply.code < 500) throw failureOf(reply, `learn the digest of ${path}`);
  return undefined;
}

/** The one word of the last line that can be a digest; a name there may look like a second. */
export function digestIn({ lines }: Reply, algorithm: Algorithm): Digest | undefined {
  const words = (lines.at(-1) ?? '').split(' ').filter(Boolean);
  const digests = words.flatMap((word) => parseDigest(algorithm, word) ?? []);
  // HASH names the algorithm first and the path last, MD5 the path first.
  if (digests.length <= 1) return digests[0];
  return words[0]?.toLowerCase() === algorithm ? digests[0] : digests.at(-1);
}

function verbFor({ features }: Link, algorithm: Algorithm): string | undefined {
  return DIGEST_VERBS.find(([name, verb]) => name === algorithm && features.has(verb))?.[1];
}

function digestsOfBytes(algorithm: Algorithm): string[] {
  return Array.from({ length: 256 }, (_, byte) => hex(algorithm, Buffer.of(byte)));
}

function digestOfNothing(algorithm: Algorithm): Digest {
  return { algorithm, hex: hex(algorithm, Buffer.alloc(0)) };
}

function hex(algorithm: Algorithm, bytes: Buffer): string {
  return createHash(ALGORITHMS[algorithm].openssl).update(bytes).digest('hex');
}

import { isUtf8 } from 'node:buffer';
import { decodeName } from '../../../base/name.ts';
import type { Path } from '../../../base/path.ts';
import { parseFacts } from '../../../wire/ftp/facts.ts';
import { parseListing } from '../../../wire/ftp/parse-listing.ts';
import { isPlainName } from '../../../wire/ftp/plain-name.ts';
import type { RemoteEntry } from '../../remote.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import { entryOfFacts, entryOfListing } from './entries.ts';
import { FtpReader } from './ftp-reader.ts';
import { ask, type Link } from './link.ts';
import { failureOf, isPositive } from './reply-failures.ts';
import { beginTransfer } from './transfer.ts';

const LF = 0x0a;

/** Replies by which some servers say that a folder is empty. */
const MAYBE_EMPTY = new Set([450, 550]);

/** What is in a folder: by MLSD, whose form is fixed, or else by LIST. @throws TransferFailure */
export async function listFolder(
  link: Link,
  folder: Path,
  signal: AbortSignal,
): Promise<readonly RemoteEntry[]> {
  // A server that knows MLST knows MLSD (RFC 3659 §7.8).
  if (link.features.has('MLST')) return listWithFacts(link, folder, signal);
  const reply = await ask(link, `CWD ${folder}`, signal);
  if (!isPositive(reply)) throw failureOf(reply, `list ${folder}`);
  return listWithList(link, folder, signal);
}

async function listWithFacts(
  link: Link,
  folder: Path,
  signal: AbortSignal,
): Promise<readonly RemoteEntry[]> {
  const lines = await fetchLines(link, `MLSD ${folder}`, `list ${folder}`, signal);
  const entries: RemoteEntry[] = [];
  for (const line of lines) {
    const read = parseFacts(line);
    const type = read?.facts.get('type')?.toLowerCase();
    // The folder itself and the one around it are not in it.
    if (read === undefined || type === 'cdir' || type === 'pdir') continue;
    if (isPlainName(read.name)) entries.push(entryOfFacts(read, read.name));
  }
  return entries;
}

/** LIST in the folder that was changed to: paths in its argument are read in too many ways. */
export async function listWithList(
  link: Link,
  folder: Path,
  signal: AbortSignal,
): Promise<readonly RemoteEntry[]> {
  const { experience, options } = link;
  const doing = `list ${folder}`;
  const parse = (lines: readonly string[]): readonly RemoteEntry[] =>
    parseListing(lines, options.clock.now(), { maxLines: Infinity }).entries.map(entryOfListing);
  if (experience.listTakesFlags) {
    // Without it names that begin with a dot are left out by some.
    const all = await fetchLines(link, 'LIST -a', doing, signal);
    const entries = parse(all);
    if (entries.length > 0 || all.some((line) => /(?:^|\s)\.\.?$/.test(line))) return entries;
  }
  const entries = parse(await fetchLines(link, 'LIST', doing, signal));
  // There was something after all: it was looked for under the name `-a`.
  if (entries.length > 0) experience.listTakesFlags = false;
  return entries;
}

/** The lines of a listing, as names are decoded. @throws TransferFailure, also if it is too long */
async function fetchLines(
  link: Link,
  command: string,
  doing: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { maxListingBytes, maxEntries } = link.options;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    const transfer = await beginTransfer(link, { command, doing }, signal);
    for await (const chunk of new FtpReader(transfer, signal)) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxListingBytes) throw tooLong(`${maxListingBytes} bytes`);
    }
    return splitLines(Buffer.concat(chunks), maxEntries);
  } catch (error) {
    const isEmpty =
      !command.startsWith('MLSD') &&
      error instanceof TransferFailure &&
      MAYBE_EMPTY.has(error.replyCode ?? 0);
    if (isEmpty) return [];
    throw error;
  }
}

function splitLines(bytes: Buffer, most: number): string[] {
  // One that is UTF-8 as a whole, as nearly all are, is decoded as a whole.
  const lines = isUtf8(bytes) ? bytes.toString().split('\n', most + 2) : eachDecoded(bytes, most);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > most) throw tooLong(`${most} entries`);
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

function eachDecoded(bytes: Buffer, most: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length && lines.length <= most;) {
    const found = bytes.indexOf(LF, at);
    const end = found < 0 ? bytes.length : found;
    lines.push(decodeName(bytes.subarray(at, end)));
    at = end + 1;
  }
  return lines;
}

function tooLong(limit: string): TransferFailure {
  return new TransferFailure('protocol-broken', `The listing is longer than ${limit}`);
}

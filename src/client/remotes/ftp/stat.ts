import { nameOf, parentOf, type Path, ROOT } from '../../../base/path.ts';
import { parseFacts } from '../../../wire/ftp/facts.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { parseOffset } from '../../../wire/ftp/sizes.ts';
import { parseTimeValue } from '../../../wire/ftp/time.ts';
import type { RemoteEntry } from '../../remote.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import { entryOfAnswers, entryOfFacts } from './entries.ts';
import { ask, type Link } from './link.ts';
import { listWithList } from './listing.ts';
import { failureOf, isPositive, isUnknown } from './reply-failures.ts';

/** What is at a path; undefined if nothing is. @throws TransferFailure */
export async function statPath(
  link: Link,
  path: Path,
  signal: AbortSignal,
): Promise<RemoteEntry | undefined> {
  return link.features.has('MLST') ? byFacts(link, path, signal) : byAnswers(link, path, signal);
}

export function askFacts(link: Link, path: Path, signal: AbortSignal): Promise<Reply> {
  return ask(link, `MLST ${path}`, signal);
}

/** What a good reply to MLST tells. @throws TransferFailure `protocol-broken` */
export function entryInFacts({ lines }: Reply, path: Path): RemoteEntry {
  const line = parseFacts((lines[1] ?? '').trimStart());
  if (line === undefined) {
    throw new TransferFailure('protocol-broken', 'What MLST has told cannot be read');
  }
  return entryOfFacts(line, nameOf(path));
}

async function byFacts(
  link: Link,
  path: Path,
  signal: AbortSignal,
): Promise<RemoteEntry | undefined> {
  const reply = await askFacts(link, path, signal);
  if (reply.code === 550 || reply.code === 553) return undefined;
  if (isUnknown(reply)) return byAnswers(link, path, signal);
  if (!isPositive(reply)) throw failureOf(reply, `look at ${path}`);
  const entry = entryInFacts(reply, path);
  if (entry.kind !== 'other') return entry;
  // A link, most of the time: what it leads to is what can be fetched.
  return (await byAnswers(link, path, signal)) ?? entry;
}

/** SIZE and MDTM for a file, CWD for a folder, and the folder around it for anything else. */
async function byAnswers(
  link: Link,
  path: Path,
  signal: AbortSignal,
): Promise<RemoteEntry | undefined> {
  const size = await ask(link, `SIZE ${path}`, signal);
  if (size.code === 213) {
    return entryOfAnswers(path, 'file', sizeIn(size), await modifiedAt(link, path, signal));
  }
  if (size.code < 500) throw failureOf(size, `look at ${path}`);
  const folder = await ask(link, `CWD ${path}`, signal);
  if (isPositive(folder)) return entryOfAnswers(path, 'folder', undefined, undefined);
  if (path === ROOT) return undefined;
  if (!isUnknown(size)) {
    // Neither file nor folder. That it could be renamed shows that it is there all the same.
    const source = await ask(link, `RNFR ${path}`, signal);
    if (source.code !== 350) return undefined;
  }
  const around = await ask(link, `CWD ${parentOf(path)}`, signal);
  if (!isPositive(around)) return undefined;
  const entries = await listWithList(link, parentOf(path), signal);
  return entries.find(({ name }) => name === nameOf(path));
}

/** What MDTM says, in milliseconds since 1970 (UTC). */
export async function modifiedAt(
  link: Link,
  path: Path,
  signal: AbortSignal,
): Promise<number | undefined> {
  return timeIn(await ask(link, `MDTM ${path}`, signal));
}

/** What a reply to MDTM says. */
export function timeIn({ code, lines }: Reply): number | undefined {
  return code === 213 ? parseTimeValue((lines[0] ?? '').trim()) : undefined;
}

/** What a reply to SIZE says. */
export function sizeIn({ code, lines }: Reply): number | undefined {
  return code === 213 ? parseOffset((lines[0] ?? '').trim()) : undefined;
}

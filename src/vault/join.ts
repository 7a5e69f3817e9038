import { Failure } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import { MiB } from '../base/size.ts';
import type { JournalRow } from '../database/tables.ts';
import type { Entry, ReadableFile } from '../storage/store.ts';
import { CommitInDoubt } from './commit.ts';
import type { HomeParts } from './context.ts';
import { type Part, announceParts, keepParts, refuseJoined, removeParts } from './joined-parts.ts';
import { dropUpload } from './superseded.ts';
import { statOrUndefined } from './target.ts';
import type { Writer } from './writer.ts';

/** What makes one file of several. */
export interface Join {
  readonly target: Path;
  /** In the order in which their bytes follow one another. */
  readonly sources: readonly Path[];
  readonly open: (source: Path) => Promise<ReadableFile>;
  /** Begins what will be the target; the sources have this many bytes together. */
  readonly begin: (bytes: number) => Promise<Writer>;
  readonly signal: AbortSignal;
}

/**
 * Puts the bytes of the sources behind those of the target, if there is one, as one new version of
 * it: whoever reads sees it before or after. Then removes the sources; a crash does not keep them.
 * @throws Failure `name-refused` if one file would be used twice, `locked` if one of them changes
 *   meanwhile or is being joined already, and then nothing has changed; as `removeFile` does, when
 *   the target is complete
 */
export async function joinFiles(parts: HomeParts, join: Join): Promise<Entry> {
  await using files = new AsyncDisposableStack();
  const opened: ReadableFile[] = [];
  for (const source of join.sources) opened.push(files.use(await join.open(source)));
  const sources = opened.map(({ entry }) => entry);
  await refuseJoined(parts.database.query, parts.homeId, sources);
  const target = await statOrUndefined(parts, join.target);
  const objects = [...(target ? [target] : []), ...sources];
  if (new Set(objects.map(({ unique }) => unique)).size < objects.length) {
    throw new Failure('name-refused', 'Each file can be used once, and the target is not a part');
  }
  const bytes = opened.reduce((sum, { entry }) => sum + entry.size, 0);
  const writer = await join.begin(bytes);
  let announced: readonly JournalRow[] = [];
  const confirm = async (): Promise<void> => {
    if ((await statOrUndefined(parts, join.target))?.version !== target?.version) throw changed();
    const joined = await unchanged(parts, join, opened);
    announced = await announceParts(parts, writer.id, joined);
  };
  let entry: Entry;
  try {
    for (const file of opened) await append(writer, file, join.signal);
    entry = await writer.complete('joined on the server', confirm);
  } catch (error) {
    await keepParts(parts, announced);
    // Whoever finds out what became of it needs its record.
    if (error instanceof CommitInDoubt) throw error;
    await writer.interrupt('The files could not be joined');
    await dropUpload(parts, writer.id);
    throw error;
  }
  await removeParts(parts, announced);
  return entry;
}

async function append(writer: Writer, file: ReadableFile, signal: AbortSignal): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(MiB, file.entry.size));
  for (let position = 0; position < file.entry.size;) {
    signal.throwIfAborted();
    const wanted = buffer.subarray(0, Math.min(buffer.length, file.entry.size - position));
    const count = await file.read(wanted, position);
    if (count === 0) throw changed();
    await writer.write([wanted.subarray(0, count)]);
    position += count;
  }
}

async function unchanged(
  parts: HomeParts,
  { sources }: Join,
  opened: readonly ReadableFile[],
): Promise<Part[]> {
  const joined: Part[] = [];
  for (const [index, path] of sources.entries()) {
    const entry = await statOrUndefined(parts, path);
    if (!entry || entry.version !== opened[index]?.entry.version) throw changed();
    joined.push({ path, entry });
  }
  return joined;
}

function changed(): Failure {
  return new Failure('locked', 'A file was changed while it was being joined');
}

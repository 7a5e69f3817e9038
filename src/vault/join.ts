import { Failure } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import { MiB } from '../base/size.ts';
import type { Entry, ReadableFile } from '../storage/store.ts';
import { statOrUndefined } from './target.ts';
import type { HomeParts } from './context.ts';
import { dropUpload } from './superseded.ts';
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
 * it: whoever reads sees it before or after. The sources stay.
 * @throws Failure `name-refused` if one file would be used twice, `locked` if a source changes
 *   meanwhile; then nothing has changed
 */
export async function joinFiles(parts: HomeParts, join: Join): Promise<Entry> {
  await using files = new AsyncDisposableStack();
  const opened: ReadableFile[] = [];
  for (const source of join.sources) opened.push(files.use(await join.open(source)));
  const target = await statOrUndefined(parts, join.target);
  const objects = [...(target ? [target] : []), ...opened.map(({ entry }) => entry)];
  if (new Set(objects.map(({ unique }) => unique)).size < objects.length) {
    throw new Failure('name-refused', 'Each file can be used once, and the target is not a part');
  }
  const bytes = opened.reduce((sum, { entry }) => sum + entry.size, 0);
  const writer = await join.begin(bytes);
  try {
    for (const file of opened) await append(writer, file, join.signal);
    return await writer.complete('joined on the server', () => unchanged(parts, join, opened));
  } catch (error) {
    await writer.interrupt('The files could not be joined');
    await dropUpload(parts, writer.id);
    throw error;
  }
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
): Promise<void> {
  for (const [index, source] of sources.entries()) {
    const now = await statOrUndefined(parts, source);
    if (now?.version !== opened[index]?.entry.version) throw changed();
  }
}

function changed(): Failure {
  return new Failure('locked', 'A file was changed while it was being joined');
}

import type { Path } from '../../../base/path.ts';
import type { ByteRange } from '../../../base/range.ts';
import { KiB } from '../../../base/size.ts';
import type { RemoteConnection, RemoteReader } from '../../remote.ts';
import { troubled } from '../../transfer-failure.ts';

/**
 * So many bytes before the offset are fetched once more and compared. Enough to tell one place of a
 * file from another; the whole is proven otherwise, and a bad line must not spend its time on this.
 */
export const OVERLAP_BYTES = 64 * KiB;

/** What came of beginning in the middle of a remote file. */
export type Opened =
  /** What comes is what belongs behind the offset. */
  | { readonly kind: 'continues'; readonly chunks: AsyncIterable<Buffer> }
  /** The server has ignored the offset: what comes is the file from its beginning. */
  | { readonly kind: 'from-start'; readonly chunks: AsyncIterable<Buffer> }
  /** The bytes before the offset are not those that are here. */
  | { readonly kind: 'differs' }
  /** The server says that it cannot begin there. */
  | { readonly kind: 'refused' };

/** What is read from, and what is known of it. */
export interface ReadAfter {
  readonly connection: RemoteConnection;
  readonly path: Path;
  readonly offset: number;
  /** Where no more is wanted, if not at the end. */
  readonly until: number | undefined;
  /** Bytes that are here already. */
  readonly known: (range: ByteRange) => Promise<Buffer>;
  /** How many bytes before the offset are here, at most so many are compared. */
  readonly overlap: number;
  /** Hears of bytes that came only to be compared. */
  readonly onCompared: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Begins to read at `offset`, and proves that the server has begun there: one that ignores the
 * offset, clamps it, counts line ends otherwise or has another file by now is found out before a
 * byte is kept.
 */
export async function readAfter(wanted: ReadAfter): Promise<Opened & AsyncDisposable> {
  const { connection, path, offset, signal } = wanted;
  const overlap = Math.min(wanted.overlap, offset, OVERLAP_BYTES);
  let reader: RemoteReader;
  try {
    reader = await connection.read(path, offset - overlap, signal, wanted.until);
  } catch (error) {
    if (offset - overlap > 0 && troubled(error, 'unsupported', 'offset-refused')) {
      return { kind: 'refused', [Symbol.asyncDispose]: () => Promise.resolve() };
    }
    throw error;
  }
  try {
    const opened = await compare(reader, overlap, wanted);
    return { ...opened, [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose]() };
  } catch (error) {
    await reader[Symbol.asyncDispose]();
    throw error;
  }
}

async function compare(
  reader: RemoteReader,
  overlap: number,
  { offset, known, onCompared }: ReadAfter,
): Promise<Opened> {
  if (overlap === 0) return { kind: 'continues', chunks: reader };
  const iterator = reader[Symbol.asyncIterator]();
  const head = await take(iterator, overlap);
  const begin = head.subarray(0, overlap);
  if (begin.equals(await known({ start: offset - overlap, end: offset }))) {
    onCompared(overlap);
    return { kind: 'continues', chunks: follow(head.subarray(overlap), iterator) };
  }
  if (begin.equals(await known({ start: 0, end: overlap }))) {
    return { kind: 'from-start', chunks: follow(head, iterator) };
  }
  onCompared(begin.length);
  return { kind: 'differs' };
}

/** At least `bytes` bytes, or all that come. */
async function take(iterator: AsyncIterator<Buffer>, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let length = 0; length < bytes;) {
    const next = await iterator.next();
    if (next.done === true) break;
    chunks.push(next.value);
    length += next.value.length;
  }
  return Buffer.concat(chunks);
}

async function* follow(head: Buffer, iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) return;
    yield next.value;
  }
}

import { MiB } from '../../../base/size.ts';
import { BundleDecoder, formatHead } from '../../../wire/ftp/bundle.ts';
import { quotePath } from '../../../wire/ftp/quoting.ts';
import { parseOffset } from '../../../wire/ftp/sizes.ts';
import { WireError } from '../../../wire/wire-error.ts';
import type {
  FetchedFile,
  FileToFetch,
  FileToStore,
  StoredFile,
  Supply,
  Wanted,
} from '../../remote.ts';
import { digestOfBytes } from '../../transfer/in-memory.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import type { Features } from './features.ts';
import { FtpReader } from './ftp-reader.ts';
import { FtpWriter } from './ftp-writer.ts';
import type { Link } from './link.ts';
import { beginTransfer } from './transfer.ts';

/** Of a command line, in characters: servers take more, and a path may be long. */
const MOST_LINE = 4000;

/**
 * Files in one bundle, and the bytes from which on no other is added: more of them make each
 * cheaper, and all of them later.
 */
const MOST_FILES = 32;
const ENOUGH_BYTES = MiB;

/** The most bytes of one file that the server takes in a bundle; 0 if it knows none (docs/bundles.md). */
export function mostBundled(features: Features): number {
  if (!features.has('XMRETR')) return 0;
  return parseOffset(features.argument('XMSTOR')) ?? 0;
}

/** As many as make one bundle. */
function gather<I, O>(supply: Supply<I, O>, sizeOf: (item: I) => number): Wanted<I, O>[] {
  const gathered: Wanted<I, O>[] = [];
  for (let bytes = 0; gathered.length < MOST_FILES && bytes < ENOUGH_BYTES;) {
    const [one] = supply(1);
    if (!one) break;
    gathered.push(one);
    bytes += sizeOf(one.item);
  }
  return gathered;
}

/** Whoever uses the connection now. */
export type Begun = (running: FtpReader | FtpWriter) => void;

/** XMSTOR: each is durable then, and has the digest that was said. What is there is replaced. */
export async function storeBundle(
  link: Link,
  supply: Supply<FileToStore, StoredFile>,
  signal: AbortSignal,
  begun: Begun,
): Promise<void> {
  const most = mostBundled(link.features);
  const all = gather(supply, ({ bytes }) => bytes.length);
  const wanted = all.filter(({ item }) => item.bytes.length <= most);
  if (wanted.length === 0) return;
  const request = { command: 'XMSTOR', doing: `store ${wanted.length} files` };
  const transfer = await beginTransfer(link, request, signal);
  let told: readonly string[] = [];
  transfer.onLast(
    ({ lines }) => (told = lines),
    () => {},
  );
  await using writer = new FtpWriter(transfer, signal);
  begun(writer);
  await writer.write(Buffer.concat(wanted.flatMap(({ item }) => inBundle(item))));
  await writer.complete();
  const outcomes = told.slice(1, -1);
  for (const [index, { settle }] of wanted.entries()) {
    settle(/^ ?226 /.test(outcomes[index] ?? '') ? STORED : undefined);
  }
}

const STORED: StoredFile = { proof: { kind: 'digest', algorithm: 'sha-256' }, isTimed: true };

function inBundle({ path, bytes, modified }: FileToStore): Uint8Array[] {
  const digest = digestOfBytes('sha-256', bytes);
  return [formatHead({ path, size: bytes.length, digest, modified }), bytes];
}

/** XMRETR: each comes with its digest, or not. */
export async function fetchBundle(
  link: Link,
  supply: Supply<FileToFetch, FetchedFile>,
  signal: AbortSignal,
  begun: Begun,
): Promise<void> {
  for (const part of inLines(gather(supply, ({ size }) => size)))
    await fetchPart(link, part, signal, begun);
}

async function fetchPart(
  link: Link,
  wanted: readonly Wanted<FileToFetch, FetchedFile>[],
  signal: AbortSignal,
  begun: Begun,
): Promise<void> {
  const command = `XMRETR ${wanted.map(({ item }) => quotePath(item.path)).join(' ')}`;
  const transfer = await beginTransfer(link, { command, doing: 'fetch files' }, signal);
  await using reader = new FtpReader(transfer, signal);
  begun(reader);
  const decoder = new BundleDecoder();
  const waiting = wanted.values();
  try {
    for await (const chunk of reader) {
      for (const one of decoder.push(chunk)) {
        const { item, settle } = waiting.next().value ?? {};
        const isIt =
          one.kind === 'file' && one.head.path === item?.path && one.head.size === item.size;
        settle?.(isIt ? { ...one.head, bytes: one.bytes } : undefined);
      }
    }
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw link.control.break(new TransferFailure('protocol-broken', error.message));
  }
}

/** As many at a time as one line has room for. */
function* inLines<O>(
  wanted: readonly Wanted<FileToFetch, O>[],
): Generator<readonly Wanted<FileToFetch, O>[]> {
  let part: Wanted<FileToFetch, O>[] = [];
  let length = 0;
  for (const one of wanted) {
    const { path } = one.item;
    if (part.length > 0 && length + path.length > MOST_LINE) {
      yield part;
      [part, length] = [[], 0];
    }
    part.push(one);
    length += path.length + 3;
  }
  if (part.length > 0) yield part;
}

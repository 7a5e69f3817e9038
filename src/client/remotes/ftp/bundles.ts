import { createHash } from 'node:crypto';
import type { Path } from '../../../base/path.ts';
import { BundleDecoder, formatHead } from '../../../wire/ftp/bundle.ts';
import { quotePath } from '../../../wire/ftp/quoting.ts';
import { parseOffset } from '../../../wire/ftp/sizes.ts';
import { WireError } from '../../../wire/wire-error.ts';
import type { SmallFile } from '../../remote.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import type { Features } from './features.ts';
import { FtpReader } from './ftp-reader.ts';
import { FtpWriter } from './ftp-writer.ts';
import type { Link } from './link.ts';
import { beginTransfer } from './transfer.ts';

/** Of a command line, in characters: servers take more, and a path may be long. */
const MOST_LINE = 4000;

/** The most bytes of one file that the server takes in a bundle; 0 if it knows none (docs/bundles.md). */
export function mostBundled(features: Features): number {
  if (!features.has('XMRETR')) return 0;
  return parseOffset(features.argument('XMSTOR')) ?? 0;
}

/** Whoever uses the connection now. */
export type Begun = (running: FtpReader | FtpWriter) => void;

/** XMSTOR. @returns for each whether it is stored: durable, and with the digest that was said */
export async function storeBundle(
  link: Link,
  files: readonly SmallFile[],
  signal: AbortSignal,
  begun: Begun,
): Promise<readonly boolean[]> {
  const request = { command: 'XMSTOR', doing: `store ${files.length} files` };
  const transfer = await beginTransfer(link, request, signal);
  let told: readonly string[] = [];
  transfer.onLast(
    ({ lines }) => (told = lines),
    () => {},
  );
  await using writer = new FtpWriter(transfer, signal);
  begun(writer);
  await writer.write(Buffer.concat(files.flatMap(inBundle)));
  await writer.complete();
  const outcomes = told.slice(1, -1);
  return files.map((_, index) => /^ ?226 /.test(outcomes[index] ?? ''));
}

function inBundle({ path, bytes, digest, modified }: SmallFile): Uint8Array[] {
  return [formatHead({ path, size: bytes.length, digest, modified }), bytes];
}

/** XMRETR. @returns for each what came and has the digest that was said with it, or nothing */
export async function fetchBundle(
  link: Link,
  paths: readonly Path[],
  signal: AbortSignal,
  begun: Begun,
): Promise<readonly (SmallFile | undefined)[]> {
  const found: (SmallFile | undefined)[] = [];
  for (const part of inLines(paths)) found.push(...(await fetchPart(link, part, signal, begun)));
  return found;
}

async function fetchPart(
  link: Link,
  paths: readonly Path[],
  signal: AbortSignal,
  begun: Begun,
): Promise<readonly (SmallFile | undefined)[]> {
  const command = `XMRETR ${paths.map(quotePath).join(' ')}`;
  const transfer = await beginTransfer(link, { command, doing: 'fetch files' }, signal);
  await using reader = new FtpReader(transfer, signal);
  begun(reader);
  const decoder = new BundleDecoder();
  const found: (SmallFile | undefined)[] = [];
  try {
    for await (const chunk of reader) {
      for (const one of decoder.push(chunk)) {
        const path = paths[found.length];
        const isIt = one.kind === 'file' && one.head.path === path;
        found.push(isIt ? proven({ ...one.head, path, bytes: one.bytes }) : undefined);
      }
    }
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw link.control.break(new TransferFailure('protocol-broken', error.message));
  }
  return paths.map((_, index) => found[index]);
}

function proven(file: SmallFile): SmallFile | undefined {
  const hex = createHash('sha256').update(file.bytes).digest('hex');
  return file.digest.algorithm === 'sha-256' && file.digest.hex === hex ? file : undefined;
}

/** As many at a time as one line has room for. */
function* inLines(paths: readonly Path[]): Generator<readonly Path[]> {
  let part: Path[] = [];
  let length = 0;
  for (const path of paths) {
    if (part.length > 0 && length + path.length > MOST_LINE) {
      yield part;
      [part, length] = [[], 0];
    }
    part.push(path);
    length += path.length + 3;
  }
  yield part;
}

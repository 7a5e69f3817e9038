import type { Digest } from '../../../base/digest.ts';
import type { Path } from '../../../base/path.ts';
import type { ByteRange } from '../../../base/range.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { parseOffset } from '../../../wire/ftp/sizes.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import { readingMs } from './digests.ts';
import type { Features } from './features.ts';
import { FtpWriter } from './ftp-writer.ts';
import { ask, type Link } from './link.ts';
import { failureOf } from './reply-failures.ts';
import { beginTransfer } from './transfer.ts';

/** True of our own server: one large file may come over several connections (docs/segments.md). */
export function takesSegments(features: Features): boolean {
  return features.has('SITE MISSING');
}

/** SITE MISSING. @returns what has not come, nothing only if the file is there and proven */
export async function findMissing(
  link: Link,
  path: Path,
  { algorithm, hex }: Digest,
  length: number,
  signal: AbortSignal,
): Promise<readonly ByteRange[]> {
  const command = `SITE MISSING ${algorithm}=${hex} size=${length} ${path}`;
  // What has come whole is read before it is published.
  const reply = await ask(link, command, signal, readingMs(length));
  if (reply.code !== 213) throw failureOf(reply, `promise ${path}`);
  return rangesIn(reply, length);
}

/** Begins to send a part of what this connection has asked for. @throws TransferFailure */
export async function storeRange(
  link: Link,
  path: Path,
  { start, end }: ByteRange,
  signal: AbortSignal,
): Promise<FtpWriter> {
  const request = {
    command: `STOR ${path}`,
    doing: `store a part of ${path}`,
    offset: start,
    until: end,
  };
  return new FtpWriter(await beginTransfer(link, request, signal), signal);
}

/** @throws TransferFailure `protocol-broken` for what cannot be ranges of the file */
function rangesIn({ lines }: Reply, length: number): readonly ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const line of lines) {
    const [, first = '', last = ''] = /^\s*(\d+) (\d+)$/.exec(line) ?? [];
    const [start, end] = [parseOffset(first), parseOffset(last)];
    if (start !== undefined && end !== undefined) ranges.push({ start, end: end + 1 });
  }
  const last = (lines.at(-1) ?? '').trim();
  const [, told = ''] = /^(\d+) bytes are missing$/.exec(last) ?? [];
  // A task that has taken long tells so what went wrong.
  if (told === '')
    throw new TransferFailure('busy', `The server cannot tell what is missing: ${last}`);
  let [at, bytes] = [0, 0];
  for (const { start, end } of ranges) {
    if (start < at || end <= start || end > length) bytes = Number.NaN;
    bytes += end - start;
    at = end;
  }
  if (bytes === parseOffset(told)) return ranges;
  throw new TransferFailure('protocol-broken', 'The server names ranges that cannot be missing');
}

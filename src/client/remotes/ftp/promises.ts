import type { Digest } from '../../../base/digest.ts';
import type { Path } from '../../../base/path.ts';
import { parseOffset } from '../../../wire/ftp/sizes.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import type { Features } from './features.ts';
import { ask, type Link } from './link.ts';
import { failureOf } from './reply-failures.ts';

/** True of our own server, which also keeps an upload out of sight until it is complete. */
export function takesPromises(features: Features): boolean {
  return features.has('SITE EXPECT');
}

/** SITE EXPECT (docs/resume.md). @returns the bytes that may be skipped */
export async function promise(
  link: Link,
  path: Path,
  { algorithm, hex }: Digest,
  length: number,
  signal: AbortSignal,
): Promise<number> {
  const doing = `promise ${path}`;
  if (!takesPromises(link.features)) {
    throw new TransferFailure('unsupported', `Could not ${doing}: this server takes no promises`);
  }
  const command = `SITE EXPECT ${algorithm}=${hex} size=${length} ${path}`;
  const reply = await ask(link, command, signal);
  if (reply.code !== 213) throw failureOf(reply, doing);
  link.promised.add(path);
  const offset = parseOffset((reply.lines[0] ?? '').trim());
  if (offset === undefined || offset > length) {
    throw new TransferFailure('protocol-broken', 'The server names an offset that cannot be one');
  }
  return offset;
}

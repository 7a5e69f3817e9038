import type { Path } from '../../../base/path.ts';
import { parseOffset } from '../../../wire/ftp/sizes.ts';
import type { WriteFrom } from '../../remote.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import { FtpReader } from './ftp-reader.ts';
import { FtpWriter } from './ftp-writer.ts';
import { ask, type Link } from './link.ts';
import { failureOf } from './reply-failures.ts';
import { takesPromises } from './promises.ts';
import { sizeIn } from './stat.ts';
import { beginTransfer, type Transfer } from './transfer.ts';

/** When all has come, our own server refuses only what is not what was promised. */
const BROKEN_PROMISE = { 550: 'verification-failed' } as const;

/** From which byte on, and to which one if not to the end. */
export interface Wanted {
  readonly offset: number;
  readonly until: number | undefined;
}

/** Begins to fetch. @throws TransferFailure */
export async function fetchFile(
  link: Link,
  path: Path,
  { offset, until }: Wanted,
  signal: AbortSignal,
): Promise<FtpReader> {
  const request = { command: `RETR ${path}`, doing: `fetch ${path}`, offset };
  if (until !== undefined && takesRanges(link)) {
    const transfer = await beginTransfer(link, { ...request, until }, signal);
    return new FtpReader(transfer, signal, {
      bytes: until - offset,
      check: async (bytes) => {
        if (offset + bytes < until) throw cutShort(link, offset + bytes, until);
      },
    });
  }
  const transfer = await beginTransfer(link, request, signal);
  return new FtpReader(transfer, signal, {
    check: (bytes) => seeThatItIsAll(transfer, path, offset, bytes, signal),
  });
}

/** Our own server does; others differ in how long what was said stays in force. */
function takesRanges({ features }: Link): boolean {
  return takesPromises(features) && features.has('RANG STREAM');
}

/** Begins to store. @throws TransferFailure */
export async function storeFile(
  link: Link,
  path: Path,
  from: WriteFrom,
  length: number | undefined,
  signal: AbortSignal,
): Promise<FtpWriter> {
  const doing = `store ${path}`;
  // Our own server then knows an end from a cut, unless a promise has told it; to others it is a
  // word without meaning.
  const isPromised = link.promised.has(path);
  if (length !== undefined && takesPromises(link.features) && !isPromised) {
    const reply = await ask(link, `ALLO ${length}`, signal);
    if (reply.code >= 400) throw failureOf(reply, doing);
  }
  const verb = from.kind === 'end' ? 'APPE' : 'STOR';
  const offset = from.kind === 'offset' ? from.offset : 0;
  const request = {
    command: `${verb} ${path}`,
    doing,
    offset,
    lastWords: isPromised ? BROKEN_PROMISE : {},
  };
  const transfer = await beginTransfer(link, request, signal);
  return new FtpWriter(transfer, signal);
}

/**
 * A stream whose end was not the file's, however it came about, is not believed: under TLS anybody
 * in between can end the connection, and Node cannot tell that from an end in order. What the 150
 * says costs nothing; if it says something else, SIZE decides.
 */
async function seeThatItIsAll(
  { link, opening }: Transfer,
  path: Path,
  offset: number,
  bytes: number,
  signal: AbortSignal,
): Promise<void> {
  const [, text = ''] = /\((\d{1,16}) bytes\)/i.exec(opening.lines.join(' ')) ?? [];
  const told = parseOffset(text);
  if (told === bytes || told === offset + bytes) return;
  if (told === undefined && link.encryption === undefined) return;
  const reply = await ask(link, `SIZE ${path}`, signal);
  const size = sizeIn(reply);
  if (size === undefined || offset + bytes >= size) return;
  throw cutShort(link, offset + bytes, size);
}

function cutShort({ control }: Link, at: number, size: number): TransferFailure {
  const message = `The data connection ended after ${at} of ${size} bytes`;
  return control.break(new TransferFailure('connection-lost', message));
}

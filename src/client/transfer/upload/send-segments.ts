import type { Clock } from '../../../base/clock.ts';
import type { Digest } from '../../../base/digest.ts';
import type { Path } from '../../../base/path.ts';
import type { ByteRange } from '../../../base/range.ts';
import { Ranges } from '../../../base/ranges.ts';
import type { SourceFile } from '../../local/source-file.ts';
import type { ConnectionPool } from '../../pool.ts';
import type { RemoteConnection, Segments } from '../../remote.ts';
import { asTransferFailure, persist, type Reached } from '../../retry.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import type { Progress } from '../progress.ts';

export interface SendingSegments {
  readonly pool: ConnectionPool;
  readonly path: Path;
  readonly file: SourceFile;
  /** The promise that has been made. */
  readonly whole: Digest;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retries: number;
}

/**
 * Sends ranges over the connection at hand and as many others as the pool can spare. A connection
 * of those others that breaks is replaced while the rest goes on; what is left of its range is
 * asked for then.
 * @param first has been asked what is missing
 * @returns why not all has come, if it has not, though the connection at hand can go on
 * @throws TransferFailure of the connection at hand, when the others have done what they can
 */
export async function sendSegments(
  sending: SendingSegments,
  first: RemoteConnection,
  ranges: readonly ByteRange[],
): Promise<TransferFailure | undefined> {
  const stop = new AbortController();
  const signal = AbortSignal.any([sending.signal, stop.signal]);
  const stoppable = { ...sending, signal };
  const queue = [...ranges];
  let failure: TransferFailure | undefined;
  const helpers = ranges.slice(1).map(async () => {
    try {
      await new Helper(stoppable, queue).work();
    } catch (error) {
      // What it leaves is sent by those that are there.
      failure = asTransferFailure(error);
    }
  });
  try {
    for (let range = queue.shift(); range; range = queue.shift()) {
      await sendRange(stoppable, segmentsOf(first), range);
    }
  } catch (error) {
    if (asTransferFailure(error).retry === 'never') stop.abort();
    throw error;
  } finally {
    await Promise.all(helpers);
  }
  return failure;
}

/** The screen tells of the file, which goes on. */
const onRetry = (): void => {};

/** One of the other connections, over as many logins as it takes. */
class Helper {
  readonly #sending: SendingSegments;
  readonly #queue: ByteRange[];
  /** What it has taken from the queue, and is not known to have come. */
  #mine: readonly ByteRange[] = [];
  /** Bytes of that which were sent. */
  #sent = 0;
  #durable = 0;

  constructor(sending: SendingSegments, queue: ByteRange[]) {
    this.#sending = sending;
    this.#queue = queue;
  }

  async work(): Promise<void> {
    const { retries: budget, clock, random, signal } = this.#sending;
    await persist((reached) => this.#attempt(reached), { budget, clock, random, signal, onRetry });
  }

  async #attempt(reached: Reached): Promise<void> {
    const { pool, path, file, whole, signal } = this.#sending;
    const isLeft = this.#mine.length > 0 || this.#queue.length > 0;
    await using lease = isLeft ? await pool.spare(signal) : undefined;
    if (!lease) return;
    const segments = segmentsOf(lease.connection);
    const missing = await segments.missing(path, whole, file.size, signal);
    this.#goBackTo(missing);
    for (;;) {
      reached(this.#durable);
      const range = this.#mine[0] ?? this.#queue.shift();
      if (!range) return;
      this.#mine = [range, ...this.#mine.slice(1)];
      await sendRange(this.#sending, segments, range, (bytes) => {
        this.#sent += bytes;
      });
      this.#durable += range.end - range.start;
      this.#sent = 0;
      this.#mine = this.#mine.slice(1);
    }
  }

  /** What was sent and has not come is sent again. */
  #goBackTo(missing: readonly ByteRange[]): void {
    const before = bytesIn(this.#mine);
    this.#mine = this.#mine.flatMap((range) => both(missing, range));
    const come = before - bytesIn(this.#mine);
    this.#durable += come;
    this.#sending.progress.lost(Math.max(0, this.#sent - come));
    this.#sent = 0;
  }
}

async function sendRange(
  { path, file, progress, signal }: SendingSegments,
  segments: Segments,
  range: ByteRange,
  onSent: (bytes: number) => void = () => {},
): Promise<void> {
  await using writer = await segments.write(path, range, signal);
  let at = range.start;
  for await (const chunk of file.read(range, signal)) {
    at += chunk.length;
    await writer.write(chunk);
    progress.moved(chunk.length);
    onSent(chunk.length);
  }
  if (at < range.end) throw new TransferFailure('source-changed', 'The source has become shorter');
  await writer.complete();
}

/** @throws TransferFailure `unsupported` of a server that has become another meanwhile */
function segmentsOf({ segments }: RemoteConnection): Segments {
  if (segments) return segments;
  throw new TransferFailure('unsupported', 'The server takes no segments any more');
}

/** What of this range is in one of those. */
function both(ranges: readonly ByteRange[], range: ByteRange): readonly ByteRange[] {
  const outside = new Ranges();
  for (const gap of complement(ranges, range)) outside.add(gap);
  return outside.missing(range);
}

function complement(ranges: readonly ByteRange[], range: ByteRange): readonly ByteRange[] {
  const set = new Ranges();
  for (const one of ranges) set.add(one);
  return set.missing(range);
}

function bytesIn(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

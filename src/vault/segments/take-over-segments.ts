import { Failure } from '../../base/failure.ts';
import type { ByteRange } from '../../base/range.ts';
import { takenOver } from '../claim.ts';
import type { HomeParts } from '../context.ts';
import { processOf } from '../presence.ts';

/** How long is waited for a sender in another process, and how often is looked. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 20;

/**
 * Makes those who send parts of this upload let go of them, with everything they have received made
 * durable: all, or those whose parts touch `range`.
 * @throws Failure `locked` if another process does not let go
 */
export async function takeOverSegments(
  parts: HomeParts,
  uploadId: string,
  range?: ByteRange,
): Promise<void> {
  const { writers, segments, presence, clock } = parts;
  const began = clock.monotonic();
  for (;;) {
    const here = writers.segmentsOf(uploadId, range);
    await Promise.all(here.map((writer) => writer.fence(takenOver())));
    const held = await segments.held(uploadId, range);
    if (held.length === 0) return;
    const others: string[] = [];
    for (const { id, holder } of held) {
      const process = processOf(holder ?? '');
      // One of this process that nobody sends is what its sender could not give back.
      if (process === presence.self) {
        if (!writers.segment(id)) await segments.release(id);
      } else if (presence.isAlive(process)) others.push(id);
      else await parts.mend(process);
    }
    if (others.length > 0) await segments.ask(others);
    if (clock.monotonic() - began > PATIENCE_MS) {
      throw new Failure('locked', 'Another session does not let go of this upload');
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
}

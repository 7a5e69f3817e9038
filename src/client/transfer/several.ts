/** Transfers that may be waiting for their end, beyond those that are at work. */
const ENDING = 124;

/**
 * Runs transfers, so many at a time; one that has let go of its connection makes room for the next
 * though its end is still to come.
 * @param run must not reject before it has settled what a failure means
 * @param isOver true when no other is to begin
 */
export async function runSeveral<T>(
  transfers: Iterable<T>,
  parallel: number,
  run: (transfer: T, onReleased: () => void) => Promise<void>,
  isOver: () => boolean,
): Promise<void> {
  // All workers share the one iterator, and so each is taken once.
  const waiting = Iterator.from(transfers);
  const ending = new Set<PromiseWithResolvers<void>>();
  const failures: unknown[] = [];
  let oneEnded = Promise.withResolvers<void>();
  const carryOut = async (transfer: T, released: PromiseWithResolvers<void>): Promise<void> => {
    ending.add(released);
    try {
      await run(transfer, released.resolve);
    } catch (error) {
      failures.push(error);
    }
    ending.delete(released);
    released.resolve();
    oneEnded.resolve();
    oneEnded = Promise.withResolvers();
  };
  const work = async (): Promise<void> => {
    for (const transfer of waiting) {
      const released = Promise.withResolvers<void>();
      void carryOut(transfer, released);
      await released.promise;
      while (ending.size > parallel + ENDING) await oneEnded.promise;
      if (failures.length > 0 || isOver()) return;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, work));
  while (ending.size > 0) await oneEnded.promise;
  if (failures.length > 0) throw failures[0];
}

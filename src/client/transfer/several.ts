/** Transfers that may be waiting for their end, beyond those that are at work. */
const ENDING = 60;

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
  const ending = new Set<Promise<void>>();
  const work = async (): Promise<void> => {
    for (const transfer of waiting) {
      const released = Promise.withResolvers<void>();
      const whole = run(transfer, released.resolve);
      ending.add(whole);
      void whole.finally(() => ending.delete(whole)).catch(() => {});
      await Promise.race([whole, released.promise]);
      if (ending.size > parallel + ENDING) await Promise.race(ending);
      if (isOver()) return;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, work));
  await Promise.all(ending);
}

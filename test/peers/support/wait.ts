import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than anything that is waited for here ever takes, in milliseconds. */
const PATIENCE = 120_000;

const INTERVAL_MS = 5;

/**
 * Asks again and again until there is an answer other than undefined and false.
 * @param what completes "waited in vain until …"
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  patience = PATIENCE,
): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`Waited in vain until ${what}`);
    await sleep(INTERVAL_MS);
  }
}

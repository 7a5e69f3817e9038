import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than anything that is waited for here ever takes, in milliseconds. */
const PATIENCE_MS = 120_000;

const ASK_EVERY_MS = 10;

/** What does not change for so long is taken to be over, in milliseconds. */
const STILL_MS = 200;

/** Asks again and again until it is so. @param what completes "waited in vain until …" */
export async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`Waited in vain until ${what}`);
    await sleep(ASK_EVERY_MS);
  }
}

/** True if a value does not change for a while. */
export async function isStill(value: () => unknown): Promise<boolean> {
  const before = value();
  await sleep(STILL_MS);
  return value() === before;
}

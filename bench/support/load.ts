import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long to wait for quiet, and the part of one processor that is quiet enough. */
const SETTLE_MS = 2000;
const LOOK_MS = 100;
const QUIET = 0.1;

/** Seconds that all processors together have worked since the start; 0 where nobody tells. */
async function worked(): Promise<number> {
  const text = await readFile('/proc/stat', 'utf8').catch(() => '');
  const [user = 0, nice = 0, system = 0, , , interrupt = 0, soft = 0] = (text.split('\n')[0] ?? '')
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + interrupt + soft) / 100;
}

/**
 * Waits until the last one's aftermath (write-back, processes that end) is over, or for two seconds.
 * @returns the part of all processors that was still at work: what others do here
 */
export async function settle(): Promise<number> {
  const began = performance.now();
  for (;;) {
    const before = await worked();
    await sleep(LOOK_MS);
    const busy = ((await worked()) - before) / (LOOK_MS / 1000);
    if (busy <= QUIET || performance.now() - began > SETTLE_MS)
      return Math.min(1, busy / cpus().length);
  }
}

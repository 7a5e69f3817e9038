import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Control } from './control.ts';
import { curl, urlOf } from './curl.ts';
import type { Server } from './servers.ts';

/** Transfers beside which one waits. */
export const TRANSFERS = 4;

/** As many files as no client moves while one looks. */
const MANY = 100;

/** How long one looks, and how often somebody says NOOP, in milliseconds. */
const LOOK_MS = 3000;
const EVERY_MS = 2;

/**
 * How long NOOP waits for its reply while transfers run as fast as they can: the time that 99 of
 * 100 do not exceed, in milliseconds.
 * @param file what is sent; the server has it as `big`
 */
export async function waits(server: Server, verb: 'RETR' | 'STOR', file: string): Promise<number> {
  const stop = new AbortController();
  // One curl moves many: starting a program takes the processor from all who are measured.
  const words = (index: number): string[] => {
    const once =
      verb === 'RETR'
        ? ['-o', '/dev/null', urlOf(server, '/big')]
        : ['-T', file, urlOf(server, `/in-${index}`)];
    return Array.from({ length: MANY }, () => once).flat();
  };
  const transfer = async (index: number): Promise<void> => {
    while (!stop.signal.aborted) await curl(server, words(index), { signal: stop.signal });
  };
  using control = await Control.login(server);
  const transfers = Array.from({ length: TRANSFERS }, (_, index) => transfer(index));
  try {
    await sleep(500);
    const times: number[] = [];
    for (const began = performance.now(); performance.now() - began < LOOK_MS;) {
      const said = performance.now();
      await control.say('NOOP');
      times.push(performance.now() - said);
      await sleep(EVERY_MS);
    }
    return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
  } finally {
    stop.abort();
    await Promise.allSettled(transfers);
    for (let index = 0; index < TRANSFERS; index += 1) {
      rmSync(join(server.folder, `in-${index}`), { force: true });
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { GiB } from '../../src/base/size.ts';
import type { Bench, Claim } from '../support/claim.ts';
import { Control } from '../support/control.ts';
import { curl, urlOf } from '../support/curl.ts';
import { makeFile, offer } from '../support/files.ts';
import { memoryFolder } from '../support/memory-folder.ts';
import { OURS, type Server } from '../support/servers.ts';
import { startAll } from '../support/start-all.ts';

const TRANSFERS = 4;

/** How long one looks, and how often somebody says NOOP, in milliseconds. */
const LOOK_MS = 3000;
const EVERY_MS = 2;

const GOALS = { RETR: { atMost: 5, stretch: 2 }, STOR: { atMost: 12, stretch: 5 } } as const;

export const fairness: Claim = {
  name: 'fairness',
  about: `How long another session waits for the reply to NOOP while ${TRANSFERS} transfers run as fast as they can, to and from tmpfs: the time that 99 of 100 do not exceed.`,
  run: async (bench) => {
    const below = await memoryFolder(bench);
    const file = makeFile(below, 'big', GiB);
    for (const encryption of ['none', 'explicit'] as const) {
      // The others let nobody in without TLS who are offered it.
      const names = encryption === 'none' ? (['carryon', 'vsftpd'] as const) : ([OURS] as const);
      const servers = await startAll(bench, names, { below, encryption });
      for (const server of servers) offer(server, file, 'big');
      for (const verb of ['RETR', 'STOR'] as const) {
        await compare(bench, servers, verb, file, encryption === 'none' ? '' : ', FTPS');
      }
    }
  },
};

async function compare(
  bench: Bench,
  servers: readonly Server[],
  verb: 'RETR' | 'STOR',
  file: string,
  suffix: string,
): Promise<void> {
  await bench.compare({
    title: `NOOP beside ${TRANSFERS} × ${verb}${suffix}`,
    unit: 'ms',
    better: 'less',
    goals: [GOALS[verb]],
    rounds: bench.quick ? 1 : 3,
    subjects: servers.map((server) => ({
      label: server.label,
      once: () => waits(server, verb, file),
    })),
  });
}

async function waits(server: Server, verb: 'RETR' | 'STOR', file: string): Promise<number> {
  const stop = new AbortController();
  const words = (index: number): string[] =>
    verb === 'RETR'
      ? ['-o', '/dev/null', urlOf(server, '/big')]
      : ['-T', file, urlOf(server, `/in-${index}`)];
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

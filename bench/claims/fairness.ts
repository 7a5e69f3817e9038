import { GiB } from '../../src/base/size.ts';
import type { Bench, Claim } from '../support/claim.ts';
import { makeFile, offer } from '../support/files.ts';
import { memoryFolder } from '../support/memory-folder.ts';
import { OURS, type Server } from '../support/servers.ts';
import { startAll } from '../support/start-all.ts';
import { TRANSFERS, waits } from '../support/waits.ts';

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

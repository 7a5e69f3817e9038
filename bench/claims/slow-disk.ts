import { MiB } from '../../src/base/size.ts';
import { forget, writeOut } from '../support/cache.ts';
import type { Claim } from '../support/claim.ts';
import { makeFile, offer } from '../support/files.ts';
import { OURS } from '../support/servers.ts';
import { slowDown } from '../support/slow-disk.ts';
import { TRANSFERS, waits } from '../support/waits.ts';

/** What the disk can do each way, a second. */
const RATE = 20 * MiB;

const GOALS = { RETR: { atMost: 5, stretch: 2 }, STOR: { atMost: 12, stretch: 5 } } as const;

export const slowDisk: Claim = {
  name: 'slow-disk',
  about: `How long another session waits for the reply to NOOP while ${TRANSFERS} transfers, of what is not cached, go from and to a disk that does ${RATE / MiB} MiB/s (a control group slows it down): the time that 99 of 100 do not exceed.`,
  run: async (bench) => {
    const server = await bench.start(OURS);
    if (server?.pid === undefined) return;
    const file = makeFile(bench.folder, 'big', 256 * MiB);
    writeOut(file);
    offer(server, file, 'big');
    const slow = slowDown(server.pid, server.folder, RATE);
    if (!slow) {
      bench.note('The disk cannot be slowed down here: that takes root and control groups.');
      return;
    }
    bench.use(slow);
    for (const verb of ['RETR', 'STOR'] as const) {
      await bench.compare({
        title: `NOOP beside ${TRANSFERS} × ${verb}, slow disk`,
        unit: 'ms',
        better: 'less',
        goals: [GOALS[verb]],
        rounds: bench.quick ? 1 : 3,
        subjects: [
          {
            label: OURS,
            once: () => {
              if (verb === 'RETR') forget(file);
              return waits(server, verb, file);
            },
          },
        ],
      });
    }
  },
};

import { GiB } from '../../src/base/size.ts';
import { downloads } from '../support/big-file.ts';
import { forget, writeOut } from '../support/cache.ts';
import { BEST, type Claim } from '../support/claim.ts';
import { makeFile } from '../support/files.ts';
import { startAll } from '../support/start-all.ts';

export const cold: Claim = {
  name: 'cold',
  about: 'Downloads 1 GiB with curl, one stream, of which nothing is in the page cache.',
  run: async (bench) => {
    const file = makeFile(bench.folder, 'big', GiB);
    writeOut(file);
    const names = ['carryon', 'vsftpd', 'pure-ftpd', 'proftpd'] as const;
    const work = downloads(await startAll(bench, names), file);
    await bench.compare({
      ...work,
      title: 'RETR 1 GiB, cold',
      goals: [{ versus: BEST, atLeast: 0.9, stretch: 1 }],
      subjects: work.subjects.map(({ label, once }) => ({
        label,
        once: () => {
          forget(file);
          return once();
        },
      })),
    });
  },
};

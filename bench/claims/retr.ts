import { GiB } from '../../src/base/size.ts';
import { downloads } from '../support/big-file.ts';
import { BEST, type Claim } from '../support/claim.ts';
import { makeFile } from '../support/files.ts';
import { startAll } from '../support/start-all.ts';

export const retr: Claim = {
  name: 'retr',
  about: 'Downloads 1 GiB with curl, one stream, from the page cache of a disk.',
  run: async (bench) => {
    const file = makeFile(bench.folder, 'big', GiB);
    const names = ['carryon', 'vsftpd', 'pure-ftpd', 'proftpd', 'pyftpdlib'] as const;
    await bench.compare({
      ...downloads(await startAll(bench, names), file),
      title: 'RETR 1 GiB',
      goals: [
        { versus: 'vsftpd', atLeast: 1.1 },
        { versus: 'pure-ftpd', atLeast: 1.05 },
        { versus: 'proftpd', atLeast: 0.9 },
        { versus: BEST, atLeast: 0.9, stretch: 1 },
      ],
    });
  },
};

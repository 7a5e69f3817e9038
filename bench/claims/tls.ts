import { GiB } from '../../src/base/size.ts';
import type { Claim } from '../support/claim.ts';
import { downloads, uploads } from '../support/big-file.ts';
import { makeFile } from '../support/files.ts';
import { startAll } from '../support/start-all.ts';
import { memoryFolder } from '../support/memory-folder.ts';

export const tls: Claim = {
  name: 'tls',
  about: 'Moves 1 GiB with curl over explicit FTPS, one stream, from and to tmpfs.',
  run: async (bench) => {
    const below = await memoryFolder(bench);
    const file = makeFile(below, 'big', GiB);
    const names = ['carryon', 'vsftpd', 'pure-ftpd', 'proftpd'] as const;
    const servers = await startAll(bench, names, { below, encryption: 'explicit' });
    await bench.compare({
      ...downloads(servers, file),
      title: 'RETR 1 GiB, FTPS',
      goals: [
        { versus: 'pure-ftpd', atLeast: 1.1, stretch: 1.3 },
        { versus: 'vsftpd', atLeast: 2.5 },
      ],
    });
    await bench.compare({
      ...uploads(servers, file),
      title: 'STOR 1 GiB, FTPS',
      goals: [
        { versus: 'pure-ftpd', atLeast: 0.85, stretch: 1 },
        { versus: 'vsftpd', atLeast: 4 },
      ],
    });
  },
};

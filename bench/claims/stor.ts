import { GiB } from '../../src/base/size.ts';
import { uploads } from '../support/big-file.ts';
import type { Claim } from '../support/claim.ts';
import { makeFile } from '../support/files.ts';
import { memoryFolder } from '../support/memory-folder.ts';
import { startAll } from '../support/start-all.ts';

const NAMES = ['carryon', 'vsftpd', 'pure-ftpd', 'proftpd', 'pyftpdlib'] as const;

export const stor: Claim = {
  name: 'stor',
  about:
    'Uploads 1 GiB with curl, one stream, until the final reply, which comes from us when the file is durable and published.',
  run: async (bench) => {
    const below = await memoryFolder(bench);
    const file = makeFile(below, 'big', GiB);
    await bench.compare({
      ...uploads(await startAll(bench, NAMES), file),
      title: 'STOR 1 GiB, disk',
      goals: [
        { versus: 'vsftpd', atLeast: 1, stretch: 1.1 },
        { versus: 'pure-ftpd', atLeast: 1, stretch: 1.1 },
      ],
    });
    await bench.compare({
      ...uploads(await startAll(bench, NAMES, { below }), file),
      title: 'STOR 1 GiB, tmpfs',
      goals: [{ versus: 'pure-ftpd', atLeast: 0.9, stretch: 1.1 }],
    });
  },
};

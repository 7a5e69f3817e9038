import { GiB, MiB } from '../../src/base/size.ts';
import { BEST, type Claim } from '../support/claim.ts';
import { curl, urlOf } from '../support/curl.ts';
import { makeFile, offer } from '../support/files.ts';
import { startAll } from '../support/start-all.ts';

const BYTES = GiB;

export const retr: Claim = {
  name: 'retr',
  about: 'Downloads 1 GiB with curl, one stream, from the page cache.',
  run: async (bench) => {
    const file = makeFile(bench.folder, 'big', BYTES);
    const servers = await startAll(bench, [
      'carryon',
      'vsftpd',
      'pure-ftpd',
      'proftpd',
      'pyftpdlib',
    ]);
    for (const server of servers) offer(server, file, 'big');
    await bench.compare({
      title: 'RETR 1 GiB',
      unit: 'MiB/s',
      better: 'more',
      goals: [
        { versus: 'vsftpd', atLeast: 1.1 },
        { versus: 'pure-ftpd', atLeast: 1.05 },
        { versus: 'proftpd', atLeast: 0.9 },
        { versus: BEST, atLeast: 0.9, stretch: 1 },
      ],
      subjects: servers.map((server) => ({
        label: server.label,
        once: async () =>
          BYTES / MiB / (await curl(server, ['--output', '/dev/null', urlOf(server, '/big')])),
      })),
    });
  },
};

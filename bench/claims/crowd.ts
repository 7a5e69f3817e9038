import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MiB } from '../../src/base/size.ts';
import type { Claim } from '../support/claim.ts';
import { curl, urlOf } from '../support/curl.ts';
import { makeFile, offer } from '../support/files.ts';
import { startAll } from '../support/start-all.ts';

const CLIENTS = 50;
const BYTES = 20 * MiB;
const FLAGS = ['--parallel', '--parallel-immediate', '--parallel-max', String(CLIENTS)];

export const crowd: Claim = {
  name: 'crowd',
  about: `${CLIENTS} transfers of 20 MiB at the same time, by one curl, from the page cache and to a disk.`,
  run: async (bench) => {
    const file = makeFile(bench.folder, 'some', BYTES);
    const servers = await startAll(bench, ['carryon', 'vsftpd', 'pure-ftpd', 'pyftpdlib']);
    for (const server of servers) offer(server, file, 'some');
    const each = Array.from({ length: CLIENTS }, (_, index) => index);
    const megabytes = (CLIENTS * BYTES) / MiB;
    await bench.compare({
      title: `${CLIENTS} downloads`,
      unit: 'MiB/s',
      better: 'more',
      goals: [{ versus: 'pyftpdlib', atLeast: 1, stretch: 1.1 }],
      subjects: servers.map((server) => ({
        label: server.label,
        once: async () => {
          const one = `url=${urlOf(server, '/some')}\noutput=/dev/null\n`;
          const input = each.map(() => one).join('');
          return megabytes / (await curl(server, [...FLAGS, '--config', '-'], { input }));
        },
      })),
    });
    await bench.compare({
      title: `${CLIENTS} uploads`,
      unit: 'MiB/s',
      better: 'more',
      goals: [{ versus: 'pure-ftpd', atLeast: 0.9, stretch: 1 }],
      subjects: servers.map((server) => ({
        label: server.label,
        once: async () => {
          const one = (index: number): string =>
            `url=${urlOf(server, `/in-${index}`)}\nupload-file=${file}\n`;
          const input = each.map(one).join('');
          const seconds = await curl(server, [...FLAGS, '--config', '-'], { input });
          for (const index of each) {
            const path = join(server.folder, `in-${index}`);
            if (statSync(path).size !== BYTES) throw new Error(`${server.label} lost bytes`);
            rmSync(path);
          }
          return megabytes / seconds;
        },
      })),
    });
  },
};

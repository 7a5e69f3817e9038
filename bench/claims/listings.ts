import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Claim } from '../support/claim.ts';
import { curl, urlOf } from '../support/curl.ts';
import type { Server } from '../support/servers.ts';
import { startAll } from '../support/start-all.ts';

const ENTRIES = 20_000;

export const listings: Claim = {
  name: 'listings',
  about: `Lists a folder of ${ENTRIES} files with curl.`,
  run: async (bench) => {
    const servers = await startAll(bench, [
      'carryon',
      'vsftpd',
      'pure-ftpd',
      'proftpd',
      'pyftpdlib',
    ]);
    for (const server of servers) fill(server);
    for (const verb of ['LIST', 'MLSD']) {
      await bench.compare({
        title: `${verb} of ${ENTRIES} entries`,
        unit: 's',
        better: 'less',
        goals: [{ versus: 'pure-ftpd', atLeast: 0.8, stretch: 1 }],
        subjects: servers
          // The only one without it.
          .filter(({ name }) => verb === 'LIST' || name !== 'vsftpd')
          .map((server) => ({ label: server.label, once: () => list(server, verb) })),
      });
    }
  },
};

function fill(server: Server): void {
  const folder = join(server.folder, 'wide');
  mkdirSync(folder);
  for (let index = 0; index < ENTRIES; index += 1) {
    writeFileSync(join(folder, `file-${String(index).padStart(5, '0')}.dat`), '');
  }
  server.own(folder);
}

/** @returns seconds */
async function list(server: Server, verb: string): Promise<number> {
  const output = join(server.folder, '../listing');
  const seconds = await curl(server, ['-X', verb, '-o', output, urlOf(server, '/wide/')]);
  const found = readFileSync(output, 'latin1').split('file-').length - 1;
  if (found !== ENTRIES) throw new Error(`${server.label} lists ${found} entries`);
  return seconds;
}

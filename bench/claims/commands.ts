import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Claim, Goal } from '../support/claim.ts';
import { Control } from '../support/control.ts';
import { makeFile, offer } from '../support/files.ts';
import { startAll } from '../support/start-all.ts';

const BATCH = 100;
const BATCHES = 200;

/** The verbs, and what is said: `@` stands for the folder of the account. */
const ROWS: Readonly<Record<string, { lines: readonly string[]; goals: readonly Goal[] }>> = {
  NOOP: { lines: ['NOOP'], goals: [{ versus: 'pure-ftpd', atLeast: 1.5, stretch: 4 }] },
  SIZE: { lines: ['SIZE @/small'], goals: [{ versus: 'pure-ftpd', atLeast: 1, stretch: 1.5 }] },
  CWD: {
    lines: ['CWD @/deep', 'CWD /'],
    goals: [{ versus: 'pure-ftpd', atLeast: 1, stretch: 1.5 }],
  },
};

export const commands: Claim = {
  name: 'commands',
  about: `Sends commands ${BATCH} at a time on one connection, and the next ${BATCH} when all replies are there.`,
  run: async (bench) => {
    const servers = await startAll(bench, ['carryon', 'vsftpd', 'pure-ftpd', 'pyftpdlib']);
    const small = makeFile(bench.folder, 'small', 4096);
    for (const server of servers) {
      offer(server, small, 'small');
      mkdirSync(join(server.folder, 'deep'));
      server.own(join(server.folder, 'deep'));
    }
    for (const [verb, { lines, goals }] of Object.entries(ROWS)) {
      await bench.compare({
        title: `${verb}, ${BATCH} pipelined`,
        unit: 'commands/s',
        better: 'more',
        goals,
        subjects: servers.map((server) => ({
          label: server.label,
          once: async () => {
            using control = await Control.login(server);
            const said = lines.map((line) => line.replace('@', server.place));
            const batch = Array.from({ length: BATCH }, (_, index) => said[index % said.length]!);
            return (BATCH * BATCHES) / (await control.repeat(batch, BATCHES));
          },
        })),
      });
    }
  },
};

import { chmodSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../test/support/temporary.ts';
import { GiB, MiB } from '../../src/base/size.ts';
import type { Bench, Claim, Goal } from '../support/claim.ts';
import { curl, urlOf } from '../support/curl.ts';
import { makeFile } from '../support/files.ts';
import type { Server } from '../support/servers.ts';
import { startAll } from '../support/start-all.ts';

const BYTES = GiB;

/** Where Linux has a file system in memory. */
const TMPFS = '/dev/shm';

export const stor: Claim = {
  name: 'stor',
  about:
    'Uploads 1 GiB with curl, one stream, until the final reply: ours comes when the file is durable and published.',
  run: async (bench) => {
    const { path: below } = bench.use(await temporaryFolder(TMPFS));
    // Some servers look into it as another user.
    chmodSync(below, 0o755);
    const file = makeFile(below, 'big', BYTES);
    await compareOn(bench, 'disk', undefined, file, [
      { versus: 'vsftpd', atLeast: 1, stretch: 1.1 },
      { versus: 'pure-ftpd', atLeast: 1, stretch: 1.1 },
    ]);
    await compareOn(bench, 'tmpfs', below, file, [
      { versus: 'pure-ftpd', atLeast: 0.9, stretch: 1.1 },
    ]);
  },
};

async function compareOn(
  bench: Bench,
  where: string,
  below: string | undefined,
  file: string,
  goals: readonly Goal[],
): Promise<void> {
  const names = ['carryon', 'vsftpd', 'pure-ftpd', 'proftpd', 'pyftpdlib'] as const;
  const servers = await startAll(bench, names, { below });
  await bench.compare({
    title: `STOR 1 GiB, ${where}`,
    unit: 'MiB/s',
    better: 'more',
    goals,
    subjects: servers.map((server) => ({
      label: server.label,
      once: async () => BYTES / MiB / (await store(server, file)),
    })),
  });
}

/** @returns seconds until the final reply */
async function store(server: Server, file: string): Promise<number> {
  const seconds = await curl(server, ['--upload-file', file, urlOf(server, '/in')]);
  const path = join(server.folder, 'in');
  if (statSync(path).size !== BYTES) throw new Error(`${server.label} lost bytes`);
  unlinkSync(path);
  return seconds;
}

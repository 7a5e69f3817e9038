import { GiB, KiB } from '../../src/base/size.ts';
import { uploads } from '../support/big-file.ts';
import type { Bench, Claim } from '../support/claim.ts';
import { makeFile } from '../support/files.ts';
import { memoryFolder } from '../support/memory-folder.ts';
import { OURS, type Server } from '../support/servers.ts';
import { putSmallFiles } from '../support/small-files.ts';

/** What is promised, and what it would be without. */
const WAYS = {
  'as shipped': [],
  'without durability': ['--uploads-durability', 'none'],
  'without digests': ['--uploads-digests', 'false'],
  'without both': ['--uploads-durability', 'none', '--uploads-digests', 'false'],
} as const;

const SMALL = { files: 300, bytes: 4 * KiB, connections: 4 } as const;

export const price: Claim = {
  name: 'price',
  about:
    'What our promises cost: the same server as it is shipped, and without durability, without digests, and without both, each of which is a setting for nothing else than this.',
  run: async (bench) => {
    const file = makeFile(await memoryFolder(bench), 'big', GiB);
    const servers = await startEach(bench);
    await bench.compare({ ...uploads(servers, file), title: 'STOR 1 GiB, disk', goals: [] });
    await bench.compare({
      title: `${SMALL.files} files of 4 KiB, ${SMALL.connections} connections, disk`,
      unit: 'files/s',
      better: 'more',
      goals: [],
      subjects: servers.map((server) => ({
        label: server.label,
        once: () => putSmallFiles(server, SMALL),
      })),
    });
  },
};

async function startEach(bench: Bench): Promise<readonly Server[]> {
  const servers: Server[] = [];
  for (const [label, args] of Object.entries(WAYS)) {
    const server = await bench.start(OURS, { label, args });
    if (server) servers.push(server);
  }
  return servers;
}

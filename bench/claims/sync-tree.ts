import { KiB } from '../../src/base/size.ts';
import type { Claim, Row } from '../support/claim.ts';
import { clientsToRun, OTHER_CLIENTS } from '../support/clients.ts';
import { OURS, type ServerName } from '../support/servers.ts';
import { startAll } from '../support/start-all.ts';
import { Courier, type Route, type TreeShape } from '../support/trees.ts';

const SHAPES = {
  usual: { folders: 100, files: 100, bytes: KiB },
  quick: { folders: 20, files: 50, bytes: KiB },
} as const satisfies Record<string, TreeShape>;

/** So many files take long. */
const ROUNDS = 3;

const SERVERS = [OURS, 'pure-ftpd'] as const satisfies readonly ServerName[];

export const syncTree: Claim = {
  name: 'sync-tree',
  about:
    'Makes a folder hold a tree of 10,000 files of 1 KiB in 100 folders, up and down, four at a time, and then once more: sync beside lftp mirror and rclone copy, faster than both.',
  run: async (bench) => {
    const shape = bench.quick ? SHAPES.quick : SHAPES.usual;
    const clients = clientsToRun();
    const total = shape.folders * shape.files;
    for (const server of await startAll(bench, SERVERS)) {
      const couriers = clients.map((client) => new Courier(client, server, shape, bench.folder));
      const row = (title: string, route: Route): Row => ({
        title: `A tree of ${total} files ${route.direction}, ${title}`,
        unit: 's',
        better: 'less',
        goals: OTHER_CLIENTS.map((name) => ({
          versus: `${name} with ${server.label}`,
          atLeast: 1,
        })),
        subjects: couriers.map((courier) => ({
          label: courier.label,
          once: () => courier.go(route),
        })),
        rounds: ROUNDS,
      });
      for (const direction of ['up', 'down'] as const) {
        await bench.compare(row('all of it new', { direction }));
        await bench.compare(row('nothing changed', { direction, keeps: true }));
      }
    }
  },
};

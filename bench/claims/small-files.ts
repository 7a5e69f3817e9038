import { KiB } from '../../src/base/size.ts';
import type { Claim, Goal, Row } from '../support/claim.ts';
import { clientsToRun, OTHER_CLIENTS } from '../support/clients.ts';
import { OURS, type ServerName } from '../support/servers.ts';
import { startAll } from '../support/start-all.ts';
import { Courier, type Route, type TreeShape } from '../support/trees.ts';

const FILES = { usual: 2000, quick: 500 } as const;

/** With this one and with ours all clients are measured, with the others only lftp. */
const FAST_PEER = 'pure-ftpd';

const PEERS = [FAST_PEER, 'vsftpd', 'proftpd', 'pyftpdlib'] as const satisfies ServerName[];

export const smallFiles: Claim = {
  name: 'small-files',
  about: `Brings ${FILES.usual} files of 4 KiB over, four at a time, from starting the client to its end. Ours proves each and makes it durable. Ours with our server: at least 1.5 × lftp with any of the others; with the same server: faster than lftp and rclone.`,
  run: async (bench) => {
    const files = bench.quick ? FILES.quick : FILES.usual;
    const shape: TreeShape = { folders: 1, files, bytes: 4 * KiB };
    const servers = await startAll(bench, [OURS, ...PEERS]);
    const couriers = clientsToRun().flatMap((client) =>
      servers
        .filter(({ name }) => client.name === 'lftp' || name === OURS || name === FAST_PEER)
        .map((server) => new Courier(client, server, shape, bench.folder)),
    );
    const row = (route: Route): Row => ({
      title: `${files} files of 4 KiB ${route.direction}`,
      unit: 'files/s',
      better: 'more',
      goals: goals(),
      subjects: couriers.map((courier) => ({
        label: courier.label,
        once: async () => files / (await courier.go(route)),
      })),
    });
    await bench.compare(row({ direction: 'up' }));
    await bench.compare(row({ direction: 'down' }));
  },
};

function goals(): Goal[] {
  const best = PEERS.map((peer) => ({ versus: `lftp with ${peer}`, atLeast: 1.5, stretch: 3 }));
  const same = [OURS, FAST_PEER].flatMap((server) =>
    OTHER_CLIENTS.map((name) => ({
      ours: `${OURS} with ${server}`,
      versus: `${name} with ${server}`,
      atLeast: 1,
    })),
  );
  return [...best, ...same];
}

import { statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { MiB } from '../../src/base/size.ts';
import type { Row } from './claim.ts';
import { curl, urlOf } from './curl.ts';
import { offer } from './files.ts';
import type { Server } from './servers.ts';

type Work = Pick<Row, 'unit' | 'better' | 'subjects'>;

/** Each server sends the very same file to a curl that drops it. */
export function downloads(servers: readonly Server[], file: string): Work {
  const megabytes = statSync(file).size / MiB;
  for (const server of servers) offer(server, file, 'big');
  return rate(servers, async (server) => {
    const seconds = await curl(server, ['--output', '/dev/null', urlOf(server, '/big')]);
    return megabytes / seconds;
  });
}

/** Each server gets the file from curl, under a name that is free. */
export function uploads(servers: readonly Server[], file: string): Work {
  const { size } = statSync(file);
  return rate(servers, async (server) => {
    const seconds = await curl(server, ['--upload-file', file, urlOf(server, '/in')]);
    const path = join(server.folder, 'in');
    if (statSync(path).size !== size) throw new Error(`${server.label} lost bytes`);
    unlinkSync(path);
    return size / MiB / seconds;
  });
}

function rate(servers: readonly Server[], once: (server: Server) => Promise<number>): Work {
  return {
    unit: 'MiB/s',
    better: 'more',
    subjects: servers.map((server) => ({ label: server.label, once: () => once(server) })),
  };
}

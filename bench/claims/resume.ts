import { once } from 'node:events';
import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GiB } from '../../src/base/size.ts';
import type { Claim } from '../support/claim.ts';
import { Control } from '../support/control.ts';
import { OURS, type Server } from '../support/servers.ts';

const SIZES = [1, 10, 100] as const;

/** Bytes that the sender still has to send. */
const REST = GiB;

export const resume: Claim = {
  name: 'resume',
  about:
    'Continues an upload of which so much is here, by its promised digest: from connecting until the server has the first new byte. What is here are sparse files.',
  run: async (bench) => {
    const server = await bench.start(OURS);
    if (!server) return;
    for (const size of SIZES) await leave(server, size * GiB);
    await bench.compare({
      title: 'From connecting to the first new byte',
      unit: 'ms',
      better: 'less',
      goals: SIZES.map((size) => ({ atMost: 50, stretch: 10, ours: `${size} GiB` })),
      subjects: SIZES.map((size) => ({
        label: `${size} GiB`,
        once: () => goOn(server, size * GiB),
      })),
    });
  },
};

/** An unfinished upload, of which `bytes` are here: as many as there are now, made by hand. */
async function leave(server: Server, bytes: number): Promise<void> {
  await goOn(server, bytes);
  const { data = '' } = server;
  const database = new DatabaseSync(join(data, 'carryon.sqlite'));
  try {
    database.exec('pragma busy_timeout = 5000');
    const id = database.prepare('select id from uploads where length = ?').get(bytes + REST)?.[
      'id'
    ];
    const staging = [data, server.folder].map((folder) => join(folder, 'staging'));
    const folder = staging.find((path) => readdirSync(path).includes(String(id)));
    if (folder === undefined) throw new Error('The staged file is nowhere');
    truncateSync(join(folder, String(id)), bytes);
    database
      .prepare('update uploads set offset = ?, reserved_bytes = ? where id = ?')
      .run(...[bytes, bytes, String(id)]);
    database.prepare('delete from checkpoints where upload_id = ?').run(String(id));
  } finally {
    database.close();
  }
}

/** Continues it by one byte. @returns milliseconds */
async function goOn(server: Server, bytes: number): Promise<number> {
  const began = performance.now();
  using control = await Control.login(server);
  const digest = bytes.toString(16).padStart(64, '0');
  const path = `/${bytes}`;
  const reply = await control.say(`SITE EXPECT sha-256=${digest} size=${bytes + REST} ${path}`);
  const offset = Number(/^213 (\d+)/m.exec(reply)?.[1]);
  const socket = await control.passive();
  await control.say(`REST ${offset}`);
  await control.say(`STOR ${path}`);
  socket.write('x');
  while (!(await control.say('STAT')).includes(`${offset + 1} bytes so far`));
  const took = performance.now() - began;
  socket.resetAndDestroy();
  await once(socket, 'close');
  await control.cut();
  return took;
}

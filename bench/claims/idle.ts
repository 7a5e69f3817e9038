import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Claim } from '../support/claim.ts';
import { logIn } from '../support/logins.ts';
import { memoryOf } from '../support/memory.ts';
import { OURS, startBenchServer } from '../support/servers.ts';

const ROWS = [
  { sessions: 1000, goal: { atMost: 90, stretch: 70 } },
  { sessions: 10_000, goal: { atMost: 200 } },
] as const;

export const idle: Claim = {
  name: 'idle',
  about:
    'The memory (PSS) of our whole server, freshly started, while so many sessions say nothing.',
  run: async (bench) => {
    for (const { sessions, goal } of ROWS) {
      await bench.compare({
        title: `${sessions} idle sessions`,
        unit: 'MiB',
        better: 'less',
        goals: [goal],
        rounds: 1,
        subjects: [{ label: OURS, once: () => weigh(bench, sessions) }],
      });
    }
  },
};

async function weigh(bench: Bench, sessions: number): Promise<number> {
  await using server = await startBenchServer(OURS);
  // Also where this is broken off.
  if (server) bench.use(server);
  if (server?.pid === undefined) throw new Error('There is no server');
  const { held } = await logIn(server, sessions, { width: 25, keep: true });
  try {
    await sleep(2000);
    const gone = held.filter((socket) => socket.destroyed).length;
    if (gone > 0) throw new Error(`${gone} sessions were dropped`);
    return await memoryOf(server.pid);
  } finally {
    for (const socket of held) socket.destroy();
  }
}

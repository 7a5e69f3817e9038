import type { Claim, Row } from '../support/claim.ts';
import { logIn } from '../support/logins.ts';
import type { Server } from '../support/servers.ts';
import { startAll } from '../support/start-all.ts';

const IN_FLIGHT = 50;

export const logins: Claim = {
  name: 'logins',
  about:
    'Connects, logs in with a password and says goodbye; ours remembers a password that was right, as the others have theirs hashed cheaply.',
  run: async (bench) => {
    const servers = await startAll(bench, ['carryon', 'vsftpd', 'pure-ftpd', 'pyftpdlib']);
    await bench.compare({
      ...work(servers, 1000, IN_FLIGHT),
      title: `Logins, ${IN_FLIGHT} in flight`,
      goals: [
        { versus: 'pyftpdlib', atLeast: 1.2, stretch: 1.5 },
        { versus: 'pure-ftpd', atLeast: 10 },
      ],
    });
    await bench.compare({
      ...work(servers, 200, 1),
      title: 'Logins, one after the other',
      goals: [
        { versus: 'pyftpdlib', atLeast: 0.6, stretch: 0.8 },
        { versus: 'pure-ftpd', atLeast: 10 },
      ],
    });
  },
};

function work(
  servers: readonly Server[],
  most: number,
  width: number,
): Omit<Row, 'title' | 'goals'> {
  return {
    unit: 'logins/s',
    better: 'more',
    subjects: servers.map((server) => {
      // Those that start a process for each session take long enough with fewer.
      const count = ['carryon', 'pyftpdlib'].includes(server.name) ? most * 2 : most / 5;
      return {
        label: server.label,
        once: async () => count / (await logIn(server, count, { width })).seconds,
      };
    }),
  };
}

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GiB } from '../../src/base/size.ts';
import type { Claim } from '../support/claim.ts';
import { curl, curlWords, urlOf } from '../support/curl.ts';
import { makeFile } from '../support/files.ts';
import { OURS, type Server } from '../support/servers.ts';
import { startAll } from '../support/start-all.ts';

/** How the sender learns that what arrived is what it sent, in the best way that each server has. */
const PROOFS: Readonly<
  Record<string, (server: Server, file: string, sha256: string) => Promise<void>>
> = {
  [OURS]: async (server, file, sha256) => {
    const promise = `SITE EXPECT sha-256=${sha256} size=${GiB} /in`;
    await curl(server, ['--quote', promise, '--upload-file', file, urlOf(server, '/in')]);
  },
  proftpd: async (server, file, sha256) => {
    const { place } = server;
    const ask = ['--quote', `-XSHA256 ${place}/in`];
    const said = await curlWords(server, ['-v', ...ask, '-T', file, urlOf(server, '/in')]);
    if (!said.toLowerCase().includes(sha256)) throw new Error(`Another digest: ${said}`);
  },
};

async function byReadingBack(server: Server, file: string, sha256: string): Promise<void> {
  await curl(server, ['--upload-file', file, urlOf(server, '/in')]);
  const hash = spawn('sha256sum', { stdio: ['pipe', 'pipe', 'inherit'] });
  const read = curl(server, ['--output', '-', urlOf(server, '/in')], { output: hash.stdin });
  const [sum] = (await once(hash.stdout.setEncoding('latin1'), 'data')) as [string];
  await read;
  if (!sum.startsWith(sha256)) throw new Error(`Another digest: ${sum}`);
}

export const promised: Claim = {
  name: 'promised',
  about:
    'Uploads 1 GiB to a disk and learns that it arrived unchanged: from us by a digest promised beforehand, from proftpd by XSHA256, from the others by reading it back.',
  run: async (bench) => {
    const file = makeFile(bench.folder, 'big', GiB);
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    const sha256 = hash.digest('hex');
    const servers = await startAll(bench, ['carryon', 'vsftpd', 'pure-ftpd', 'proftpd']);
    await bench.compare({
      title: 'STOR 1 GiB, proven',
      unit: 's',
      better: 'less',
      goals: [
        { versus: 'proftpd', atLeast: 1.8, stretch: 2.5 },
        { versus: 'vsftpd', atLeast: 3 },
        { versus: 'pure-ftpd', atLeast: 3 },
      ],
      subjects: servers.map((server) => ({
        label: server.label,
        once: async () => {
          const began = performance.now();
          await (PROOFS[server.name] ?? byReadingBack)(server, file, sha256);
          const seconds = (performance.now() - began) / 1000;
          unlinkSync(join(server.folder, 'in'));
          return seconds;
        },
      })),
    });
  },
};

/** `npm run test:tls -- --count 500 --mib 8 --parallel 16`: TLS uploads by slow and abrupt senders. */
import { parseArgs } from 'node:util';
import { MiB } from '../../src/base/size.ts';
import { startLive } from '../ftp/live.ts';
import { runUploads } from './uploads.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '500' },
    mib: { type: 'string', default: '8' },
    parallel: { type: 'string', default: '16' },
  },
});
await using live = await startLive({ flags: { limitsMaxSessionsPerAccount: '1000' } });
const began = performance.now();
const result = await runUploads({
  live,
  count: Number(values.count),
  bytes: Number(values.mib) * MiB,
  parallel: Number(values.parallel),
});
const seconds = ((performance.now() - began) / 1000).toFixed(1);
for (const [manner, count] of Object.entries(result.byManner)) {
  process.stdout.write(`${String(count).padStart(5)}  who ${manner}\n`);
}
process.stdout.write(
  `${result.whole} whole, ${result.withheld} rightly withheld, ${result.wrong.length} wrong; ${seconds} s\n`,
);
for (const sentence of result.wrong) process.stdout.write(`wrong: ${sentence}\n`);
if (result.wrong.length > 0) process.exitCode = 1;

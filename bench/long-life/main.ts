/**
 * `npm run bench:long-life -- [--seconds N]`: does a server that lives long stay as it was? Ten
 * logins, ten transfers and two broken uploads a second against the real program, for an hour.
 * Prints its weight minute by minute, and ends with 1 if memory or handles did not stay level.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCli } from '../../test/support/run-cli.ts';
import { startServer } from '../../test/support/server-process.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';
import { churn, type Tally } from './churn.ts';
import { report } from './report.ts';
import type { Sample } from './sampler.ts';

const PASSWORD = 'correct horse';
const ACCOUNTS = Array.from({ length: 10 }, (_, number) => `visitor-${number}`);

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '3600' } } });
const seconds = Number(values.seconds);

await using folder = await temporaryFolder();
const data = join(folder.path, 'data');
const samplesFile = join(folder.path, 'samples.ndjson');
for (const name of ACCOUNTS) {
  const args = ['account', 'add', name, '--password-stdin', '--data', data];
  const { code, stderr } = await runCli(args, { input: PASSWORD });
  if (code !== 0) throw new Error(stderr);
}
await using server = await startServer({
  data,
  nodeFlags: [`--import=${join(import.meta.dirname, 'sampler.ts')}`],
  env: { CARRYON_BENCH_SAMPLES: samplesFile, CARRYON_LOG_LEVEL: 'warn' },
});
const tally = await churn({ port: server.port, accounts: ACCOUNTS, password: PASSWORD }, seconds);
const samples = (await readFile(samplesFile, 'utf8'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Sample);
const exit = await server.stop();
const { lines, isLevel } = report(samples, seconds);
const said = server.stderr === '' ? [] : ['the server said:', server.stderr];
process.stdout.write(
  [`Node ${process.version}`, ...doneLines(tally), ...lines, ...said, ''].join('\n'),
);
process.exitCode = isLevel && exit.code === 0 ? 0 : 1;

function doneLines({ failures, ...counts }: Tally): string[] {
  return [
    Object.entries(counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', '),
    ...[...failures].map(([what, count]) => `failed ${count} times: ${what}`),
  ];
}

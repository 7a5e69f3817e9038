/** `npm run test:cuts`: one large file each way over a line that is cut, with every server there is. */
import { parseArgs } from 'node:util';
import { parseSize } from '../../src/base/size.ts';
import { openSite, SITES } from './site.ts';
import { problemsOf, type Report, tryCuts } from './trial.ts';

const HELP = `npm run test:cuts -- [--size 1GiB] [--cuts 20] [--seed N] [--only SERVER]

Puts and gets a file by the command line through a proxy that cuts the line at random bytes, with
our server and those of others, and prints how many bytes were sent beyond the file's size and how
many of them a receiver had lost at a cut.
`;

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '1GiB' },
    cuts: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
/** A quarter of an hour for one file. */
const PATIENCE = 15 * 60_000;

if (values.help) process.stdout.write(HELP);
else process.exitCode = (await tryAll()) ? 0 : 1;

async function tryAll(): Promise<boolean> {
  const size = parseSize(values.size) ?? 0;
  const [cuts, seed] = [Number(values.cuts), Number(values.seed)];
  process.stdout.write(`${values.size}, ${cuts} cuts, --seed ${seed}\n\n`);
  process.stdout.write(
    `| server | | cuts | attempts | beyond the size | of it lost by the line or the receiver | rest | other way | seconds | |\n${'|---'.repeat(10)}|\n`,
  );
  let isGood = true;
  for (const { name, skip } of SITES) {
    if (values.only !== undefined && values.only !== name) continue;
    if (skip !== false) {
      process.stdout.write(`| ${name} | skipped: ${skip} |\n`);
      continue;
    }
    for (const direction of ['up', 'down'] as const) {
      await using site = await openSite(name);
      const report = await tryCuts(site, { direction, size, cuts, seed, patience: PATIENCE });
      const problems = problemsOf(report, size, cuts);
      isGood &&= problems.length === 0;
      process.stdout.write(rowOf(name, direction, report, size, problems));
    }
  }
  return isGood;
}

function rowOf(
  name: string,
  direction: 'up' | 'down',
  report: Report,
  size: number,
  problems: readonly string[],
): string {
  const { cuts, attempts, sent, lost, readBack, milliseconds, proof } = report;
  const share = (bytes: number) => `${bytes} (${((100 * bytes) / size).toFixed(3)} %)`;
  const cells = [
    name,
    direction === 'up' ? 'put' : 'get',
    cuts,
    attempts,
    share(sent - size),
    share(lost),
    share(sent - size - lost),
    readBack,
    (milliseconds / 1000).toFixed(1),
    problems.length === 0 ? proof : problems.join('; '),
  ];
  return `| ${cells.join(' | ')} |\n`;
}

/**
 * What this project says of its speed, each claim measured beside others: `npm run bench -- [flags]
 * [NAME…]`, all claims without a name.
 */
import { parseArgs } from 'node:util';
import { CLAIMS } from './claims/index.ts';
import { surroundings } from './support/machine.ts';
import { type RunOptions, runClaim } from './support/run-claim.ts';
import { saveSection } from './support/results.ts';

const USAGE = `npm run bench -- [flags] [NAME…]

  --quick       fewer rounds: less than ten minutes for everything
  --rounds N    so many counted rounds
  --save        puts the results into bench/RESULTS.md
  --list        says which claims there are
`;

type Effort = Pick<RunOptions, 'rounds' | 'enoughMs' | 'patienceMs'>;

/** How much is done of each claim; times in milliseconds. */
const USUAL: Effort = { rounds: 5, enoughMs: 300_000, patienceMs: 1_200_000 };
const QUICK: Effort = { rounds: 3, enoughMs: 10_000, patienceMs: 75_000 };

/** How long everything takes with --quick, and the least that a claim gets of it, in milliseconds. */
const QUICK_MS = 9 * 60_000;
const LEAST_MS = 15_000;

/** What one of so many claims gets of the time that is left: twice its share, of which few need all. */
function quickly(leftMs: number, claims: number): Effort {
  const share = leftMs / claims;
  return {
    rounds: QUICK.rounds,
    enoughMs: Math.min(QUICK.enoughMs, share / 3),
    patienceMs: Math.max(LEAST_MS, Math.min(QUICK.patienceMs, 2 * share)),
  };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      list: { type: 'boolean' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      save: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(USAGE);
    return 0;
  }
  if (values.list) {
    for (const { name, about } of CLAIMS) say(`${name.padEnd(16)} ${about}`);
    return 0;
  }
  const unknown = positionals.filter((name) => CLAIMS.every((claim) => claim.name !== name));
  const rounds = Number(values.rounds ?? (values.quick ? QUICK : USUAL).rounds);
  if (unknown.length > 0 || !Number.isSafeInteger(rounds) || rounds < 1) {
    process.stderr.write(`${unknown.join(', ') || '--rounds'}: there is no such\n\n${USAGE}`);
    return 2;
  }
  const chosen = CLAIMS.filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  );
  const stop = new AbortController();
  const onSignal = (): void => stop.abort(new Error('It was stopped'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const where = surroundings();
  say(where);
  const missed: string[] = [];
  const end = performance.now() + QUICK_MS;
  for (const [index, claim] of chosen.entries()) {
    const left = chosen.length - index;
    const effort = values.quick ? quickly(end - performance.now(), left) : USUAL;
    say(`\n## ${claim.name}: ${claim.about}`);
    const options = { ...effort, quick: values.quick, rounds, signal: stop.signal };
    const { text, reached } = await runClaim(claim, options, say);
    if (stop.signal.aborted) return 130;
    if (!reached) missed.push(claim.name);
    const head = `## ${claim.name}\n\n${claim.about}`;
    const how = `At most ${rounds} rounds${values.quick ? ', quick' : ''}. ${where}`;
    if (values.save) saveSection(claim.name, `${head}\n\n${text}\n\n${how}`);
  }
  say(missed.length === 0 ? '\nEvery goal is reached.' : `\nMissed: ${missed.join(', ')}`);
  return missed.length === 0 ? 0 : 1;
}

// Whatever a claim that was broken off still waits for.
process.exit(await main(process.argv.slice(2)));

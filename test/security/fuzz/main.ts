/** The fuzzer of the control connection, at length: `npm run fuzz -- [--seconds N] [--seed S]`. */
import { parseArgs } from 'node:util';
import { fuzz } from './run.ts';

const USAGE = `npm run fuzz -- [flags]

  --seconds N   goes on for so long (60)
  --seed S      the same seed tries the same; without it, another one each time
  --round R     begins with this round, and does only this one unless --seconds is said
`;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(args: readonly string[]): Promise<number> {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: string, seed: string, round: string, help: { type: 'boolean' } },
  });
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const seconds = Number(values.seconds ?? (values.round === undefined ? 60 : 0));
  const firstRound = Number(values.round ?? 0);
  if (![seed, seconds, firstRound].every((value) => value >= 0)) {
    process.stderr.write(USAGE);
    return 2;
  }
  say(`seed ${seed}`);
  try {
    const result = await fuzz({ seed, firstRound, rounds: 1, seconds }, say);
    const [least, most] = [Math.min(...result.memory), Math.max(...result.memory)];
    say(`${result.visits} visits in ${result.rounds} rounds: nothing found`);
    say(`greetings within ${Math.round(result.longestGreetingMs)} ms`);
    const codes = [...result.heard].toSorted(([one], [other]) => one - other);
    say(`replies ${codes.map(([code, times]) => `${code}: ${times}`).join(', ')}`);
    say(`memory from ${Math.round(least)} to ${Math.round(most)} MiB`);
    return 0;
  } catch (error) {
    say(`FOUND ${(error as Error).message}`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));

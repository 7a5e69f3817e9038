/**
 * The survival suite: random clients on bad lines, a server that is killed all the time, and a
 * vault that loses its power at every step. See options.ts for its flags.
 */
import { USAGE, readOptions } from './options.ts';
import { run } from './run.ts';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    say(USAGE);
    return 0;
  }
  const options = readOptions(args);
  say(`seed ${options.seed}`);
  const began = performance.now();
  const { tally, violations } = await run(options, say);
  const seconds = Math.round((performance.now() - began) / 1000);
  say(['', ...tally.lines(), '', `${violations.length} violations in ${seconds} s`].join('\n'));
  return violations.length > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));

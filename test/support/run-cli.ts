import { type Exit, type ProgramOptions, startProgram, transcript } from './program.ts';

export interface CliOptions extends ProgramOptions {
  /** What it reads from stdin, which then ends. */
  readonly input?: string;
  /** How long it may take, in milliseconds; two minutes if not said. */
  readonly patience?: number;
}

/** What a command said, and how it ended. */
export interface CliResult extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `node src/main.ts …args` to its end; any exit code is a result.
 * @throws Error with all that it said, if it takes too long
 */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const { input = '', patience = 120_000 } = options;
  const program = startProgram(args, options);
  program.child.stdin.end(input);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    program.child.kill('SIGKILL');
  }, patience);
  const exit = await program.exited;
  clearTimeout(timer);
  if (isLate) throw new Error(`${args.join(' ')} took too long${transcript(program)}`);
  return { ...exit, ...program.output };
}

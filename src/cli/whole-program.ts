import { COMMANDS } from './commands.ts';
import { runWith } from './program.ts';

/** Runs one command line, whatever it asks for. @returns the exit code */
export function runProgram(argv: readonly string[]): Promise<number> {
  return runWith(COMMANDS, argv);
}

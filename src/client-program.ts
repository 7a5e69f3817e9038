import { CLIENT_COMMANDS } from './cli/client-commands.ts';
import { runWith } from './cli/program.ts';

/**
 * Runs one command line that the client knows. In the published package all that this reads of the
 * project is one file: to look up some 150 was most of what a short command took.
 * @returns the exit code
 */
export function runProgram(argv: readonly string[]): Promise<number> {
  return runWith(CLIENT_COMMANDS, argv);
}

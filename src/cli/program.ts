import { Command } from 'commander';
import { addCommands, addOutlines, type CommandRow, commandsFor } from './command-row.ts';
import { verdictOn } from './exit-codes.ts';
import { leaveWithReader } from './leave-with-reader.ts';
import { tell } from './output.ts';
import { VERSION } from '../version.ts';

/** Runs one command line with these commands. @returns the exit code */
export async function runWith(
  commands: readonly CommandRow[],
  argv: readonly string[],
): Promise<number> {
  leaveWithReader();
  const program = new Command('carryon')
    .description('A file-transfer server and client whose transfers carry on')
    .version(VERSION)
    .showSuggestionAfterError()
    .exitOverride();
  try {
    const meant = commandsFor(argv.slice(2), commands);
    if (meant.length === 0) addOutlines(program);
    else await addCommands(program, meant);
    inherit(program);
    await program.parseAsync(argv);
    return 0;
  } catch (error) {
    const { lines, exit } = verdictOn(error);
    tell(...lines.map((line) => `carryon: ${line}`));
    return exit;
  }
}

/** Commander copies these only into commands that are made after they were set. */
function inherit(command: Command): void {
  for (const sub of command.commands) {
    sub.copyInheritedSettings(command);
    inherit(sub);
  }
}

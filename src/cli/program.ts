import { Command } from 'commander';
import { addGroupCommands } from './account/group.ts';
import { addAccountCommands } from './account/commands.ts';
import { addBanCommands } from './ban.ts';
import { addCompletionCommand } from './completion.ts';
import { addConfigCommands } from './config.ts';
import { verdictOn } from './exit-codes.ts';
import { addImportCommand } from './import.ts';
import { leaveWithReader } from './leave-with-reader.ts';
import { tell } from './output.ts';
import { addServeCommand } from './serve/serve.ts';
import { addLogCommand } from './watch/log.ts';
import { addStatsCommand } from './watch/stats.ts';
import { addKickCommand, addStopTransferCommand, addWhoCommand } from './watch/who.ts';
import { addClientCommands } from './transfer/commands.ts';
import { addBackupCommand, addRestoreCommand } from './backup.ts';
import { addQuotaCommands, addUploadsCommands } from './vault.ts';
import { VERSION } from '../version.ts';

/** Runs one command line. @returns the exit code */
export async function runProgram(argv: readonly string[]): Promise<number> {
  leaveWithReader();
  const program = new Command('carryon')
    .description('A file-transfer server and client whose transfers carry on')
    .version(VERSION)
    .showSuggestionAfterError()
    .exitOverride();
  addServeCommand(program);
  addAccountCommands(program);
  addGroupCommands(program);
  addBanCommands(program);
  addQuotaCommands(program);
  addUploadsCommands(program);
  addBackupCommand(program);
  addRestoreCommand(program);
  addWhoCommand(program);
  addKickCommand(program);
  addStopTransferCommand(program);
  addLogCommand(program);
  addStatsCommand(program);
  addConfigCommands(program);
  addImportCommand(program);
  addClientCommands(program);
  addCompletionCommand(program);
  inherit(program);
  try {
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

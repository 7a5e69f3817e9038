import type { Command } from 'commander';
import { addBookmarkCommands, withBookmarks } from '../bookmarks/commands.ts';
import { addQueueCommands } from '../queue/commands.ts';
import { addShellCommand } from '../shell/command.ts';
import { addCatCommand } from './cat.ts';
import { addCheckCommand } from './check.ts';
import { addDigestCommand } from './digest.ts';
import { addGetCommand } from './get.ts';
import { addLsCommand } from './ls.ts';
import { addNameCommands } from './names.ts';
import { addPutCommand } from './put.ts';
import { addSyncCommand } from './sync.ts';

const URLS = `
URLs are ftp://, ftpes:// (TLS on the ordinary port) and ftps:// (TLS from the first byte):
  ftpes://user@host:port/path     from the folder that the login leads to
  ftpes://user@host/%2Fsrv/path   from the root
  name:path                       below the URL that "carryon bookmark add" keeps as name
The password comes from --password-command, CARRYON_PASSWORD, ~/.netrc, or is asked for.`;

/** The words of the client. */
export function addClientCommands(program: Command): void {
  const before = new Set(program.commands);
  addPutCommand(program);
  addGetCommand(program);
  addLsCommand(program);
  addSyncCommand(program);
  addCheckCommand(program);
  addCatCommand(program);
  addNameCommands(program);
  addDigestCommand(program);
  addQueueCommands(program);
  addShellCommand(program);
  for (const command of program.commands) {
    if (before.has(command)) continue;
    command.addHelpText('after', URLS);
    withBookmarks(command);
  }
  addBookmarkCommands(program);
}

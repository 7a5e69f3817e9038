import type { Command } from 'commander';
import { withBookmarks } from './bookmarks/with-bookmarks.ts';
import { commandIn, OUTLINES } from './outlines.ts';

/** Commands that one module knows all about. */
export interface CommandRow {
  /** The words that they begin with. */
  readonly words: readonly string[];
  /** Their module, which is read only when somebody wants to know: most of a start is reading. */
  readonly load: () => Promise<(program: Command) => void>;
  /** They talk to a server, whose URL they are given. */
  readonly takesUrls?: boolean;
}

/** What the help says about URLs, where they are taken. */
const URLS = `
URLs are ftp://, ftpes:// (TLS on the ordinary port) and ftps:// (TLS from the first byte):
  ftpes://user@host:port/path     from the folder that the login leads to
  ftpes://user@host/%2Fsrv/path   from the root
  name:path                       below the URL that "carryon bookmark add" keeps as name
The password comes from --password-command, CARRYON_PASSWORD, ~/.netrc, or is asked for.`;

/** Those of the rows that a command line means, of which there may be none. */
export function commandsFor(
  words: readonly string[],
  rows: readonly CommandRow[],
): readonly CommandRow[] {
  const command = commandIn(words);
  // It writes down what there is.
  if (command === 'completion') return rows;
  return rows.filter((row) => command !== undefined && row.words.includes(command));
}

/** Makes a program know these commands, with all that their modules know. */
export async function addCommands(program: Command, rows: readonly CommandRow[]): Promise<void> {
  for (const { load, takesUrls } of rows) {
    const before = new Set(program.commands);
    (await load())(program);
    for (const command of program.commands) {
      if (before.has(command)) continue;
      command.description(OUTLINES[command.name()]?.[1] ?? '');
      if (takesUrls) withBookmarks(command.addHelpText('after', URLS));
    }
  }
}

/** Makes a program know of all commands what its help and a mistyped word need: it reads none. */
export function addOutlines(program: Command): void {
  for (const [word, [, about]] of Object.entries(OUTLINES))
    program.command(word).description(about);
  const usual = program.createHelp();
  program.configureHelp({
    subcommandTerm: (command) => {
      const outline = OUTLINES[command.name()];
      if (!outline) return usual.subcommandTerm(command);
      return `${command.name()} ${outline[0]}`.trimEnd();
    },
  });
}

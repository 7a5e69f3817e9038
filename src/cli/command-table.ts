import type { Command } from 'commander';
import { withBookmarks } from './bookmarks/with-bookmarks.ts';

/** Commands that one module knows all about. */
export interface CommandRow {
  /** The words that they begin with. */
  readonly words: readonly string[];
  /** Their module, which is read only when somebody wants to know: most of a start is reading. */
  readonly load: () => Promise<(program: Command) => void>;
  /** They talk to a server, whose URL they are given. */
  readonly takesUrls?: boolean;
}

/** All of them, in the order of the help. */
export const COMMANDS: readonly CommandRow[] = [
  { words: ['serve'], load: async () => (await import('./serve/serve.ts')).addServeCommand },
  {
    words: ['account'],
    load: async () => (await import('./account/commands.ts')).addAccountCommands,
  },
  { words: ['group'], load: async () => (await import('./account/group.ts')).addGroupCommands },
  { words: ['ban'], load: async () => (await import('./ban.ts')).addBanCommands },
  { words: ['quota'], load: async () => (await import('./vault.ts')).addQuotaCommands },
  { words: ['uploads'], load: async () => (await import('./vault.ts')).addUploadsCommands },
  { words: ['backup'], load: async () => (await import('./backup.ts')).addBackupCommand },
  { words: ['restore'], load: async () => (await import('./backup.ts')).addRestoreCommand },
  { words: ['who'], load: async () => (await import('./watch/who.ts')).addWhoCommand },
  { words: ['kick'], load: async () => (await import('./watch/who.ts')).addKickCommand },
  {
    words: ['stop-transfer'],
    load: async () => (await import('./watch/who.ts')).addStopTransferCommand,
  },
  { words: ['log'], load: async () => (await import('./watch/log.ts')).addLogCommand },
  { words: ['stats'], load: async () => (await import('./watch/stats.ts')).addStatsCommand },
  { words: ['doctor'], load: async () => (await import('./doctor.ts')).addDoctorCommand },
  { words: ['config'], load: async () => (await import('./config.ts')).addConfigCommands },
  { words: ['import'], load: async () => (await import('./import.ts')).addImportCommand },
  ...(
    [
      { words: ['put'], load: async () => (await import('./transfer/put.ts')).addPutCommand },
      { words: ['get'], load: async () => (await import('./transfer/get.ts')).addGetCommand },
      { words: ['ls'], load: async () => (await import('./transfer/ls.ts')).addLsCommand },
      { words: ['sync'], load: async () => (await import('./transfer/sync.ts')).addSyncCommand },
      { words: ['check'], load: async () => (await import('./transfer/check.ts')).addCheckCommand },
      { words: ['cat'], load: async () => (await import('./transfer/cat.ts')).addCatCommand },
      {
        words: ['mkdir', 'rm', 'rmdir', 'mv'],
        load: async () => (await import('./transfer/names.ts')).addNameCommands,
      },
      {
        words: ['digest'],
        load: async () => (await import('./transfer/digest.ts')).addDigestCommand,
      },
      {
        words: ['queue'],
        load: async () => (await import('./queue/commands.ts')).addQueueCommands,
      },
      { words: ['shell'], load: async () => (await import('./shell/command.ts')).addShellCommand },
    ] as const
  ).map((row) => ({ ...row, takesUrls: true })),
  {
    words: ['bookmark'],
    load: async () => (await import('./bookmarks/commands.ts')).addBookmarkCommands,
  },
  {
    words: ['completion'],
    load: async () => (await import('./completion.ts')).addCompletionCommand,
  },
];

/** What the help says about URLs, where they are taken. */
const URLS = `
URLs are ftp://, ftpes:// (TLS on the ordinary port) and ftps:// (TLS from the first byte):
  ftpes://user@host:port/path     from the folder that the login leads to
  ftpes://user@host/%2Fsrv/path   from the root
  name:path                       below the URL that "carryon bookmark add" keeps as name
The password comes from --password-command, CARRYON_PASSWORD, ~/.netrc, or is asked for.`;

/** Those that begin with this word; all of them where another, or none, may be meant. */
export function commandsFor(word: string | undefined): readonly CommandRow[] {
  // It writes down what there is.
  if (word === 'completion') return COMMANDS;
  const meant = COMMANDS.filter(({ words }) => word !== undefined && words.includes(word));
  return meant.length > 0 ? meant : COMMANDS;
}

/** Makes a program know these commands. */
export async function addCommands(
  program: Command,
  rows: readonly CommandRow[] = COMMANDS,
): Promise<void> {
  for (const { load, takesUrls } of rows) {
    const before = new Set(program.commands);
    (await load())(program);
    const added = program.commands.filter((command) => !before.has(command));
    if (!takesUrls) continue;
    for (const command of added) withBookmarks(command.addHelpText('after', URLS));
  }
}

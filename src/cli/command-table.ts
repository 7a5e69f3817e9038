import type { Command } from 'commander';
import { withBookmarks } from './bookmarks/with-bookmarks.ts';

/** Commands that one module knows all about. */
export interface CommandRow {
  /** The words that they begin with, and what the help says of each: what it takes, what it is for. */
  readonly words: Readonly<Record<string, readonly [takes: string, about: string]>>;
  /** Their module, which is read only when somebody wants to know: most of a start is reading. */
  readonly load: () => Promise<(program: Command) => void>;
  /** They talk to a server, whose URL they are given. */
  readonly takesUrls?: boolean;
}

/** What a backup is of. */
const RECORDS = 'accounts, groups, quota, bans, digests, and how far unfinished uploads are';

/** Those of the server, in the order of the help. */
const OF_THE_SERVER: readonly CommandRow[] = [
  {
    words: { serve: ['[options]', 'run the server until it is told to stop'] },
    load: async () => (await import('./serve/serve.ts')).addServeCommand,
  },
  {
    words: { account: ['', 'manage the people who may enter'] },
    load: async () => (await import('./account/commands.ts')).addAccountCommands,
  },
  {
    words: { group: ['', 'give limits and permissions to many accounts together'] },
    load: async () => (await import('./account/group.ts')).addGroupCommands,
  },
  {
    words: { ban: ['', 'keep addresses and networks out'] },
    load: async () => (await import('./ban.ts')).addBanCommands,
  },
  {
    words: { quota: ['', 'look after the quota ledger'] },
    load: async () => (await import('./vault.ts')).addQuotaCommands,
  },
  {
    words: { uploads: ['', 'look after unfinished uploads'] },
    load: async () => (await import('./vault.ts')).addUploadsCommands,
  },
  {
    words: {
      backup: [
        '[options] <file>',
        `write a copy of all records (${RECORDS}) while serving; files are not in it`,
      ],
    },
    load: async () => (await import('./backup.ts')).addBackupCommand,
  },
  {
    words: {
      restore: [
        '[options] <backup>',
        `go back to a backup of the records (${RECORDS}), with no server running`,
      ],
    },
    load: async () => (await import('./backup.ts')).addRestoreCommand,
  },
  {
    words: {
      who: ['[options]', 'show who is connected to the running servers, and what they transfer'],
    },
    load: async () => (await import('./watch/who.ts')).addWhoCommand,
  },
  {
    words: {
      kick: [
        '[options] <session>',
        'end a session that `who` shows; what it uploaded can be continued',
      ],
    },
    load: async () => (await import('./watch/who.ts')).addKickCommand,
  },
  {
    words: {
      'stop-transfer': [
        '[options] <transfer>',
        'stop a transfer that `who` shows; its session stays, and an upload can go on',
      ],
    },
    load: async () => (await import('./watch/who.ts')).addStopTransferCommand,
  },
  {
    words: {
      log: [
        '[options]',
        'show the transfers that have ended, from the transfer log and its rotated files',
      ],
    },
    load: async () => (await import('./watch/log.ts')).addLogCommand,
  },
  {
    words: {
      stats: ['[options]', 'add up the transfers in the transfer log and its rotated files'],
    },
    load: async () => (await import('./watch/stats.ts')).addStatsCommand,
  },
  {
    words: {
      doctor: [
        '[options]',
        'look whether all is well: ports, certificate, clock, disk, records; with advice, and exit code 1 if there is a problem',
      ],
    },
    load: async () => (await import('./doctor.ts')).addDoctorCommand,
  },
  {
    words: { config: ['', 'look at the settings'] },
    load: async () => (await import('./config.ts')).addConfigCommands,
  },
  {
    words: {
      import: ['[options] <file>', 'print settings that correspond to those of another server'],
    },
    load: async () => (await import('./import.ts')).addImportCommand,
  },
];

/** Those of the client. */
const OF_THE_CLIENT: readonly CommandRow[] = [
  {
    words: {
      put: [
        '[options] <source...>',
        'upload files; the same command again carries on where the last one stopped',
      ],
    },
    load: async () => (await import('./transfer/put.ts')).addPutCommand,
  },
  {
    words: {
      get: [
        '[options] <url...>',
        'download files; the same command again carries on where the last one stopped',
      ],
    },
    load: async () => (await import('./transfer/get.ts')).addGetCommand,
  },
  {
    words: { ls: ['[options] <url...>', 'list a remote folder'] },
    load: async () => (await import('./transfer/ls.ts')).addLsCommand,
  },
  {
    words: {
      sync: [
        '[options] <from> <to>',
        'make a folder hold what another holds, here and on a server, either way; one of both is a URL',
      ],
    },
    load: async () => (await import('./transfer/sync.ts')).addSyncCommand,
  },
  {
    words: {
      check: [
        '[options] <from> <to>',
        'compare a folder here and one on a server; changes nothing, ends with 1 if they differ',
      ],
    },
    load: async () => (await import('./transfer/check.ts')).addCheckCommand,
  },
  {
    words: { cat: ['[options] <url...>', 'write remote files to standard output'] },
    load: async () => (await import('./transfer/cat.ts')).addCatCommand,
  },
  {
    words: {
      mkdir: ['[options] <url...>', 'make remote folders'],
      rmdir: ['[options] <url...>', 'remove empty remote folders'],
      rm: ['[options] <url...>', 'remove remote files'],
      mv: [
        '[options] <from> <to>',
        'rename or move on the server; <to> is a URL there, or a new name in the same folder',
      ],
    },
    load: async () => (await import('./transfer/names.ts')).addNameCommands,
  },
  {
    words: {
      digest: ['[options] <url...>', 'show the digests of remote files, in the form of sha256sum'],
    },
    load: async () => (await import('./transfer/digest.ts')).addDigestCommand,
  },
  {
    words: { queue: ['', 'a list of transfers that survives the program and the machine'] },
    load: async () => (await import('./queue/commands.ts')).addQueueCommands,
  },
  {
    words: {
      shell: [
        '[options] [url]',
        'work on a server with the words of FTP: cd, ls, get, put, mirror, help …',
      ],
    },
    load: async () => (await import('./shell/command.ts')).addShellCommand,
  },
];

/** All of them, in the order of the help. */
export const COMMANDS: readonly CommandRow[] = [
  ...OF_THE_SERVER,
  ...OF_THE_CLIENT.map((row) => ({ ...row, takesUrls: true })),
  {
    words: {
      bookmark: [
        '',
        'short names for URLs: "films:" and "films:path" can be typed wherever a URL can',
      ],
    },
    load: async () => (await import('./bookmarks/commands.ts')).addBookmarkCommands,
  },
  {
    words: {
      completion: ['<shell>', 'print what makes Tab complete: source <(carryon completion bash)'],
    },
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

/** Those that the words of a command line mean, of which there may be none. */
export function commandsFor(words: readonly string[]): readonly CommandRow[] {
  const [word, topic] = words.filter((each) => each !== '--');
  // It writes down what there is.
  if (word === 'completion') return COMMANDS;
  const meant = word === 'help' ? topic : word;
  return COMMANDS.filter((row) => meant !== undefined && Object.hasOwn(row.words, meant));
}

/** Makes a program know these commands, with all that their modules know. */
export async function addCommands(program: Command, rows: readonly CommandRow[]): Promise<void> {
  for (const { words, load, takesUrls } of rows) {
    const before = new Set(program.commands);
    (await load())(program);
    for (const command of program.commands) {
      if (before.has(command)) continue;
      command.description(words[command.name()]?.[1] ?? '');
      if (takesUrls) withBookmarks(command.addHelpText('after', URLS));
    }
  }
}

/** Makes a program know of all commands what its help and a mistyped word need: it reads none. */
export function addOutlines(program: Command): void {
  const terms = new Map<string, string>();
  for (const [word, [takes, about]] of COMMANDS.flatMap(({ words }) => Object.entries(words))) {
    program.command(word).description(about);
    terms.set(word, `${word} ${takes}`.trimEnd());
  }
  const usual = program.createHelp();
  program.configureHelp({
    subcommandTerm: (command) => terms.get(command.name()) ?? usual.subcommandTerm(command),
  });
}

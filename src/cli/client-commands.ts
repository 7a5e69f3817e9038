import type { CommandRow } from './command-row.ts';

/** The commands of the client, each with its module. */
export const CLIENT_COMMANDS: readonly CommandRow[] = [
  ...(
    [
      { words: ['put'], load: async () => (await import('./transfer/put.ts')).addPutCommand },
      { words: ['get'], load: async () => (await import('./transfer/get.ts')).addGetCommand },
      { words: ['ls'], load: async () => (await import('./transfer/ls.ts')).addLsCommand },
      { words: ['sync'], load: async () => (await import('./transfer/sync.ts')).addSyncCommand },
      { words: ['check'], load: async () => (await import('./transfer/check.ts')).addCheckCommand },
      { words: ['cat'], load: async () => (await import('./transfer/cat.ts')).addCatCommand },
      {
        words: ['mkdir', 'rmdir', 'rm', 'mv'],
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
];

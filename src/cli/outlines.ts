/** What the help says of a command: what it takes, and what it is for. */
type Outline = readonly [takes: string, about: string];

/** What a backup is of. */
const RECORDS = 'accounts, groups, quota, bans, digests, and how far unfinished uploads are';

const OF_THE_SERVER = {
  serve: ['[options]', 'run the server until it is told to stop'],
  account: ['', 'manage the people who may enter'],
  group: ['', 'give limits and permissions to many accounts together'],
  ban: ['', 'keep addresses and networks out'],
  quota: ['', 'look after the quota ledger'],
  uploads: ['', 'look after unfinished uploads'],
  backup: [
    '[options] <file>',
    `write a copy of all records (${RECORDS}) while serving; files are not in it`,
  ],
  restore: [
    '[options] <backup>',
    `go back to a backup of the records (${RECORDS}), with no server running`,
  ],
  who: ['[options]', 'show who is connected to the running servers, and what they transfer'],
  kick: [
    '[options] <session>',
    'end a session that `who` shows; what it uploaded can be continued',
  ],
  'stop-transfer': [
    '[options] <transfer>',
    'stop a transfer that `who` shows; its session stays, and an upload can go on',
  ],
  log: [
    '[options]',
    'show the transfers that have ended, from the transfer log and its rotated files',
  ],
  stats: ['[options]', 'add up the transfers in the transfer log and its rotated files'],
  doctor: [
    '[options]',
    'look whether all is well: ports, certificate, clock, disk, records; with advice, and exit code 1 if there is a problem',
  ],
  config: ['', 'look at the settings'],
  import: ['[options] <file>', 'print settings that correspond to those of another server'],
} as const satisfies Readonly<Record<string, Outline>>;

const OF_THE_CLIENT = {
  put: [
    '[options] <source...>',
    'upload files; the same command again carries on where the last one stopped',
  ],
  get: [
    '[options] <url...>',
    'download files; the same command again carries on where the last one stopped',
  ],
  ls: ['[options] <url...>', 'list a remote folder'],
  sync: [
    '[options] <from> <to>',
    'make a folder hold what another holds, here and on a server, either way; one of both is a URL',
  ],
  check: [
    '[options] <from> <to>',
    'compare a folder here and one on a server; changes nothing, ends with 1 if they differ',
  ],
  cat: ['[options] <url...>', 'write remote files to standard output'],
  mkdir: ['[options] <url...>', 'make remote folders'],
  rmdir: ['[options] <url...>', 'remove empty remote folders'],
  rm: ['[options] <url...>', 'remove remote files'],
  mv: [
    '[options] <from> <to>',
    'rename or move on the server; <to> is a URL there, or a new name in the same folder',
  ],
  digest: ['[options] <url...>', 'show the digests of remote files, in the form of sha256sum'],
  queue: ['', 'a list of transfers that survives the program and the machine'],
  shell: [
    '[options] [url]',
    'work on a server with the words of FTP: cd, ls, get, put, mirror, help …',
  ],
  bookmark: ['', 'short names for URLs: "films:" and "films:path" can be typed wherever a URL can'],
} as const satisfies Readonly<Record<string, Outline>>;

const OF_BOTH = {
  completion: ['<shell>', 'print what makes Tab complete: source <(carryon completion bash)'],
} as const satisfies Readonly<Record<string, Outline>>;

/** All commands, in the order of the help. */
export const OUTLINES: Readonly<Record<string, Outline>> = {
  ...OF_THE_SERVER,
  ...OF_THE_CLIENT,
  ...OF_BOTH,
};

/** The command that a command line means, if its name is right. */
export function commandIn(words: readonly string[]): string | undefined {
  const [word, topic] = words.filter((each) => each !== '--');
  const meant = word === 'help' ? topic : word;
  return meant !== undefined && Object.hasOwn(OUTLINES, meant) ? meant : undefined;
}

/** True if the client alone can carry it out, or say what is wrong with it. */
export function clientKnows(words: readonly string[]): boolean {
  const command = commandIn(words);
  return command === undefined || Object.hasOwn(OF_THE_CLIENT, command);
}

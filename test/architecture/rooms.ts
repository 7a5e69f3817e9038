/** Which imports are fine, by what is imported: a room, or one file of it; each with the reason. */
type Allowed = Readonly<Record<string, string>>;

/** One folder directly below src, or one file there. */
export interface Room {
  /** Why it imports nothing but what stands below. */
  readonly because: string;
  readonly imports: Allowed;
  /** What it may import beyond that with `import type`, which is gone at run time. */
  readonly types?: Allowed;
  /** True if its folders are not to import one another. */
  readonly foldersApart?: true;
  /** True if it is part of the design and not written yet. */
  readonly planned?: true;
}

const WORDS = 'speaks in the words that everything is written in';

/**
 * The house. The data goes one way: protocol → session → vault → storage. Tests may import
 * anything. A new room is a new row, and a new import that this table refuses is a question about
 * the design first and an edit here second.
 */
export const ROOMS: Readonly<Record<string, Room>> = {
  base: {
    because: 'it is what everything else is written in, values with no I/O',
    imports: {},
  },
  wire: {
    because: 'server and client share it, and parsing must be testable without either',
    imports: { base: WORDS },
  },
  config: {
    because: 'settings are plain values, so that no room has to know where they come from',
    imports: { base: WORDS },
  },
  telemetry: {
    because: 'it only listens, and nobody may come to depend on being heard',
    imports: { base: 'implements the log and hears the events that are declared there' },
  },
  database: {
    because: 'tables and transactions must not know what they are used for',
    imports: { base: WORDS },
  },
  storage: {
    because: 'a store keeps bytes and names and must not know what they mean',
    imports: { base: WORDS },
  },
  accounts: {
    because: 'who may enter does not depend on what is stored, nor on which protocol asks',
    imports: { base: WORDS, database: 'keeps accounts there' },
  },
  vault: {
    because: 'the core never asks who is calling, nor which store it is: that is a declared fact',
    imports: {
      base: WORDS,
      database: 'keeps the records of uploads and the quota ledger there',
      'storage/store.ts': 'keeps bytes in any store that has this interface',
    },
  },
  hooks: {
    because: 'it tells others what stands in the outbox, whoever wrote it there',
    imports: { base: WORDS, database: 'takes events out of the outbox' },
  },
  session: {
    because: 'it is an authorised view of the vault, the same for every protocol',
    imports: {
      base: WORDS,
      accounts: 'asks who the visitor is and what they may do',
      vault: 'does what the visitor may do',
    },
    types: { 'storage/store.ts': 'shows entries as the store declares them' },
  },
  protocols: {
    because: 'a protocol reaches the vault only through a session, which checks permissions',
    imports: {
      base: WORDS,
      wire: 'reads and writes what goes over the wire',
      session: 'works for one visitor',
    },
    types: {
      'vault/placement.ts': 'says where the first byte lands, in the words of the vault',
      'storage/store.ts': 'is shown entries as the store declares them',
    },
    foldersApart: true,
  },
  client: {
    because: 'it works with any server, not only with this one',
    imports: { base: WORDS, wire: 'reads and writes what goes over the wire' },
  },
  'compose-parts.ts': {
    because: 'it makes single parts of what the settings say, for compose.ts to join',
    imports: {
      'compose-records.ts': 'is told whether anybody wants to hear of events',
      base: WORDS,
      config: 'is told what to build by the settings',
      accounts: 'makes the login throttle and the memory for misconduct',
      hooks: 'makes the hooks',
      session: 'makes the doorkeeper',
    },
  },
  'compose-records.ts': {
    because:
      'it wires what a command works with beside a server, which needs no session and protocol',
    imports: {
      base: WORDS,
      config: 'is told what to build by the settings',
      database: 'opens the database',
      storage: 'chooses the store',
      accounts: 'puts accounts on the database',
      vault: 'puts the vault on database and store',
    },
  },
  'compose.ts': {
    because: 'wiring happens here and nowhere else, and wiring is all that happens here',
    imports: {
      'compose-parts.ts': 'takes single parts from there',
      'compose-records.ts': 'puts the server on the records and the vault',
      hooks: 'tells others what happens',
      base: WORDS,
      config: 'is told what to build by the settings',
      telemetry: 'makes the log and lets the logs listen',
      accounts: 'puts accounts on the database',
      vault: 'puts the vault on database and store',
      session: 'puts sessions on accounts and vault',
      protocols: 'puts the protocols on the sessions',
      admin: 'lets operators look at what was built',
      'version.ts': 'says its version',
    },
  },
  doctor: {
    because: 'it looks at what a server stands on, and repairs nothing',
    imports: { base: WORDS, config: 'looks at what the settings say' },
    types: {
      accounts: 'goes through the accounts',
      database: 'is told how the records are',
      vault: 'has homes compared with their ledgers',
    },
  },
  'restore.ts': {
    because: 'it works where no server may be built: on records that nobody has opened',
    imports: { base: WORDS, database: 'puts a backup in the place of the records' },
  },
  cli: {
    because: 'a command builds nothing itself: what it needs, compose.ts hands over',
    imports: {
      base: WORDS,
      config: 'turns flags into settings and explains them',
      telemetry: 'logs what a command does',
      'compose.ts': 'lets a server be built',
      'compose-records.ts': 'lets the records be opened',
      client: 'runs the transfers that people ask for',
      accounts: 'manages accounts',
      vault: 'audits quotas and lists uploads',
      'restore.ts': 'goes back to a backup',
      doctor: 'shows what it finds',
      'database/inspect.ts': 'looks at records that nobody should open',
      'database/records-file.ts': 'looks whether there are any',
      'version.ts': 'says its version',
      admin: 'asks running servers',
    },
  },
  admin: {
    because: 'it shows operators what goes on and ends it, whatever the protocol',
    imports: {
      base: WORDS,
      session: 'looks at the sessions that are open, and ends them',
      telemetry: 'keeps the metrics',
    },
    types: { vault: 'shows what the vault has counted' },
  },
  embed: {
    because: 'a program that embeds the server gets what a command gets, and nothing behind it',
    imports: {
      base: WORDS,
      config: 'turns options into settings',
      telemetry: 'makes the log that a command would have',
      'compose.ts': 'lets the server be built',
    },
    types: {
      accounts: 'shows accounts as they are declared there',
      session: 'passes on who is asked about logins',
      vault: 'has homes counted',
    },
  },
  'version.ts': {
    because: 'what the package says of itself is read in one place',
    imports: { 'package.json': 'says it' },
  },
  'client-program.ts': {
    because: 'all that it reads is one file of the package, and starts fast because it is little',
    imports: { cli: 'runs the commands of the client' },
  },
  'main.ts': {
    because: 'it is the name of the program and nothing more',
    imports: {
      base: WORDS,
      cli: 'hands the command line over',
      'client-program.ts': 'hands it over, if the client knows the command',
      'version.ts': 'says it without reading the program',
    },
  },
};

/** A package or a part of Node that has its rooms, with the reason. */
export interface Confined {
  readonly rooms: readonly string[];
  readonly why: string;
}

export const MODULES: Readonly<Record<string, Confined>> = {
  pino: { rooms: ['telemetry'], why: 'everybody else logs through base/log.ts' },
  zod: { rooms: ['config'], why: 'it is slow to load, and protocols have grammars of their own' },
  'smol-toml': { rooms: ['config'], why: 'settings have one file format, read in one place' },
  commander: { rooms: ['cli'], why: 'only the command line has words and flags' },
  '@prometheus-io/client': { rooms: ['telemetry'], why: 'what is counted stands in one table' },
  bcryptjs: { rooms: ['accounts'], why: 'passwords are checked in one place' },
  kysely: {
    rooms: ['database', 'accounts', 'vault', 'hooks'],
    why: 'queries stand with the room that owns the table',
  },
  'node:sqlite': {
    rooms: ['database', 'client'],
    why: 'which database it is must not show anywhere else; the queue of a client is a file of its own',
  },
  'node:child_process': {
    rooms: ['cli', 'hooks'],
    why: 'the server never starts a shell or a program on behalf of a visitor',
  },
};

/** Rooms that do no I/O, and the parts of Node that would be it. */
export const PURE_ROOMS: readonly string[] = ['base', 'wire'];
export const IO_MODULES: readonly string[] = [
  'node:child_process',
  'node:cluster',
  'node:dgram',
  'node:dns',
  'node:dns/promises',
  'node:fs',
  'node:fs/promises',
  'node:http',
  'node:http2',
  'node:https',
  'node:sqlite',
  'node:tls',
  'node:worker_threads',
];

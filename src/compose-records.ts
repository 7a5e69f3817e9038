import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Accounts } from './accounts/accounts.ts';
import { Bans } from './accounts/bans.ts';
import { Passwords } from './accounts/passwords/passwords.ts';
import { systemClock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Settings } from './config/settings.ts';
import type { Database } from './database/database.ts';
import { ProcessLocks } from './database/sqlite/process-locks.ts';
import { recordsIn } from './database/records-file.ts';
import { Sqlite } from './database/sqlite/sqlite.ts';
import { LocalStore } from './storage/local/local-store.ts';
import { NOT_SYNCING, SYNCING } from './storage/local/syncing.ts';
import type { Store } from './storage/store.ts';
import { Vault } from './vault/vault.ts';

/** What commands that do not serve work with: the records, and the vault without mending it. */
export interface Records extends AsyncDisposable {
  readonly database: Database;
  readonly accounts: Accounts;
  readonly bans: Bans;
  readonly passwords: Passwords;
  readonly vault: Vault;
}

/** Opens the data folder beside a server that may be serving from it. */
export async function composeRecords(settings: Settings, log: Log): Promise<Records> {
  await using parts = new AsyncDisposableStack();
  await mkdir(settings.data, { recursive: true, mode: 0o750 });
  const database = parts.use(await openDatabase(settings));
  const vault = await openVault(parts, settings, database, log, false);
  const passwords = parts.use(new Passwords(hashingOf(settings)));
  const accounts = new Accounts(database, systemClock);
  const bans = new Bans(database, systemClock);
  const owned = parts.move();
  return {
    database,
    accounts,
    bans,
    passwords,
    vault,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The records; copied before a newer version changes their tables. */
export function openDatabase({
  data,
  database: { copies: keep },
  uploads,
}: Settings): Promise<Sqlite> {
  const copies = { folder: join(data, 'copies'), keep };
  const syncs = uploads.durability === 'full';
  return Sqlite.open(recordsIn(data), { copies, syncs });
}

/** @param serves whether it may mend and expire: a server, and no command beside it */
export async function openVault(
  parts: AsyncDisposableStack,
  settings: Settings,
  database: Database,
  log: Log,
  serves: boolean,
): Promise<Vault> {
  const presence = parts.use(new ProcessLocks(join(settings.data, 'processes')));
  const { checkpoint, expire, segments, whole, digests, durability } = settings.uploads;
  const syncing = durability === 'full' ? SYNCING : NOT_SYNCING;
  const local = parts.use(new LocalStore({ staging: join(settings.data, 'staging'), syncing }));
  const store: Store = {
    openTree: (location) => local.openTree(resolve(settings.data, location)),
  };
  const options = {
    checkpointBytes: checkpoint,
    wholeBytes: Math.min(whole, checkpoint),
    expireAfterMs: expire,
    mostSegments: segments,
    digests,
    keepsEvents: tellsHooks(settings),
  };
  const given = { database, store, clock: systemClock, log, options, presence, serves };
  return parts.use(await Vault.open(given));
}

/** How many passwords are checked at once, and how many may wait. */
export function hashingOf({ login }: Settings) {
  return { concurrency: login.hashConcurrency, maxWaiting: login.maxWaiting };
}

/** Whether anybody is to be told what happens to uploads. */
export function tellsHooks({ hooks: { command, url } }: Settings): boolean {
  return command !== undefined || url !== undefined;
}

import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Accounts } from './accounts/accounts.ts';
import { CredentialCache } from './accounts/credential-cache.ts';
import { Passwords } from './accounts/passwords/passwords.ts';
import { LoginThrottle } from './accounts/throttle.ts';
import { systemClock } from './base/clock.ts';
import { EventSource } from './base/events.ts';
import type { Log } from './base/log.ts';
import type { TransferEvent } from './base/transfer-event.ts';
import type { Settings } from './config/settings.ts';
import type { Database } from './database/database.ts';
import { ProcessLocks } from './database/sqlite/process-locks.ts';
import { Sqlite } from './database/sqlite/sqlite.ts';
import { HookDelivery } from './hooks/delivery.ts';
import { type Hook, commandHook, inTurn, urlHook } from './hooks/hook.ts';
import { FTP_DEFAULTS, type FtpOptions } from './protocols/ftp/options.ts';
import { FtpServer } from './protocols/ftp/server.ts';
import { FrontDesk } from './session/front-desk.ts';
import { Visits } from './session/visits.ts';
import { LocalStore } from './storage/local/local-store.ts';
import type { Store } from './storage/store.ts';
import { keepTransferLog, transferLine } from './telemetry/transfer-log.ts';
import { xferlogLine } from './telemetry/xferlog.ts';
import { Vault } from './vault/vault.ts';

/** How often expired uploads are looked for. */
const EXPIRY_EVERY_MS = 15 * 60 * 1000;

/** What commands that do not serve work with: the records, and the vault without mending it. */
export interface Records extends AsyncDisposable {
  readonly database: Database;
  readonly accounts: Accounts;
  readonly passwords: Passwords;
  readonly vault: Vault;
}

/** A server that serves. Disposing stops it: every upload that runs can be continued later. */
export interface Server extends AsyncDisposable {
  readonly accounts: Accounts;
  readonly passwords: Passwords;
  readonly vault: Vault;
  /** Where FTP clients connect. */
  readonly ftp: { readonly host: string; readonly port: number };
}

/** Opens the data folder beside a server that may be serving from it. */
export async function composeRecords(settings: Settings, log: Log): Promise<Records> {
  await using parts = new AsyncDisposableStack();
  await mkdir(settings.data, { recursive: true, mode: 0o750 });
  const database = parts.use(await Sqlite.open(join(settings.data, 'carryon.sqlite')));
  const vault = await openVault(parts, settings, database, log, false);
  const passwords = parts.use(new Passwords({ concurrency: settings.login.hashConcurrency }));
  const accounts = new Accounts(database, systemClock);
  const owned = parts.move();
  return {
    database,
    accounts,
    passwords,
    vault,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Builds a server from its settings and starts it: config → store → vault → sessions → protocols. */
export async function composeServer(settings: Settings, log: Log): Promise<Server> {
  await using parts = new AsyncDisposableStack();
  const clock = systemClock;
  await mkdir(settings.data, { recursive: true, mode: 0o750 });

  const database = parts.use(await Sqlite.open(join(settings.data, 'carryon.sqlite')));
  await database.check();
  const transfers = new EventSource<TransferEvent>((error) =>
    log.error('A transfer log failed', { error }),
  );
  if (settings.log.transfers !== undefined) {
    parts.use(keepTransferLog(transfers, settings.log.transfers, transferLine, log));
  }
  if (settings.log.xferlog !== undefined) {
    parts.use(keepTransferLog(transfers, settings.log.xferlog, xferlogLine, log));
  }

  const vault = await openVault(parts, settings, database, log, true);
  const expiry = setInterval(() => void expire(vault, log), EXPIRY_EVERY_MS).unref();
  parts.defer(() => clearInterval(expiry));
  void expire(vault, log);

  const hook = hookOf(settings);
  if (hook) parts.use(new HookDelivery({ database, hook, clock, log }));

  const accounts = new Accounts(database, clock);
  const passwords = parts.use(new Passwords({ concurrency: settings.login.hashConcurrency }));
  const visits = parts.use(new Visits(accounts, clock, log));
  const { freeFailures, maxDelay } = settings.login;
  const desk = new FrontDesk({
    accounts,
    passwords,
    throttle: new LoginThrottle({ clock, freeFailures, maxDelayMs: maxDelay }),
    cache: settings.login.cache ? new CredentialCache({ clock }) : undefined,
    vault,
    visits,
    transfers,
    clock,
    log,
    maxSessionsPerAccount: settings.limits.maxSessionsPerAccount,
  });

  const ftp = await FtpServer.listen({
    reception: desk,
    clock,
    log,
    options: ftpOptions(settings),
  });
  parts.defer(async () => {
    const closed = ftp.close(settings.shutdown.grace);
    desk.close();
    await vault.stopUploads();
    await closed;
  });

  const owned = parts.move();
  return {
    accounts,
    passwords,
    vault,
    ftp: ftp.address,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function openVault(
  parts: AsyncDisposableStack,
  settings: Settings,
  database: Database,
  log: Log,
  serves: boolean,
): Promise<Vault> {
  const presence = parts.use(new ProcessLocks(join(settings.data, 'processes')));
  const local = new LocalStore({ staging: join(settings.data, 'staging') });
  const store: Store = {
    openTree: (location) => local.openTree(resolve(settings.data, location)),
  };
  const { checkpoint, expire } = settings.uploads;
  const keepsEvents = hookOf(settings) !== undefined;
  const options = { checkpointBytes: checkpoint, expireAfterMs: expire, keepsEvents };
  const given = { database, store, clock: systemClock, log, options, presence, serves };
  return parts.use(await Vault.open(given));
}

/** What is told of each event, if anything is. */
function hookOf({ hooks: { command, url, timeout } }: Settings): Hook | undefined {
  const hooks = [
    ...(command === undefined ? [] : [commandHook(command, timeout)]),
    ...(url === undefined ? [] : [urlHook(url, timeout)]),
  ];
  return hooks.length === 0 ? undefined : inTurn(hooks);
}

async function expire(vault: Vault, log: Log): Promise<void> {
  try {
    await vault.expire();
  } catch (error) {
    log.error('Expired uploads could not be dropped', { error });
  }
}

function ftpOptions({ ftp }: Settings): FtpOptions {
  return {
    ...FTP_DEFAULTS,
    host: ftp.listen.host,
    port: ftp.listen.port,
    passive: { ports: ftp.passivePorts, address: ftp.passiveAddress },
    banner: ftp.banner,
    maxConnections: ftp.maxConnections,
    idleTimeoutMs: ftp.idleTimeout,
    loginTimeoutMs: ftp.loginTimeout,
    dataTimeoutMs: ftp.dataTimeout,
    stallTimeoutMs: ftp.stallTimeout,
    maxLineBytes: ftp.maxLineBytes,
    maxLoginFailures: ftp.maxLoginFailures,
    showPartials: ftp.showPartials,
    graceShare: ftp.graceShare,
    graceMaxMs: ftp.graceMax,
    graceMinMs: ftp.graceMin,
  };
}

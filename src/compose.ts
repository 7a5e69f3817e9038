import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bans } from './accounts/bans.ts';
import { Accounts } from './accounts/accounts.ts';
import { CredentialCache } from './accounts/credential-cache.ts';
import { LastLogins } from './accounts/last-logins.ts';
import { Passwords } from './accounts/passwords/passwords.ts';
import { systemClock } from './base/clock.ts';
import { type Events, EventSource } from './base/events.ts';
import type { Log } from './base/log.ts';
import type { CommandEvent } from './base/command-event.ts';
import type { SessionEvent } from './base/session-event.ts';
import { Networks } from './base/network.ts';
import type { TransferEvent } from './base/transfer-event.ts';
import type { HostPort } from './config/address.ts';
import { doorkeeperOf, hookOf, ratesOf, throttleOf } from './compose-parts.ts';
import { hashingOf, openDatabase, openVault } from './compose-records.ts';
import { type Changes, afterReload, changesFrom, settingsInUse } from './config/changes.ts';
import type { InheritedSockets } from './config/inherited-sockets.ts';
import type { Settings } from './config/settings.ts';
import { HookDelivery } from './hooks/delivery.ts';
import type { Place } from './protocols/ftp/doors.ts';
import { Hosts } from './protocols/ftp/hosts.ts';
import { FTP_DEFAULTS, type FtpOptions } from './protocols/ftp/options.ts';
import { FtpServer } from './protocols/ftp/server.ts';
import { Certificates } from './protocols/ftp/tls/certificates.ts';
import type { TlsOptions } from './protocols/ftp/tls/options.ts';
import { ensureOwnCertificate } from './protocols/ftp/tls/own-certificate.ts';
import { Bandwidth } from './session/bandwidth.ts';
import { Supervision } from './admin/supervision.ts';
import type { Authority } from './session/authority.ts';
import { FrontDesk } from './session/front-desk.ts';
import { ALONE, type Siblings } from './base/siblings.ts';
import { Visits } from './session/visits.ts';
import { keepTransferLog, transferLine } from './telemetry/transfer-log.ts';
import { xferlogLine } from './telemetry/xferlog.ts';
import { totals } from './vault/totals.ts';
import type { Vault } from './vault/vault.ts';
import { VERSION } from './version.ts';

/** How often expired uploads are looked for. */
const EXPIRY_EVERY_MS = 15 * 60 * 1000;

/** A server that serves. Disposing stops it: every upload that runs can be continued later. */
export interface Server extends AsyncDisposable {
  readonly accounts: Accounts;
  readonly passwords: Passwords;
  readonly vault: Vault;
  /** Where FTP clients connect, and where those who begin with TLS. */
  readonly addresses: FtpServer['addresses'];
  /** The first of each. */
  readonly ftp: HostPort;
  readonly ftps: HostPort | undefined;
  /** Where health and metrics are, if they have a port. */
  readonly metrics: HostPort | undefined;
  /** What shows who this server is; undefined if it does not encrypt. */
  readonly certificate: { readonly fingerprint: string; readonly isOurs: boolean } | undefined;
  /**
   * Reads the files again that may change while it runs, and takes those of the settings that act
   * at once. @returns what has changed, and what of it waits for a restart
   */
  reload(settings: Settings): Promise<Changes>;
  /** Goes on in new log files after the old ones were renamed or removed. */
  reopenLogs(): Promise<void>;
  /** Every transfer, when it has ended. */
  readonly transfers: Events<TransferEvent>;
  /** Who comes, goes, and is not let in. */
  readonly sessions: Events<SessionEvent>;
}

/** What no setting says, but who starts the server may give it. */
export interface Embedding {
  readonly authority?: Authority | undefined;
  /** Used instead of opening those of the settings. */
  readonly sockets?: InheritedSockets | undefined;
  /** The other processes that serve together with this one. */
  readonly siblings?: Siblings | undefined;
}

/** Builds a server from its settings and starts it: config → store → vault → sessions → protocols. */
export async function composeServer(
  settings: Settings,
  log: Log,
  { authority, sockets = { ftp: [], ftps: [] }, siblings = ALONE }: Embedding = {},
): Promise<Server> {
  await using parts = new AsyncDisposableStack();
  const clock = systemClock;
  await mkdir(settings.data, { recursive: true, mode: 0o750 });

  const database = parts.use(await openDatabase(settings));
  await database.check();
  warnOfMeasuring(settings, log);
  const unheard = (error: unknown): void => log.error('A listener failed', { error });
  const transfers = new EventSource<TransferEvent>(unheard);
  const sessions = new EventSource<SessionEvent>(unheard);
  const commands = new EventSource<CommandEvent>(unheard);
  const logs = (
    [
      [settings.log.transfers, transferLine],
      [settings.log.xferlog, xferlogLine],
    ] as const
  ).flatMap(([file, line]) =>
    file === undefined ? [] : [parts.use(keepTransferLog(transfers, file, line, log))],
  );

  const vault = await openVault(parts, settings, database, log, true);
  const expiry = setInterval(() => void expire(vault, log), EXPIRY_EVERY_MS).unref();
  parts.defer(() => clearInterval(expiry));
  void expire(vault, log);

  const hook = hookOf(settings);
  if (hook) parts.use(new HookDelivery({ database, hook, clock, log }));

  const accounts = new Accounts(database, clock);
  const lastLogins = parts.use(new LastLogins(database, log));
  parts.defer(
    sessions.listen((event) => {
      if (event.kind === 'opened') lastLogins.note(event.account, event.time);
    }),
  );
  const passwords = parts.use(new Passwords(hashingOf(settings)));
  const visits = parts.use(new Visits(accounts, clock, log, siblings));
  const bandwidth = new Bandwidth(ratesOf(settings), clock, siblings);
  siblings.listen(() => bandwidth.retune());
  const bans = new Bans(database, clock);
  const doorkeeper = parts.use(await doorkeeperOf(settings, bans, siblings, log));
  const desk = new FrontDesk({
    doorkeeper,
    accounts,
    passwords,
    throttle: throttleOf(settings),
    cache: settings.login.cache ? new CredentialCache({ clock }) : undefined,
    vault,
    visits,
    transfers,
    bandwidth,
    sessions,
    authority,
    clock,
    log,
    maxSessionsPerAccount: settings.limits.maxSessionsPerAccount,
  });

  const certificates = await certificatesOf(settings, log);
  const hosts = await Hosts.open({ ...settings.hosts, encrypts: certificates !== undefined }, log);
  let inUse = settingsInUse(settings);
  // What fails before somebody is let in leaves nothing behind that would go on serving.
  let door: FtpServer | undefined;
  const supervision = parts.use(
    await Supervision.begin({
      visits,
      version: VERSION,
      data: settings.data,
      connections: () => door?.connections ?? 0,
      totals: () => totals(database),
      accounts: () => accounts.count(),
      transfers,
      sessions,
      commands,
      listen: settings.metrics.listen,
      settings: () => inUse,
      log,
    }),
  );
  const ftp = await FtpServer.listen({
    reception: desk,
    clock,
    log,
    options: ftpOptions(settings, await tlsOptions(settings), sockets),
    certificates,
    hosts,
    commands,
  });
  door = ftp;
  parts.defer(async () => {
    supervision.stopping();
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
    addresses: ftp.addresses,
    ftp: ftp.address,
    ftps: ftp.addresses.ftps[0],
    metrics: supervision.address,
    certificate: certificates && {
      fingerprint: certificates.current.fingerprint,
      isOurs: settings.tls.certificate === undefined,
    },
    reload: async (changed) => {
      const wanted = settingsInUse(changed);
      const changes = changesFrom(inUse, wanted);
      inUse = afterReload(inUse, wanted);
      bandwidth.configure(ratesOf(changed));
      doorkeeper.configure(changed.limits);
      desk.configure(changed.limits);
      await certificates?.reload();
      await hosts.reload();
      return changes;
    },
    reopenLogs: async () => {
      await Promise.all(logs.map((log) => log.reopen()));
    },
    transfers,
    sessions,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What is promised by default and is not with these settings. */
function warnOfMeasuring({ uploads }: Settings, log: Log): void {
  if (uploads.durability === 'none') {
    log.warn('uploads.durability is none: a power cut may take files that were said to be stored');
  }
  if (!uploads.digests) {
    log.warn('uploads.digests is false: nobody can tell whether bytes have changed');
  }
}

async function expire(vault: Vault, log: Log): Promise<void> {
  try {
    await vault.expire();
  } catch (error) {
    log.error('Expired uploads could not be dropped', { error });
  }
}

/** The operator's certificate, or one that is made in the data folder when there is none yet. */
async function certificatesOf(settings: Settings, log: Log): Promise<Certificates | undefined> {
  const { policy, certificate, key = certificate } = settings.tls;
  if (policy === 'off') return undefined;
  if (certificate !== undefined && key !== undefined) {
    return Certificates.open({ certificate, key }, log);
  }
  const own = join(settings.data, 'tls', 'self-signed.pem');
  const { listen, listenTls, passiveAddress } = settings.ftp;
  const names = [...listen, ...(listenTls ?? [])].map(({ host }) => host);
  if (passiveAddress !== undefined) names.push(passiveAddress);
  await ensureOwnCertificate(own, names, systemClock.now());
  return Certificates.open({ certificate: own, key: own }, log);
}

async function tlsOptions({ tls }: Settings): Promise<TlsOptions | undefined> {
  if (tls.policy === 'off') return undefined;
  return {
    policy: tls.policy,
    sessionReuse: tls.sessionReuse,
    closeNotify: tls.closeNotify,
    minVersion: `TLSv${tls.minVersion}`,
    maxVersion: `TLSv${tls.maxVersion}`,
    clientAuthorities: tls.clientCa === undefined ? undefined : await readFile(tls.clientCa),
    clientCertificates: tls.clientCertificates,
    allowsClear: tls.allowCcc,
    handshakeTimeoutMs: tls.handshakeTimeout,
  };
}

/** Where to listen: with the sockets that were handed over, if any were. */
function places(
  addresses: readonly HostPort[],
  sockets: readonly number[],
  implicit: boolean,
): Place[] {
  if (sockets.length === 0) return addresses.map((address) => ({ ...address, implicit }));
  return sockets.map((fd) => ({ host: '', port: 0, fd, implicit }));
}

function ftpOptions(
  { ftp, hosts }: Settings,
  tls: TlsOptions | undefined,
  sockets: InheritedSockets,
): FtpOptions {
  return {
    ...FTP_DEFAULTS,
    listen: [
      ...places(ftp.listen, sockets.ftp, false),
      ...places(ftp.listenTls ?? [], sockets.ftps, true),
    ],
    tls,
    passive: {
      ports: ftp.passivePorts,
      keepMs: ftp.passiveKeep,
      address: ftp.passiveAddress,
      byNetwork: ftp.passiveAddressByNetwork,
      local: new Networks(ftp.passiveLocal),
      lookupEveryMs: ftp.passiveLookupEvery,
    },
    proxies: new Networks(ftp.proxies),
    proxyHeaderTimeoutMs: ftp.proxyHeaderTimeout,
    maxProxyHeaderBytes: ftp.maxProxyHeaderBytes,
    charsets: ftp.charsetByNetwork,
    offersHosts: hosts.names.length > 0,
    banner: ftp.banner,
    idleTimeoutMs: ftp.idleTimeout,
    maxIdleTimeoutMs: ftp.maxIdleTimeout,
    loginTimeoutMs: ftp.loginTimeout,
    dataTimeoutMs: ftp.dataTimeout,
    stallTimeoutMs: ftp.stallTimeout,
    lineTimeoutMs: ftp.lineTimeout,
    passiveTimeoutMs: ftp.passiveTimeout,
    minUploadRate: ftp.minUploadRate,
    commandsPerSecond: ftp.commandsPerSecond,
    commandBytesPerSecond: ftp.commandBytesPerSecond,
    maxQueuedLines: ftp.maxQueuedCommands,
    maxUnknownBeforeLogin: ftp.maxUnknownCommands,
    maxListEntries: ftp.maxListEntries,
    maxSortedEntries: ftp.maxSortedEntries,
    maxCountedEntries: ftp.maxCountedEntries,
    maxStatEntries: ftp.maxStatEntries,
    maxPatternLength: ftp.maxPatternLength,
    keepAliveMs: ftp.keepAlive,
    maxLineBytes: ftp.maxLineBytes,
    maxLoginFailures: ftp.maxLoginFailures,
    showPartials: ftp.showPartials,
    offersDeflate: ftp.compression,
    deflateLevel: ftp.compressionLevel,
    deflateMaxRatio: ftp.maxCompressionRatio,
    grace: {
      ...FTP_DEFAULTS.grace,
      share: ftp.graceShare,
      mostMs: ftp.graceMax,
      leastMs: ftp.graceMin,
      roundTrips: ftp.graceRoundTrips,
    },
  };
}

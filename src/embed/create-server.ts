import type { Log } from '../base/log.ts';
import type { SessionEvent } from '../base/session-event.ts';
import type { TransferEvent } from '../base/transfer-event.ts';
import { composeServer } from '../compose.ts';
import { loadSettings } from '../config/load.ts';
import type { WrittenSettings } from '../config/settings.ts';
import type { Authority } from '../session/authority.ts';
import { createLog } from '../telemetry/log.ts';
import { AccountBook } from './account-book.ts';

/** Every setting of `docs/settings.md` in camel case, and what only a program can give. */
export type ServerOptions = WrittenSettings & {
  /** A settings file (TOML); what stands beside it here overrides it. */
  readonly config?: string;
  /**
   * Asked at every login, before the accounts are. What it returns holds from then on for the
   * account of that name; undefined leaves the login to the accounts.
   */
  readonly authenticate?: Authority;
  /** Takes the log, instead of stderr. */
  readonly logger?: Log;
};

/** What can be listened to, by name. */
export interface ServerEvents {
  /** Somebody has logged in. */
  readonly login: Extract<SessionEvent, { kind: 'opened' }>;
  /** A session has ended. */
  readonly logout: Extract<SessionEvent, { kind: 'ended' }>;
  /** Somebody was not let in. */
  readonly refused: Extract<SessionEvent, { kind: 'refused' }>;
  /** A transfer has ended, completely or not; what is complete is on the disk. */
  readonly transfer: TransferEvent;
}

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A server that serves. Disposing it is closing it. */
export interface CarryonServer extends AsyncDisposable {
  /** Where FTP clients connect. */
  readonly ftp: Address;
  /** Where those connect who begin with TLS, if it listens for them. */
  readonly ftps: Address | undefined;
  /** The SHA-256 of its certificate; undefined if it does not encrypt. */
  readonly fingerprint: string | undefined;
  /** Who may come in. Changes act on open sessions. */
  readonly accounts: AccountBook;
  /** Calls `listener` for each event. What it throws goes to the log. @returns stops that */
  on<K extends keyof ServerEvents>(
    event: K,
    listener: (event: ServerEvents[K]) => void,
  ): () => void;
  /** Lets replies finish, makes running uploads durable, so that they can be continued, and ends. */
  close(): Promise<void>;
}

/**
 * Starts a server in this process. It installs no signal handlers and ends when it is closed.
 * @throws SettingsError with every problem of the options; the system's error if it cannot listen
 */
export async function createServer(options: ServerOptions = {}): Promise<CarryonServer> {
  const { config, authenticate, logger, ...written } = options;
  const settings = loadSettings({ file: config, written, env: {}, flags: {} });
  const log = logger ?? createLog(settings.log);
  const server = await composeServer(settings, log, { authority: authenticate });
  const close = async (): Promise<void> => server[Symbol.asyncDispose]();
  return {
    ftp: server.ftp,
    ftps: server.ftps,
    fingerprint: server.certificate?.fingerprint,
    accounts: new AccountBook(server),
    on: (event, listener) => LISTEN[event](server, listener),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** How to listen to each event. */
const LISTEN: {
  readonly [K in keyof ServerEvents]: (
    server: Awaited<ReturnType<typeof composeServer>>,
    listener: (event: ServerEvents[K]) => void,
  ) => () => void;
} = {
  login: ({ sessions }, listener) =>
    sessions.listen((event) => event.kind === 'opened' && listener(event)),
  logout: ({ sessions }, listener) =>
    sessions.listen((event) => event.kind === 'ended' && listener(event)),
  refused: ({ sessions }, listener) =>
    sessions.listen((event) => event.kind === 'refused' && listener(event)),
  transfer: ({ transfers }, listener) => transfers.listen(listener),
};

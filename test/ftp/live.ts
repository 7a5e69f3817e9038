import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { AccountChanges } from '../../src/accounts/changes.ts';
import type { Log } from '../../src/base/log.ts';
import { silentLog } from '../../src/base/log.ts';
import { composeServer, type Server } from '../../src/compose.ts';
import { loadSettings } from '../../src/config/load.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { Client } from './client.ts';

/** The password of every account that {@link Live.addAccount} makes. */
export const PASSWORD = 'correct horse';

/** A whole server over a temporary folder, with an account `anna`. */
export interface Live extends AsyncDisposable {
  readonly server: Server;
  /** The folder on disk that is the home of an account. */
  home(account: string): string;
  /** True if the transfer log tells of a transfer of this path. */
  transferred(path: string): Promise<boolean>;
  addAccount(name: string, changes?: AccountChanges): Promise<void>;
  /** A new control connection, its greeting read. */
  connect(): Promise<Client>;
  /** A new control connection on which somebody is logged in, with TYPE I. */
  logIn(account?: string): Promise<Client>;
  /** The same, encrypted by AUTH TLS or from the first byte on, and PROT P. */
  logInTls(options?: SecureLogin): Promise<Client>;
}

export interface SecureLogin {
  readonly account?: string;
  readonly implicit?: boolean;
  /** What the client chooses about TLS. */
  readonly tls?: ConnectionOptions;
}

export interface LiveOptions {
  /** Flags in camel case, as the command line has them. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly log?: Log;
}

export async function startLive({ flags = {}, log = silentLog }: LiveOptions = {}): Promise<Live> {
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(await temporaryFolder());
  const settings = loadSettings({
    env: {},
    flags: {
      data: folder.path,
      ftp: '127.0.0.1:0',
      shutdownGrace: '1s',
      loginFreeFailures: '1000',
      ...flags,
    },
  });
  const server = parts.use(await composeServer(settings, log));
  const stored = await server.passwords.hash(PASSWORD);
  const clients = parts.use(new AsyncDisposableStack());
  const connect = async (): Promise<Client> => {
    const client = await Client.connect(server.ftp);
    clients.use(client);
    await client.reply(220);
    return client;
  };
  const enter = async (client: Client, account: string): Promise<Client> => {
    await client.say(`USER ${account}`, 331);
    await client.say(`PASS ${PASSWORD}`, 230);
    await client.say('TYPE I', 200);
    return client;
  };
  const connectImplicitly = async (tls: ConnectionOptions): Promise<Client> => {
    assert.ok(server.ftps, 'the server has a port for TLS');
    const client = await Client.connectTls(server.ftps, tls);
    clients.use(client);
    await client.reply(220);
    return client;
  };
  const live: Omit<Live, typeof Symbol.asyncDispose> = {
    server,
    connect,
    logIn: async (account = 'anna') => enter(await connect(), account),
    logInTls: async ({ account = 'anna', implicit = false, tls = {} } = {}) => {
      if (implicit) return enter(await connectImplicitly(tls), account);
      const client = await connect();
      await client.say('AUTH TLS', 234);
      await client.encrypt(tls);
      await client.say('PBSZ 0', 200);
      await client.say('PROT P', 200);
      return enter(client, account);
    },
    home: (account: string) => join(folder.path, 'homes', account),
    transferred: async (path: string) => {
      const log = await readFile(join(folder.path, 'log/transfers.ndjson'), 'utf8').catch(() => '');
      return log.includes(`"path":${JSON.stringify(path)}`);
    },
    addAccount: async (name: string, changes?: AccountChanges) => {
      await server.accounts.add(name, stored, changes);
    },
  };
  await live.addAccount('anna');
  const owned = parts.move();
  return { ...live, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

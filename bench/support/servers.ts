import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ForeignName, skipWithoutServer } from '../../test/support/foreign-packages.ts';
import { type ForeignEncryption, startForeign } from '../../test/support/foreign-servers.ts';
import { runCli } from '../../test/support/run-cli.ts';
import { startServer } from '../../test/support/server-process.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';
import { installed } from './installed.ts';

export const OURS = 'carryon';

export type ServerName = typeof OURS | ForeignName;

export interface ServerOptions {
  /** How it is called in the results; by its name if not said. */
  readonly label?: string;
  /** The folder in which it gets one of its own; on the disk if not said. */
  readonly below?: string | undefined;
  readonly encryption?: Exclude<ForeignEncryption, 'implicit'>;
  /** More flags for our `serve`. */
  readonly args?: readonly string[];
}

/** A server with one account. Disposing ends it and removes all that is its own. */
export interface Server extends AsyncDisposable {
  readonly name: ServerName;
  readonly label: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly encryption: 'none' | 'explicit';
  /** Of the process, where it is only one. */
  readonly pid: number | undefined;
  /** A folder of the account, as the account calls it, without a slash at the end. */
  readonly place: string;
  /** The same folder on the disk. */
  readonly folder: string;
  /** The data folder, if it is ours. */
  readonly data: string | undefined;
  /** Makes a file or folder there the account's own. */
  readonly own: (path: string) => void;
}

const USER = 'bench';
const PASSWORD = 'correct horse';

/** Limits that protect a server from its visitors are not what is measured. */
const WIDE = [
  '--ftp-commands-per-second',
  'off',
  '--limits-max-connections',
  '20000',
  '--limits-max-sessions-per-account',
  '20000',
];

/** @returns undefined if it cannot be run here */
export async function startBenchServer(
  name: ServerName,
  options: ServerOptions = {},
): Promise<Server | undefined> {
  if (name === OURS) return startOurs(options);
  return skipWithoutServer(name) === false ? startTheirs(name, options) : undefined;
}

async function startOurs(options: ServerOptions): Promise<Server> {
  await using parts = new AsyncDisposableStack();
  const { path } = parts.use(await temporaryFolder(options.below));
  const [data, home] = [join(path, 'data'), join(path, 'home')];
  await mkdir(home);
  const add = ['account', 'add', USER, '--password-stdin', '--home', home, '--data', data];
  const main = installed();
  const { code, stderr } = await runCli(add, { input: PASSWORD, main });
  if (code !== 0) throw new Error(stderr);
  const server = parts.use(
    await startServer({
      data,
      main,
      args: ['--log-level', 'warn', ...WIDE, ...(options.args ?? [])],
    }),
  );
  const owned = parts.move();
  return {
    name: OURS,
    label: options.label ?? OURS,
    host: '127.0.0.1',
    port: server.port,
    user: USER,
    password: PASSWORD,
    encryption: options.encryption ?? 'none',
    pid: server.pid,
    place: '',
    folder: home,
    data,
    own: () => {},
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function startTheirs(name: ForeignName, options: ServerOptions): Promise<Server> {
  const encryption = options.encryption ?? 'none';
  const server = await startForeign(name, encryption, options.below);
  const folder = join(server.home, server.place);
  await chmod(folder, 0o755);
  const { host, port, user, password, place, own } = server;
  return {
    ...{ name, label: options.label ?? name, host, port, user, password, encryption },
    ...{ pid: undefined, place, folder, data: undefined, own },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

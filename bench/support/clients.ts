import { spawnSync } from 'node:child_process';
import { lftp, word } from '../../test/peers/support/lftp.ts';
import { runClient } from '../../test/peers/support/process.ts';
import { runCli } from '../../test/support/run-cli.ts';
import { installed } from './installed.ts';
import { OURS, type Server } from './servers.ts';

/** One folder here, and one there as the account calls it: what is in one is to be in the other. */
export interface Pair {
  readonly local: string;
  readonly remote: string;
}

/** A command-line client that brings a whole folder over, four files at a time. */
export interface Client {
  readonly name: string;
  up(server: Server, pair: Pair): Promise<void>;
  down(server: Server, pair: Pair): Promise<void>;
}

/** Files at once. */
const PARALLEL = '4';

/** Nothing that is measured takes longer, in milliseconds. */
const PATIENCE_MS = 240_000;

const LFTP: Client = {
  name: 'lftp',
  up: (server, { local, remote }) => mirror(server, `-R ${word(local)} ${word(remote)}`),
  down: (server, { local, remote }) => mirror(server, `${word(remote)} ${word(local)}`),
};

const RCLONE: Client = {
  name: 'rclone',
  up: (server, { local, remote }) => copy(server, local, `:ftp:${remote}`),
  down: (server, { local, remote }) => copy(server, `:ftp:${remote}`, local),
};

/** Those of others. */
const OTHERS = [LFTP, RCLONE] as const;

export const OTHER_CLIENTS = OTHERS.map(({ name }) => name);

/** Ours first, as people install it. One that is not installed fails, and is said to have failed. */
export function clientsToRun(): readonly Client[] {
  const main = installed();
  const ours: Client = {
    name: OURS,
    up: (server, { local, remote }) => sync(main, server, local, urlOf(server, remote)),
    down: (server, { local, remote }) => sync(main, server, urlOf(server, remote), local),
  };
  return [ours, ...OTHERS];
}

async function sync(main: string, server: Server, from: string, to: string): Promise<void> {
  const env = { CARRYON_PASSWORD: server.password };
  const words = ['sync', '-P', PARALLEL, from, to];
  conclude(OURS, await runCli(words, { env, patience: PATIENCE_MS, main }));
}

function urlOf({ user, host, port }: Server, remote: string): string {
  return `ftp://${user}@${host}:${port}/%2F${remote.slice(1)}`;
}

async function mirror({ port, user, password }: Server, words: string): Promise<void> {
  const command = `mirror -P ${PARALLEL} ${words}`;
  conclude('lftp', await lftp({ port, name: user, password }, command));
}

async function copy(server: Server, from: string, to: string): Promise<void> {
  const { host, port, user, password } = server;
  const { stdout } = spawnSync('rclone', ['obscure', password], { encoding: 'utf8' });
  const words = [
    ...['copy', '--config', '', '--transfers', PARALLEL, '--ftp-host', host],
    ...['--ftp-port', String(port), '--ftp-user', user, '--ftp-pass', stdout.trim()],
    ...[from, to],
  ];
  conclude('rclone', await runClient('rclone', words, { patience: PATIENCE_MS }));
}

function conclude(
  name: string,
  { code, stderr }: { readonly code: number | null; readonly stderr: string },
): void {
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${stderr.trim().slice(-300)}`);
}

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openHouse } from '../cli/client-house.ts';
import { FOREIGN_NAMES, type ForeignName, skipWithoutServer } from '../support/foreign-packages.ts';
import { startForeign } from '../support/foreign-servers.ts';
import { runCli, type CliResult } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** A server as a process of its own, and a place from where the client is run as a person would. */
export interface Site extends AsyncDisposable {
  readonly port: number;
  /** The folder that the account may write in, seen through this port. */
  readonly url: (port: number) => string;
  /** The same folder on disk. */
  readonly place: string;
  /** Where what is not complete yet stands. */
  readonly staging: string;
  /** Where the client is run. */
  readonly here: string;
  readonly env: Readonly<Record<string, string>>;
  /** Makes a file that a test has put there the account's own. */
  readonly own: (path: string) => void;
  readonly run: (words: readonly string[], patience?: number) => Promise<CliResult>;
}

export type SiteName = 'carryon' | ForeignName;

/** All servers, and why one of them cannot be started here. */
export const SITES: readonly { readonly name: SiteName; readonly skip: string | false }[] = [
  { name: 'carryon', skip: false },
  ...FOREIGN_NAMES.map((name) => ({ name, skip: skipWithoutServer(name) })),
];

export async function openSite(name: SiteName): Promise<Site> {
  return name === 'carryon' ? openOurs() : openForeign(name);
}

async function openOurs(): Promise<Site> {
  const house = await openHouse();
  const { home, here, env, server } = house;
  // The first login makes the home.
  await house.run(['ls', house.url]);
  return {
    port: server.port,
    url: (port) => `ftp://demo@127.0.0.1:${port}/`,
    place: home,
    staging: join(home, '../../staging'),
    here,
    env,
    own: () => {},
    run: (words, patience) => house.run(words, patience === undefined ? {} : { patience }),
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
}

async function openForeign(name: ForeignName): Promise<Site> {
  await using parts = new AsyncDisposableStack();
  const server = parts.use(await startForeign(name));
  const { path: here } = parts.use(await temporaryFolder());
  const place = join(server.home, server.place);
  const env = {
    HOME: here,
    XDG_STATE_HOME: join(here, '.state'),
    NETRC: '',
    NO_COLOR: '1',
  };
  const held = parts.move();
  return {
    port: server.port,
    // In the URL, since the `ftp` of vsftpd is sent no password of the environment.
    url: (port) =>
      `ftp://${server.user}:${encodeURIComponent(server.password)}@127.0.0.1:${port}/%2F${server.place.slice(1)}/`,
    place,
    staging: place,
    here,
    env,
    own: server.own,
    run: (words, patience) =>
      runCli(words, { cwd: here, env, ...(patience !== undefined && { patience }) }),
    [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
  };
}

/** The size of the largest file in a folder; 0 if there is none. */
export function largestIn(folder: string): number {
  const sizes = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => statSync(join(folder, name)).size);
  return Math.max(0, ...sizes);
}

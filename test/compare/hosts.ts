import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PASSWORD, startLive } from '../ftp/live.ts';
import { FOREIGN_NAMES, type ForeignName, skipWithoutServer } from '../support/foreign-packages.ts';
import { startForeign } from '../support/foreign-servers.ts';

export type HostName = 'carryon' | ForeignName;

/** A server to talk to, and the folder that is its user's on the disk. */
export interface Host extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** A folder, as the user calls it, and where it is on the disk. */
  readonly place: string;
  readonly folder: string;
  /** Makes a file that was put there the user's own. */
  readonly own: (path: string) => void;
}

/** The servers of others that can be started here. */
export const OTHERS = FOREIGN_NAMES.filter((name) => skipWithoutServer(name) === false);

export async function openHost(name: HostName): Promise<Host> {
  return name === 'carryon' ? openOurs() : openForeign(name);
}

async function openOurs(): Promise<Host> {
  await using parts = new AsyncDisposableStack();
  const live = parts.use(await startLive());
  const folder = join(live.home('anna'), 'place');
  await mkdir(folder, { recursive: true });
  const held = parts.move();
  return {
    port: live.server.ftp.port,
    user: 'anna',
    password: PASSWORD,
    place: '/place',
    folder,
    own: () => {},
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function openForeign(name: ForeignName): Promise<Host> {
  const server = await startForeign(name);
  const { port, user, password, place, own } = server;
  const folder = join(server.home, place);
  return {
    port,
    user,
    password,
    place,
    folder,
    own,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

import { randomFillSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from './clients.ts';
import type { Server } from './servers.ts';

/** Folders with files of random bytes, as many in each. */
export interface TreeShape {
  readonly folders: number;
  readonly files: number;
  /** Of each file. */
  readonly bytes: number;
}

/** Makes it below a folder, everything in it the account's own. */
function growTree(
  top: string,
  { folders, files, bytes }: TreeShape,
  own: (path: string) => void = () => {},
): void {
  const content = Buffer.alloc(bytes);
  const makeFolder = (path: string): string => {
    mkdirSync(path);
    own(path);
    return path;
  };
  makeFolder(top);
  for (let folder = 0; folder < folders; folder += 1) {
    const path = makeFolder(join(top, `folder-${String(folder).padStart(3, '0')}`));
    for (let index = 0; index < files; index += 1) {
      const file = join(path, `file-${String(index).padStart(4, '0')}.dat`);
      writeFileSync(file, randomFillSync(content), { mode: 0o644 });
      own(file);
    }
  }
}

/** What a courier does. */
export interface Route {
  readonly direction: 'up' | 'down';
  /** Keeps a copy, which is brought before anything is measured: then nothing has to be. */
  readonly keeps?: boolean;
}

/** One client at work with one server. */
export class Courier {
  readonly label: string;
  readonly #client: Client;
  readonly #server: Server;
  readonly #shape: TreeShape;
  readonly #folder: string;
  #journeys = 0;
  /** The routes on which the copy that is kept has been brought. */
  readonly #kept = new Set<Route['direction']>();

  /** @param folder where what is fetched goes */
  constructor(client: Client, server: Server, shape: TreeShape, folder: string) {
    this.label = `${client.name} with ${server.label}`;
    this.#client = client;
    this.#server = server;
    this.#shape = shape;
    this.#folder = folder;
  }

  /**
   * Brings a tree over, up one that nobody has seen before: ours would copy what it has already.
   * All is removed in the end only, since ext4 takes its time where others were just removed.
   * @returns seconds, from starting the client until it has ended
   */
  async go({ direction, keeps = false }: Route): Promise<number> {
    if (!keeps) this.#journeys += 1;
    const name = `${this.label} ${keeps ? 'kept' : this.#journeys}`.replaceAll(' ', '-');
    const bring = () => (direction === 'up' ? this.#up(name) : this.#down(name));
    if (keeps && !this.#kept.has(direction)) {
      this.#kept.add(direction);
      await bring();
    }
    const began = await bring();
    const seconds = (performance.now() - began.at) / 1000;
    const { folders, files } = this.#shape;
    const missing = folders * (files + 1) - readdirSync(began.target, { recursive: true }).length;
    if (missing !== 0) throw new Error(`${missing} of the names are missing`);
    return seconds;
  }

  async #up(name: string): Promise<Began> {
    const { folder, place, own } = this.#server;
    const local = join(this.#folder, `of-${name}`);
    const target = join(folder, name);
    if (!existsSync(local)) growTree(local, this.#shape);
    if (!existsSync(target)) mkdirSync(target);
    own(target);
    const at = performance.now();
    await this.#client.up(this.#server, { local, remote: `${place}/${name}` });
    return { at, target };
  }

  async #down(name: string): Promise<Began> {
    const { folder, place, own } = this.#server;
    const target = join(this.#folder, name);
    if (!existsSync(join(folder, 'out'))) growTree(join(folder, 'out'), this.#shape, own);
    if (!existsSync(target)) mkdirSync(target);
    const at = performance.now();
    await this.#client.down(this.#server, { local: target, remote: `${place}/out` });
    return { at, target };
  }
}

interface Began {
  readonly at: number;
  readonly target: string;
}

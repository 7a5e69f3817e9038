import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../base/log.ts';
import { Certificates } from './tls/certificates.ts';

/** One of several hosts that a server is (RFC 7151). */
export interface VirtualHost {
  /** As parseHostName gives it. */
  readonly name: string;
  /** What it shows in TLS; undefined for what the server shows. */
  readonly certificates: Certificates | undefined;
  /** What HOST is answered with. */
  readonly greeting: readonly string[];
}

export interface HostSettings {
  /** As parseHostName gives them. */
  readonly names: readonly string[];
  /** Holds `NAME.pem` and `NAME.txt` of those that have something of their own. */
  readonly folder: string | undefined;
  /** Certificates are needed. */
  readonly encrypts: boolean;
}

const MOST_LINES = 20;

/** The virtual hosts of a server. */
export class Hosts {
  readonly #settings: HostSettings;
  readonly #log: Log;
  readonly #hosts = new Map<string, VirtualHost>();

  /** @throws what is wrong with a certificate that is there */
  static async open(settings: HostSettings, log: Log): Promise<Hosts> {
    const hosts = new Hosts(settings, log);
    for (const name of settings.names) hosts.#hosts.set(name, await hosts.#open(name));
    return hosts;
  }

  private constructor(settings: HostSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
  }

  get areThere(): boolean {
    return this.#hosts.size > 0;
  }

  find(name: string | undefined): VirtualHost | undefined {
    return name === undefined ? undefined : this.#hosts.get(name);
  }

  /** Reads the files again. Never rejects: what was usable stays. */
  async reload(): Promise<void> {
    for (const [name, { certificates }] of this.#hosts) {
      try {
        await certificates?.reload();
        this.#hosts.set(name, await this.#open(name, certificates));
      } catch (error) {
        this.#log.error('A host stays as it was', { host: name, error });
      }
    }
  }

  async #open(name: string, known?: Certificates): Promise<VirtualHost> {
    const { folder, encrypts } = this.#settings;
    if (folder === undefined) return { name, certificates: undefined, greeting: usual(name) };
    const text = await textOf(join(folder, `${name}.txt`));
    return {
      name,
      certificates: known ?? (encrypts ? await certificatesIn(folder, name, this.#log) : undefined),
      greeting: text === undefined ? usual(name) : linesOf(text),
    };
  }
}

async function certificatesIn(
  folder: string,
  name: string,
  log: Log,
): Promise<Certificates | undefined> {
  const file = join(folder, `${name}.pem`);
  if ((await textOf(file)) === undefined) return undefined;
  return Certificates.open({ certificate: file, key: file }, log);
}

function usual(name: string): string[] {
  return [`This is ${name}`];
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Without what no reply can hold. */
function linesOf(text: string): string[] {
  const lines = text.trimEnd().split(/\r?\n/).slice(0, MOST_LINES);
  return lines.map((line) => line.replaceAll(/\p{Cc}+/gu, ' '));
}

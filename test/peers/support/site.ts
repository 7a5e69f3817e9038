import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCli } from '../../support/run-cli.ts';
import { type ServerProcess, startServer } from '../../support/server-process.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { bytesIn, bytesOf } from './content.ts';
import { until } from './wait.ts';

/** What a client needs to know to come in. */
export interface Login {
  readonly port: number;
  readonly name: string;
  readonly password: string;
}

/** A line of the transfer log. */
export interface TransferLine {
  readonly account: string;
  readonly direction: 'in' | 'out';
  readonly path: string;
  readonly bytes: number;
  readonly resumedFrom: number;
  readonly outcome: 'complete' | 'interrupted' | 'failed';
  readonly reason?: string;
}

export interface SiteOptions {
  /** The accounts, each with the flags of `account add`; just `ann` if not said. */
  readonly accounts?: Readonly<Record<string, readonly string[]>>;
  /** Flags of `serve`. */
  readonly args?: readonly string[];
}

/** A data folder with accounts, served by the real server as a process of its own. */
export class Site implements AsyncDisposable {
  /** For the files of the clients. */
  readonly folder: string;
  readonly data: string;
  readonly #args: readonly string[];
  readonly #owned: AsyncDisposable;
  #server: ServerProcess | undefined;

  private constructor(folder: string, owned: AsyncDisposable, args: readonly string[]) {
    this.folder = folder;
    this.data = join(folder, 'data');
    this.#owned = owned;
    this.#args = args;
  }

  static async open({ accounts = { ann: [] }, args = [] }: SiteOptions = {}): Promise<Site> {
    const folder = await temporaryFolder();
    const site = new Site(folder.path, folder, args);
    try {
      for (const [name, flags] of Object.entries(accounts)) await site.addAccount(name, ...flags);
      await site.start();
      return site;
    } catch (error) {
      await site[Symbol.asyncDispose]();
      throw error;
    }
  }

  get server(): ServerProcess {
    assert.ok(this.#server, 'the server runs');
    return this.#server;
  }

  as(name: string): Login {
    return { port: this.server.port, name, password: passwordOf(name) };
  }

  /** Where a file of an account is on the disk, or its home. */
  inHome(name: string, ...path: readonly string[]): string {
    return join(this.data, 'homes', name, ...path);
  }

  /** A path for a file of the clients. */
  local(name: string): string {
    return join(this.folder, name);
  }

  async addAccount(name: string, ...flags: readonly string[]): Promise<void> {
    const words = ['account', 'add', name, '--password-stdin', ...flags];
    await this.cli(words, passwordOf(name));
  }

  /** Runs a command on the data folder, which has to end well. @returns what it says on stdout */
  async cli(words: readonly string[], input = ''): Promise<string> {
    const result = await runCli([...words, '--data', this.data], { input });
    assert.equal(result.code, 0, `${words.join(' ')}: ${result.stderr}`);
    return result.stdout;
  }

  /** Bytes that an account uses, as `account show` says. */
  async bytesUsed(name: string): Promise<number> {
    const shown = await this.cli(['account', 'show', name, '--json']);
    return (JSON.parse(shown) as { bytesUsed: number }).bytesUsed;
  }

  /** Asserts that the ledger of an account says what is in its home. */
  async assertNoDrift(name: string): Promise<void> {
    const line = await this.cli(['quota', 'audit', name, '--json']);
    const { drift } = JSON.parse(line) as { drift: object };
    assert.deepEqual(drift, { bytes: 0, files: 0 }, `the ledger of ${name} drifts: ${line}`);
  }

  /** Bytes that are staged on the disk, durable or not. */
  stagedBytes(): Promise<number> {
    return bytesIn(join(this.data, 'staging'));
  }

  /**
   * Looks at what is staged now.
   * @returns what waits until a file that was not there has so many bytes on the disk, durable or not
   */
  async nextUpload(): Promise<{ has(bytes: number): Promise<void> }> {
    const folder = join(this.data, 'staging');
    const known = new Set(await readdir(folder).catch(() => []));
    const isThere = async (bytes: number): Promise<boolean> => {
      for (const name of await readdir(folder).catch(() => [])) {
        if (!known.has(name) && (await bytesOf(join(folder, name))) >= bytes) return true;
      }
      return false;
    };
    return {
      has: async (bytes) => void (await until(`${bytes} bytes are here`, () => isThere(bytes))),
    };
  }

  /** The transfers so far that fit, in the order in which they ended. */
  async transfers(wanted: Partial<TransferLine>): Promise<readonly TransferLine[]> {
    const text = await readFile(join(this.data, 'log/transfers.ndjson'), 'utf8').catch(() => '');
    const whole = text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean);
    const lines = whole.map((line) => JSON.parse(line) as TransferLine);
    const facts = Object.entries(wanted) as [keyof TransferLine, unknown][];
    return lines.filter((line) => facts.every(([name, value]) => line[name] === value));
  }

  /** Waits for a transfer that fits; its line comes when the digest is known. */
  transfer(wanted: Partial<TransferLine>): Promise<TransferLine> {
    const what = `the transfer log shows ${JSON.stringify(wanted)}`;
    return until(what, async () => (await this.transfers(wanted)).at(-1));
  }

  /** Starts the server, the first time or after its end; the port is another one each time. */
  async start(): Promise<void> {
    this.#server = await startServer({ data: this.data, args: this.#args });
  }

  /** Kills the server as a crash would, and starts it again on the same data folder. */
  async crash(): Promise<void> {
    await this.server.kill('SIGKILL');
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    await this.#owned[Symbol.asyncDispose]();
  }
}

function passwordOf(name: string): string {
  return `the password of ${name}`;
}

import { cp, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MiB } from '../../src/base/size.ts';
import { runCli } from '../support/run-cli.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import type { Login } from './client.ts';
import { Violation, hold } from './violation.ts';

export const PASSWORD = 'a password for all';

/** The accounts of every round, with their quota in bytes. */
export const ACCOUNTS: readonly { readonly name: string; readonly quota: number | undefined }[] = [
  { name: 'ann', quota: undefined },
  { name: 'bob', quota: 24 * MiB },
  { name: 'cyd', quota: 6 * MiB },
];

/** Settings that let much happen in a short time; none of them weakens a promise. */
const SETTINGS = [
  ['--uploads-checkpoint', '64KiB'],
  ['--ftp-stall-timeout', '60s'],
  ['--shutdown-grace', '2s'],
  ['--login-free-failures', '1000'],
  ['--log-level', 'warn'],
  ['--log-transfers', 'off'],
].flat();

/** Usage of one account as `quota audit --json` tells it, in bytes. */
interface AuditLine {
  readonly name: string;
  readonly found: { readonly bytes: number; readonly files: number };
  readonly drift: { readonly bytes: number; readonly files: number };
}

/** A data folder, and the real server on it as a process of its own, again and again. */
export class House implements AsyncDisposable {
  readonly #data: string;
  readonly #env: Readonly<Record<string, string>>;
  #server: ServerProcess | undefined;
  #down = new AbortController();
  #isGoing = false;

  private constructor(folder: string, data: string) {
    this.#data = data;
    // The second start of a program is faster where Node remembers what it compiled.
    this.#env = { NODE_COMPILE_CACHE: join(folder, 'compiled') };
  }

  /** Makes a data folder with all accounts, for rounds to begin with. */
  static async prepare(folder: string): Promise<void> {
    const house = new House(folder, join(folder, 'template'));
    for (const { name, quota } of ACCOUNTS) {
      const limits = quota === undefined ? [] : ['--quota', String(quota)];
      await house.#cli(['account', 'add', name, '--password-stdin', ...limits], `${PASSWORD}\n`);
    }
  }

  /** A copy of what was prepared, with no server on it yet. */
  static async open(folder: string, name: string): Promise<House> {
    const data = join(folder, name);
    await cp(join(folder, 'template'), data, { recursive: true });
    return new House(folder, data);
  }

  /** Aborted when the server of this life has been told to end, or has ended. */
  get down(): AbortSignal {
    return this.#down.signal;
  }

  /** True from just before the server is told to end. */
  get isGoing(): boolean {
    return this.#isGoing;
  }

  /** What the server of this life has said. */
  get said(): string {
    return this.#server?.stderr ?? '';
  }

  login(account: string): Login {
    return { port: this.#server?.port ?? 0, account, password: PASSWORD };
  }

  async start(): Promise<void> {
    this.#down = new AbortController();
    this.#isGoing = false;
    const server = await startServer({ data: this.#data, args: SETTINGS, env: this.#env });
    this.#server = server;
    const down = this.#down;
    void server.exited.then(() => down.abort());
  }

  /** The crash that no program can prepare for. */
  async kill(): Promise<void> {
    this.#checkRunning();
    this.#isGoing = true;
    const killed = this.#server?.kill('SIGKILL');
    this.#down.abort();
    await killed;
  }

  /** As an operator would. */
  async stop(): Promise<void> {
    this.#checkRunning();
    this.#isGoing = true;
    const exit = await this.#server?.stop();
    this.#down.abort();
    hold(exit?.code === 0, () => `a server that was stopped ended with ${JSON.stringify(exit)}`);
  }

  /** Compares the ledger with the homes, by the command line. @throws Violation for any drift */
  async audit(): Promise<readonly AuditLine[]> {
    const lines = (await this.#cli(['quota', 'audit', '--json'])).trim().split('\n');
    const audits = lines.map((line) => JSON.parse(line) as AuditLine);
    for (const { name, drift } of audits) {
      hold(
        drift.bytes === 0 && drift.files === 0,
        () => `the ledger of ${name} drifts: ${JSON.stringify(drift)}`,
      );
    }
    return audits;
  }

  /** Bytes that count for an account, unfinished uploads included, as the command line tells. */
  async bytesUsed(): Promise<ReadonlyMap<string, number>> {
    const lines = (await this.#cli(['account', 'list', '--json'])).trim().split('\n');
    const accounts = lines.map((line) => JSON.parse(line) as { name: string; bytesUsed: number });
    return new Map(accounts.map(({ name, bytesUsed }) => [name, bytesUsed]));
  }

  /** The files that anybody can see on the disk, whether or not a server runs. */
  async namesOnDisk(account: string): Promise<string[]> {
    const entries = await readdir(this.#home(account), { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  }

  contentOnDisk(account: string, path: string): Promise<Buffer | undefined> {
    return readFile(join(this.#home(account), path)).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isGoing = true;
    this.#down.abort();
    await this.#server?.[Symbol.asyncDispose]();
  }

  #home(account: string): string {
    return join(this.#data, 'homes', account);
  }

  #checkRunning(): void {
    if (this.down.aborted) throw new Violation(`the server has ended by itself\n${this.said}`);
  }

  async #cli(words: readonly string[], input = ''): Promise<string> {
    const args = [...words, '--data', this.#data];
    const { code, stdout, stderr } = await runCli(args, { input, env: this.#env });
    hold(code === 0, () => `${words.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }
}

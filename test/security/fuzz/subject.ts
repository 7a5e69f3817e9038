import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sqlite } from '../../../src/database/sqlite/sqlite.ts';
import { runCli } from '../../support/run-cli.ts';
import { type ServerProcess, startServer } from '../../support/server-process.ts';
import type { Door } from './visitor.ts';
import { Wire } from './wire.ts';

const PASSWORD = 'a password for all';
/** One of them for clients whose broken bytes are characters. */
const ACCOUNTS = { ann: [], bob: ['--charset', 'gb18030'] };

/** Timers so short that whatever is left over ends while the test looks on. */
const ARGS = [
  ['--ftp-login-timeout', '3s'],
  ['--ftp-idle-timeout', '5s'],
  ['--ftp-data-timeout', '1s'],
  ['--ftp-stall-timeout', '2s'],
  ['--tls-handshake-timeout', '2s'],
  ['--login-free-failures', '1000'],
  ['--log-level', 'warn'],
  ['--log-format', 'json'],
  ['--log-transfers', 'off'],
].flat();

/** How long what was left hanging may take to be given back, in milliseconds. */
const PATIENCE_MS = 20_000;

/** How long a stranger may wait for the greeting while others misbehave, in milliseconds. */
const LONGEST_WAIT_MS = 15_000;

/** Not the folders themselves, which are kept open. */
const FILE_OF_A_VISITOR = /\/(?:staging|homes\/[^/]+)\/./;

/** The real server, and what can be seen of it from outside. */
export class Subject implements AsyncDisposable {
  readonly #server: ServerProcess;
  readonly #data: string;
  /** Those that are open when nobody is there. */
  #idleSockets: number | undefined;

  private constructor(server: ServerProcess, data: string) {
    this.#server = server;
    this.#data = data;
  }

  static async open(data: string): Promise<Subject> {
    for (const [name, flags] of Object.entries(ACCOUNTS)) {
      const words = ['account', 'add', name, '--password-stdin', '--quota', '64MiB', ...flags];
      await runCli([...words, '--permissions', 'all', '--max-files', '200', '--data', data], {
        input: `${PASSWORD}\n`,
      });
    }
    return new Subject(await startServer({ data, args: ARGS }), data);
  }

  get door(): Door {
    return { port: this.#server.port, accounts: Object.keys(ACCOUNTS), password: PASSWORD };
  }

  /** Milliseconds until a stranger was greeted. */
  async greeting(): Promise<number> {
    const began = performance.now();
    const wire = new Wire(this.#server.port, '127.0.0.10');
    const reply = await wire.reply(LONGEST_WAIT_MS);
    wire.destroy();
    if (reply?.code === 220) return performance.now() - began;
    throw new Error(`a stranger was not greeted in time, but ${reply?.code ?? 'silence'}`);
  }

  /** @throws Error saying what is wrong, or still held when all visitors have gone */
  async settled(): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const trouble = (await this.#leftOver()) ?? (await this.#held());
      if (trouble === undefined) break;
      if (performance.now() > end) throw new Error(trouble);
      await sleep(50);
    }
    const errors = this.#errors();
    if (errors.length > 0) throw new Error(`the log has errors: ${errors.slice(0, 3).join('\n')}`);
    await this.greeting();
  }

  /** Memory, in MiB. */
  async memory(): Promise<number> {
    const status = await readFile(`/proc/${this.#server.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }

  /** Compares the ledger with what is in the homes. @throws Error if it differs */
  async audit(): Promise<void> {
    const { stdout } = await runCli(['quota', 'audit', '--json', '--data', this.#data]);
    for (const text of stdout.trim().split('\n')) {
      const { name, drift } = JSON.parse(text) as {
        name: string;
        drift: { bytes: number; files: number };
      };
      if (drift.bytes !== 0 || drift.files !== 0) {
        throw new Error(`the ledger of ${name} drifts: ${JSON.stringify(drift)}`);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  /** Sockets, or files of visitors, that are open though nobody is there. */
  async #leftOver(): Promise<string | undefined> {
    const exit = await Promise.race([this.#server.exited, sleep(0)]);
    if (exit) throw new Error(`the server has ended: ${this.#server.stderr.slice(-2000)}`);
    const open = await this.#descriptors();
    const sockets = open.filter((target) => target.startsWith('socket:')).length;
    this.#idleSockets ??= sockets;
    const files = open.filter((target) => FILE_OF_A_VISITOR.test(target));
    if (sockets <= this.#idleSockets && files.length === 0) return undefined;
    const held = files.length === 0 ? '' : ` and ${files.join(', ')}`;
    return `${sockets - this.#idleSockets} sockets more than before${held} are open`;
  }

  /** What each of them leads to. */
  async #descriptors(): Promise<string[]> {
    const folder = `/proc/${this.#server.pid}/fd`;
    const open = await readdir(folder);
    return Promise.all(open.map((one) => readlink(join(folder, one)).catch(() => 'closed')));
  }

  /** What is recorded as being written or changed by somebody. */
  async #held(): Promise<string | undefined> {
    await using database = await Sqlite.open(join(this.#data, 'carryon.sqlite'));
    const { query } = database;
    const holders = await query
      .selectFrom('uploads')
      .select(['id', 'holder'])
      .where('holder', 'is not', null)
      .execute();
    const locks = await query.selectFrom('name_locks').selectAll().execute();
    if (holders.length + locks.length === 0) return undefined;
    return `${holders.length} uploads and ${locks.length} names are held by nobody who is there`;
  }

  #errors(): string[] {
    const lines = this.#server.stderr.split('\n').filter((text) => text !== '');
    return lines.filter((text) => !text.startsWith('{') || /"level":"?(error|[5-9]\d)/.test(text));
  }
}

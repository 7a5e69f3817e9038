import assert from 'node:assert/strict';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Accounts } from '../../src/accounts/accounts.ts';
import type { AccountChanges } from '../../src/accounts/changes.ts';
import { Passwords } from '../../src/accounts/passwords/passwords.ts';
import { systemClock } from '../../src/base/clock.ts';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import { Client } from '../ftp/client.ts';
import { runCli } from '../support/run-cli.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

export const PASSWORD = 'correct horse';

/** One of the two servers. */
export type Which = 'A' | 'B';

export const OTHER: Readonly<Record<Which, Which>> = { A: 'B', B: 'A' };

/** An upload that is not committed; bytes. */
interface Unfinished {
  /** `running` while somebody holds it. */
  readonly state: string;
  readonly offset: number;
  readonly reserved: number;
}

const UNCOMMITTED = `
  select uploads.state, holder is not null as held, offset, uploads.reserved_bytes as reserved
  from uploads join accounts on accounts.home_id = uploads.home_id
  where accounts.name = ? and uploads.state != 'committed'`;

const CHARGED = `
  select committed_bytes + reserved_bytes as bytes
  from homes join accounts on accounts.home_id = homes.id
  where accounts.name = ?`;

/** Two real servers, each a process of its own, on one data folder. */
export class Pair implements AsyncDisposable {
  readonly data: string;
  readonly #args: readonly string[];
  readonly #owned: AsyncDisposableStack;
  readonly #servers = new Map<Which, ServerProcess>();

  private constructor(data: string, args: readonly string[], owned: AsyncDisposableStack) {
    this.data = data;
    this.#args = args;
    this.#owned = owned;
  }

  /** @param args flags of `serve`, the same for both */
  static async open(
    accounts: Readonly<Record<string, AccountChanges>>,
    args: readonly string[],
  ): Promise<Pair> {
    await using owned = new AsyncDisposableStack();
    const folder = owned.use(await temporaryFolder());
    const data = join(folder.path, 'data');
    await mkdir(data);
    await addAccounts(data, accounts);
    const pair = new Pair(data, args, owned.move());
    try {
      await Promise.all([pair.start('A'), pair.start('B')]);
      return pair;
    } catch (error) {
      await pair[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts a server, the first time or after its end. */
  async start(which: Which): Promise<void> {
    this.#servers.set(which, await startServer({ data: this.data, args: this.#args }));
  }

  /** Kills a server as a crash would. */
  async crash(which: Which): Promise<void> {
    await this.#server(which).kill('SIGKILL');
  }

  /** Somebody who is logged in at one of the servers, for bytes as they are. */
  async logIn(which: Which, account: string): Promise<Client> {
    const client = await Client.connect({ host: '127.0.0.1', port: this.#server(which).port });
    this.#owned.use(client);
    await client.reply(220);
    await client.say(`USER ${account}`, 331);
    await client.say(`PASS ${PASSWORD}`, 230);
    await client.say('TYPE I', 200);
    return client;
  }

  /** Where a file of an account is on the disk, or its home. */
  home(account: string, ...path: readonly string[]): string {
    return join(this.data, 'homes', account, ...path);
  }

  /** Runs a command beside the servers, which has to end well. @returns what it says on stdout */
  async cli(...words: readonly string[]): Promise<string> {
    const result = await runCli([...words, '--data', this.data]);
    assert.equal(result.code, 0, `${words.join(' ')}: ${result.stderr}`);
    return result.stdout;
  }

  /** What an account has begun and not committed, as the records say at this moment. */
  unfinished(account: string): readonly Unfinished[] {
    const rows = this.#read(UNCOMMITTED, account);
    return rows.map(({ state, held, offset, reserved }) => ({
      state: held === 1 ? 'running' : String(state),
      offset: Number(offset),
      reserved: Number(reserved),
    }));
  }

  /** Asserts that the ledger of an account says what is in its home. */
  async assertNoDrift(account: string): Promise<void> {
    const line = await this.cli('quota', 'audit', account, '--json');
    const { drift } = JSON.parse(line) as { drift: object };
    assert.deepEqual(drift, { bytes: 0, files: 0 }, `the ledger of ${account} drifts: ${line}`);
  }

  /** What is charged to an account at this moment, committed and reserved, in bytes. */
  charged(account: string): number {
    const [row] = this.#read(CHARGED, account);
    assert.ok(row, `there is no account ${account}`);
    return Number(row['bytes']);
  }

  /** The names of the files that are staged, of whatever account. */
  async staged(): Promise<ReadonlySet<string>> {
    return new Set(await readdir(this.#staging()).catch(() => []));
  }

  /**
   * Bytes on the disk, staged and in the home of an account, a file that moves counted once.
   * @param others names of staged files that belong to somebody else
   */
  async bytesOnDisk(account: string, others: ReadonlySet<string>): Promise<number> {
    const sizes = new Map<number, number>();
    for (const folder of [this.#staging(), this.home(account)]) {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        // With names that begin with a dot a server tries what a disk can do.
        if (!entry.isFile() || entry.name.startsWith('.') || others.has(entry.name)) continue;
        const found = await stat(join(folder, entry.name)).catch(() => undefined);
        if (found) sizes.set(found.ino, found.size);
      }
    }
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server[Symbol.asyncDispose]()));
    await this.#owned[Symbol.asyncDispose]();
  }

  /** Looks into the records without taking part: each look sees whole transactions. */
  #read(query: string, account: string): readonly Record<string, unknown>[] {
    const records = new DatabaseSync(join(this.data, 'carryon.sqlite'), { readOnly: true });
    try {
      return records.prepare(query).all(account);
    } finally {
      records.close();
    }
  }

  #staging(): string {
    return join(this.data, 'staging');
  }

  #server(which: Which): ServerProcess {
    const server = this.#servers.get(which);
    assert.ok(server, `server ${which} was started`);
    return server;
  }
}

/** As `account add` does, without starting the program for each. */
export async function addAccounts(
  data: string,
  accounts: Readonly<Record<string, AccountChanges>>,
): Promise<void> {
  await using passwords = new Passwords();
  const stored = await passwords.hash(PASSWORD);
  await using database = await Sqlite.open(join(data, 'carryon.sqlite'));
  const all = new Accounts(database, systemClock);
  for (const [name, changes] of Object.entries(accounts)) await all.add(name, stored, changes);
}

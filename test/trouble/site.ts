import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readlink } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Accounts } from '../../src/accounts/accounts.ts';
import type { AccountChanges } from '../../src/accounts/changes.ts';
import { Passwords } from '../../src/accounts/passwords/passwords.ts';
import { systemClock } from '../../src/base/clock.ts';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import { runCli } from '../support/run-cli.ts';
import { type ServerOptions, type ServerProcess, startServer } from '../support/server-process.ts';
import { Client, readAll } from '../ftp/client.ts';
import { until } from './until.ts';
import type { Reply } from '../../src/wire/ftp/reply.ts';

const PASSWORD = 'correct horse';

const UNCOMMITTED = `select rtrim(folder, '/') || '/' || name as path,
  iif(holder is null, state, 'running') as state, offset, reserved_bytes as reserved
  from uploads where state != 'committed' order by created_at`;

/** An upload that is not committed. */
export interface ListedUpload {
  readonly path: string;
  /** `running` while somebody holds it. */
  readonly state: string;
  readonly offset: number;
  readonly reserved: number;
}

/** A data folder, wherever it lies, with accounts, served by the real server as its own process. */
export class Site implements AsyncDisposable {
  readonly data: string;
  readonly #options: Omit<ServerOptions, 'data'>;
  readonly #clients = new AsyncDisposableStack();
  #server: ServerProcess | undefined;

  private constructor(data: string, options: Omit<ServerOptions, 'data'>) {
    this.data = data;
    this.#options = options;
  }

  /** @param accounts names, each with what is not as usual */
  static async open(
    data: string,
    accounts: Readonly<Record<string, AccountChanges>> = { ann: {} },
    options: Omit<ServerOptions, 'data'> = {},
  ): Promise<Site> {
    await addAccounts(data, accounts);
    const site = new Site(data, options);
    await site.start();
    return site;
  }

  get server(): ServerProcess {
    assert.ok(this.#server, 'the server runs');
    return this.#server;
  }

  async start(): Promise<void> {
    this.#server = await startServer({ data: this.data, ...this.#options });
  }

  /** Somebody who has connected and read the greeting. */
  async connect(): Promise<Client> {
    const { port } = this.server;
    const client = this.#clients.use(await Client.connect({ host: '127.0.0.1', port }));
    await client.reply(220);
    return client;
  }

  /** Somebody who is logged in, for bytes as they are. */
  async logIn(name = 'ann'): Promise<Client> {
    const client = await this.connect();
    await client.say(`USER ${name}`, 331);
    await client.say(`PASS ${PASSWORD}`, 230);
    await client.say('TYPE I', 200);
    return client;
  }

  /** Runs a command on the data folder, which has to end well. @returns what it says on stdout */
  async cli(words: readonly string[], input = ''): Promise<string> {
    const result = await runCli([...words, '--data', this.data], { input });
    assert.equal(result.code, 0, `${words.join(' ')}: ${result.stderr}`);
    return result.stdout;
  }

  /** Asserts that the ledger of every account says what is in its home. */
  async assertNoDrift(): Promise<void> {
    for (const line of (await this.cli(['quota', 'audit', '--json'])).split('\n').filter(Boolean)) {
      const { drift } = JSON.parse(line) as { drift: object };
      assert.deepEqual(drift, { bytes: 0, files: 0 }, line);
    }
  }

  /** What is not committed, as the records say at this moment. */
  uploads(): readonly ListedUpload[] {
    const records = new DatabaseSync(join(this.data, 'carryon.sqlite'), { readOnly: true });
    try {
      const rows = records.prepare(UNCOMMITTED).all();
      return rows.map(({ path, state, offset, reserved }) => ({
        path: String(path),
        state: String(state),
        offset: Number(offset),
        reserved: Number(reserved),
      }));
    } finally {
      records.close();
    }
  }

  /** What the server process has open, as the system says. */
  async descriptors(): Promise<readonly string[]> {
    const folder = `/proc/${this.server.pid}/fd`;
    const names = await readdir(folder);
    return Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => 'gone')));
  }

  /** Asserts that the server is the same process as ever and answers. */
  async assertServes(): Promise<void> {
    await using client = await this.logIn();
    await client.say('NOOP', 200);
    await client.say('QUIT', 221);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#clients.disposeAsync();
    await this.#server?.[Symbol.asyncDispose]();
  }
}

/** As `account add` does, without starting the program for each. */
async function addAccounts(
  data: string,
  changes: Readonly<Record<string, AccountChanges>>,
): Promise<void> {
  await using passwords = new Passwords();
  const stored = await passwords.hash(PASSWORD);
  await using database = await Sqlite.open(join(data, 'carryon.sqlite'));
  const accounts = new Accounts(database, systemClock);
  for (const [name, change] of Object.entries(changes)) await accounts.add(name, stored, change);
}

/** Sends as much as the server takes. @returns its last reply */
export async function send(client: Client, command: string, bytes: Uint8Array): Promise<Reply> {
  const data = await client.data();
  client.send(command);
  const first = await client.reply();
  if (first.code === 150) data.end(bytes);
  return first.code === 150 ? client.reply() : first;
}

/** Goes on where the server says. @returns its last reply */
export async function carryOn(client: Client, path: string, whole: Buffer): Promise<Reply> {
  const offset = Number((await client.say(`SIZE ${path}`, 213)).trim());
  await client.say(`REST ${offset}`, 350);
  return send(client, `STOR ${path}`, whole.subarray(offset));
}

/** What is under a name, whole. */
export function fetch(client: Client, path: string): Promise<Buffer> {
  return client.download(`RETR ${path}`);
}

/** What comes on a data connection for a command that need not end well. */
export async function attempt(client: Client, command: string): Promise<[Buffer, Reply]> {
  const data = await client.data();
  client.send(command);
  const first = await client.reply();
  if (first.code !== 150) {
    data.destroy();
    return [Buffer.alloc(0), first];
  }
  return [await readAll(data), await client.reply()];
}

/** An upload that has begun, in the records too, and has not ended. */
export async function beginUpload(
  site: Site,
  client: Client,
  path: string,
  bytes: Uint8Array,
): Promise<Socket> {
  const data = await client.data();
  client.send(`STOR ${path}`);
  await client.reply(150);
  await new Promise((resolve) => data.write(bytes, resolve));
  const isHere = (upload: ListedUpload) =>
    upload.path === `/${path}` && upload.state === 'running' && upload.reserved > 0;
  await until('the upload has begun', () => site.uploads().some(isHere));
  return data;
}

/** Asserts that these are the same bytes, without showing megabytes of them. */
export function assertSame(found: Buffer, expected: Buffer): void {
  assert.equal(found.length, expected.length);
  assert.equal(sha256(found), sha256(expected));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Asserts that a reply has one of these codes. */
export function assertCode({ code, lines }: Reply, ...codes: readonly number[]): void {
  assert.ok(codes.includes(code), `${code} ${lines.join(' | ')}, not ${codes.join(' or ')}`);
}

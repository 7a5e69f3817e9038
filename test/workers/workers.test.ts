import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { AccountChanges } from '../../src/accounts/changes.ts';
import { KiB, MiB } from '../../src/base/size.ts';
import { Client } from '../ftp/client.ts';
import { until } from '../peers/support/wait.ts';
import { addAccounts, PASSWORD } from '../promises/pair.ts';
import { freePorts } from '../support/free-ports.ts';
import { runCli } from '../support/run-cli.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** A server of several processes on a data folder of its own. */
class Crew implements AsyncDisposable {
  readonly data: string;
  readonly server: ServerProcess;
  readonly #owned: AsyncDisposableStack;

  private constructor(data: string, server: ServerProcess, owned: AsyncDisposableStack) {
    this.data = data;
    this.server = server;
    this.#owned = owned;
  }

  static async open(
    accounts: Readonly<Record<string, AccountChanges>>,
    ...args: readonly string[]
  ): Promise<Crew> {
    await using owned = new AsyncDisposableStack();
    const { path: data } = owned.use(await temporaryFolder());
    await addAccounts(data, accounts);
    // One that stays the same when all workers die at once.
    const ftp = `127.0.0.1:${await freePorts(1)}`;
    const server = owned.use(await startServer({ data, ftp, args: ['--workers', '2', ...args] }));
    return new Crew(data, server, owned.move());
  }

  /** The processes that serve. */
  async workers(): Promise<readonly number[]> {
    const { pid } = this.server;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return children.split(' ').filter(Boolean).map(Number);
  }

  async connect(from?: string): Promise<Client> {
    const { port } = this.server;
    return this.#owned.use(await Client.connect({ host: '127.0.0.1', port }, from));
  }

  async logIn(account: string): Promise<Client> {
    const client = await this.connect();
    await client.reply(220);
    await client.say(`USER ${account}`, 331);
    await client.say(`PASS ${PASSWORD}`, 230);
    await client.say('TYPE I', 200);
    return client;
  }

  async cli(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await runCli([...words, '--data', this.data]);
    assert.equal(code, 0, stderr);
    return stdout;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }
}

suite('several processes that serve together', { timeout: 300_000 }, () => {
  test('share a port, homes and quota', async () => {
    await using crew = await Crew.open({ ann: {}, bob: { quotaBytes: 5 * MiB } });
    assert.equal((await crew.workers()).length, 2);
    const clients = await Promise.all(Array.from({ length: 4 }, () => crew.logIn('ann')));
    assert.match(await crew.cli('who'), /4 sessions$/m);
    const doors = (await readdir(join(crew.data, 'sockets'))).length;
    assert.equal(doors, 2, 'each can be asked');
    const bytes = Buffer.alloc(300 * KiB, 'bytes');
    await Promise.all(clients.map((client, index) => client.upload(`STOR ${index}`, bytes)));
    for (const [index, client] of clients.entries()) {
      assert.ok(bytes.equals(await client.download(`RETR ${(index + 1) % clients.length}`)));
    }
    await neverMoreThanTheQuota(crew);
  });

  test('keep limits together', async () => {
    const limits = ['--limits-max-connections-per-address', '6', '--bans-trusted', '192.0.2.1'];
    await using crew = await Crew.open({ ann: { maxSessions: 3 } }, ...limits);
    for (let session = 0; session < 3; session += 1) await crew.logIn('ann');
    const fourth = await crew.connect();
    await fourth.reply(220);
    await fourth.say('USER ann', 331);
    await until('all have heard of three sessions', async () => {
      const reply = await fourth.say(`PASS ${PASSWORD}`);
      return reply.includes('too many sessions');
    });
    const refused = await until('an address has too many connections', async () => {
      const reply = await (await crew.connect()).reply();
      return reply.code === 421 && reply;
    });
    assert.match(refused.lines.join(' '), /from this address/);
    await (await crew.connect('127.0.0.2')).reply(220);
    assert.match(await crew.cli('stats', '--prometheus'), /^carryon_connections [67]$/m);
  });

  test('one that dies is replaced, and what it was receiving goes on in another', async () => {
    await using crew = await Crew.open({ ann: {} }, '--uploads-checkpoint', '1MiB');
    const before = await crew.workers();
    const client = await crew.logIn('ann');
    const data = await client.data();
    client.send('STOR film.mkv');
    await client.reply(150);
    const bytes = Buffer.alloc(4 * MiB, 'carries on ');
    data.write(bytes.subarray(0, 3 * MiB));
    const other = await crew.logIn('ann');
    await until('some of it is durable', async () => {
      const shown = await other.say('SIZE film.mkv');
      return Number(shown) >= MiB;
    });
    for (const pid of before) process.kill(pid, 'SIGKILL');
    // What is handed to a worker at the moment of its death is lost, and its client left waiting.
    await until('both deaths were noticed', () =>
      before.every((pid) => crew.server.stderr.includes(`"pid":${pid},`)),
    );
    const again = await until('others serve', () => crew.logIn('ann').catch(() => undefined));
    assert.ok((await crew.workers()).every((pid) => !before.includes(pid)));
    const size = Number(await again.say('SIZE film.mkv', 213));
    assert.ok(size >= MiB - 1);
    await again.say(`REST ${size}`, 350);
    assert.equal((await again.upload('STOR film.mkv', bytes.subarray(size))).code, 226);
    assert.ok(bytes.equals(await again.download('RETR film.mkv')));
    assert.match(crew.server.stderr, /A worker died and is replaced/);
    assert.doesNotMatch(crew.server.stderr, /slower way/, 'each has tried its own sockets');
  });

  test('the last one that cannot be replaced ends all, so that a service manager sees it', async () => {
    await using crew = await Crew.open({ ann: {} });
    await writeFile(join(crew.data, 'carryon.sqlite'), 'no database');
    for (const pid of await crew.workers()) process.kill(pid, 'SIGKILL');
    const { code } = await crew.server.exited;
    assert.notEqual(code, 0, crew.server.stderr);
  });

  test('all stop when the first is told to, and keep what they were receiving', async () => {
    await using crew = await Crew.open({ ann: {} }, '--shutdown-grace', '0s');
    const pids = await crew.workers();
    const client = await crew.logIn('ann');
    const data = await client.data();
    client.send('STOR film.mkv');
    await client.reply(150);
    data.write(Buffer.alloc(100 * KiB, 'x'));
    await until('it is received', async () => (await crew.cli('who')).includes('100 KiB'));
    const { code } = await crew.server.stop();
    assert.equal(code, 0, crew.server.stderr);
    for (const pid of pids) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    assert.match(await crew.cli('uploads', 'list'), /film\.mkv.*100 KiB|100 KiB.*film\.mkv/);
  });

  test('a port that is taken ends all of them, with the reason', async () => {
    await using folder = await temporaryFolder();
    await using taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const where = ['--data', folder.path, '--ftp', `127.0.0.1:${port}`];
    const { code, stderr } = await runCli(['serve', ...where, '--workers', '2']);
    assert.equal(code, 1);
    assert.match(stderr, /another program listens there already/);
  });
});

/** Eight at once, where there is room for five. */
async function neverMoreThanTheQuota(crew: Crew): Promise<void> {
  const clients = await Promise.all(Array.from({ length: 8 }, () => crew.logIn('bob')));
  const codes = await Promise.all(
    clients.map(async (client, index) => {
      await client.say(`ALLO ${MiB}`);
      return (await client.upload(`STOR ${index}`, Buffer.alloc(MiB, index))).code;
    }),
  );
  const stored = codes.filter((code) => code === 226).length;
  assert.ok(stored >= 4 && stored <= 5, `${stored} of 8 were stored: ${codes.join(' ')}`);
  const { drift } = JSON.parse(await crew.cli('quota', 'audit', 'bob', '--json')) as {
    drift: object;
  };
  assert.deepEqual(drift, { bytes: 0, files: 0 });
}

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { METRIC_ROWS } from '../../src/telemetry/metrics/table.ts';
import { until } from '../peers/support/wait.ts';
import { Pair } from '../promises/pair.ts';
import { runCli } from '../support/run-cli.ts';
import { startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

interface Shown {
  readonly id: string;
  readonly account: string;
  readonly protocol: string;
  readonly transfers: readonly {
    readonly id: string;
    readonly path: string;
    readonly moved: number;
  }[];
}

const SENT_BYTES = 300_000;

suite('two servers on one data folder, looked at', { timeout: 300_000 }, () => {
  let pair: Pair;
  before(async () => {
    pair = await Pair.open({ ann: {}, bob: {} }, ['--metrics', '127.0.0.1:0']);
  });
  after(() => pair[Symbol.asyncDispose]());

  const who = async (): Promise<Shown[]> =>
    (await pair.cli('who', '--json'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Shown);

  test('`who` shows the sessions of both, and how far their transfers are', async () => {
    const ann = await pair.logIn('A', 'ann');
    await pair.logIn('B', 'bob');
    const data = await ann.data();
    ann.send('STOR film.mkv');
    await ann.reply(150);
    data.write(Buffer.alloc(SENT_BYTES));
    const [first, second] = await until('all was received', async () => {
      const all = await who();
      return all[0]?.transfers[0]?.moved === SENT_BYTES && all;
    });
    assert.equal(first?.account, 'ann');
    assert.equal(first.transfers[0]?.path, '/film.mkv');
    assert.equal(second?.account, 'bob');
    assert.deepEqual(second.transfers, []);
    const table = await pair.cli('who');
    assert.match(table, /^SESSION +ACCOUNT +FROM +PROTOCOL +FOR +TRANSFER +DONE +RATE +PATH$/m);
    assert.match(
      table,
      /^\w+ +ann +127\.0\.0\.1 +ftp +\d+:\d\d +\S+ +293 KiB +0 B\/s +up \/film\.mkv$/m,
    );
    assert.match(table, /^2 sessions$/m);
  });

  test('a transfer that is stopped leaves its session and can be continued', async () => {
    const ann = await pair.logIn('A', 'ann');
    const data = await ann.data();
    ann.send('STOR stopped.mkv');
    await ann.reply(150);
    data.write(Buffer.alloc(SENT_BYTES));
    const transfer = await until('it is shown', async () =>
      (await who())
        .flatMap(({ transfers }) => transfers)
        .find(({ path, moved }) => path === '/stopped.mkv' && moved === SENT_BYTES),
    );
    await pair.cli('stop-transfer', transfer.id);
    const { code, lines } = await ann.reply();
    assert.equal(code, 426);
    assert.match(lines.join(' '), /An operator has stopped this transfer/);
    // One byte short, so that no client takes it for complete.
    assert.equal(await ann.say('SIZE stopped.mkv', 213), String(SENT_BYTES - 1));
  });

  test('a session that is ended is told so, on whichever server it is', async () => {
    const bob = await pair.logIn('B', 'bob');
    const before = await who();
    const id = before.findLast(({ account }) => account === 'bob')?.id ?? '';
    await pair.cli('kick', id);
    const { code, lines } = await bob.reply();
    assert.equal(code, 421);
    assert.match(lines.join(' '), /An operator has ended this session/);
    await bob.ended();
    await until('it is gone', async () => (await who()).every((session) => session.id !== id));
  });

  test('what is not there can neither be ended nor stopped', async () => {
    for (const command of ['kick', 'stop-transfer']) {
      const { code, stderr } = await runCli([command, 'nothing', '--data', pair.data]);
      assert.equal(code, 4, command);
      assert.match(stderr, /nothing/);
    }
  });

  test('metrics of both are added up, and every metric of the table is among them', async () => {
    const text = await pair.cli('stats', '--prometheus');
    const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, kind]) => [
      name,
      kind,
    ]);
    const table = Object.entries(METRIC_ROWS).map(([name, { kind }]) => [name, kind]);
    assert.deepEqual(Object.fromEntries(types), Object.fromEntries(table));
    assert.match(text, /^carryon_processes 2$/m);
    assert.match(text, /^carryon_accounts 2$/m);
    assert.match(text, /^carryon_logins_total\{protocol="ftp",outcome="opened"\} [4-9]$/m);
    assert.match(
      text,
      /^carryon_transfers_total\{protocol="ftp",direction="in",outcome="interrupted"\} 1$/m,
    );
    assert.match(text, /^carryon_commands_total\{protocol="ftp",verb="STOR",reply="4xx"\} 1$/m);
  });
});

test('health and metrics have a port, where nothing else is to be had', async () => {
  await using folder = await temporaryFolder();
  const args = ['--metrics', '127.0.0.1:0'];
  await using server = await startServer({ data: folder.path, args });
  const base = /http:\/\/127\.0\.0\.1:\d+/.exec(server.stdout)?.[0];
  const health = await fetch(`${base}/health`);
  assert.equal(health.status, 200);
  assert.equal(((await health.json()) as { status: string }).status, 'ok');
  const metrics = await fetch(`${base}/metrics`);
  assert.match(metrics.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  assert.match(await metrics.text(), /^carryon_processes 1$/m);
  assert.equal((await fetch(`${base}/sessions`)).status, 404);
  assert.equal((await fetch(`${base}/sessions/1`, { method: 'DELETE' })).status, 404);
});

test('where no server runs, `who` says so, also when one has died', async () => {
  await using folder = await temporaryFolder();
  const data = folder.path;
  const nobody = await runCli(['who', '--data', data]);
  assert.equal(nobody.code, 4);
  assert.match(nobody.stderr, /No server is running on this data folder/);
  await using server = await startServer({ data });
  assert.equal((await runCli(['who', '--data', data])).stdout, '0 sessions\n');
  await server.kill('SIGKILL');
  assert.equal((await runCli(['who', '--data', data])).code, 4);
  assert.deepEqual(await readdir(join(data, 'sockets')), []);
});

test('a data folder however deep has its socket', async () => {
  await using folder = await temporaryFolder();
  const data = join(folder.path, 'a-long-name-for-a-folder/'.repeat(8));
  await mkdir(data, { recursive: true });
  await using server = await startServer({ data });
  assert.equal((await runCli(['who', '--data', data])).stdout, '0 sessions\n', server.stderr);
});

test('a metrics port that is taken is an error that says so', async () => {
  await using folder = await temporaryFolder();
  await using taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const where = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
  const args = ['serve', '--data', folder.path, '--ftp', '127.0.0.1:0', '--metrics', where];
  const { code, stderr } = await runCli(args);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`${where}.*another program listens there already`));
});

test('logs that were rotated away are reopened on SIGUSR1, and no debugger is', async () => {
  await using folder = await temporaryFolder();
  const data = folder.path;
  await using server = await startServer({ data });
  const log = join(data, 'log/transfers.ndjson');
  const url = (name: string): string => `ftp://demo@127.0.0.1:${server.port}/${name}`;
  const password = /Password (\S+)/.exec(server.stdout)?.[1] ?? '';
  const file = join(data, 'one.txt');
  const put = async (name: string) => {
    await writeFile(file, name);
    return runCli(['put', file, url(name)], { env: { CARRYON_PASSWORD: password } });
  };
  const first = await put('one');
  assert.equal(first.code, 0, first.stderr);
  await until('the log has a line', () => readFile(log, 'utf8').catch(() => undefined));
  await rename(log, `${log}.1`);
  process.kill(server.pid, 'SIGUSR1');
  assert.equal((await put('two')).code, 0);
  await until('the new log has a line', async () =>
    (await readFile(log, 'utf8').catch(() => '')).includes('/two'),
  );
  assert.ok(!(await readFile(`${log}.1`, 'utf8')).includes('/two'));
  assert.doesNotMatch(server.stderr, /Debugger listening/);
  const shown = await runCli(['log', '--data', data]);
  assert.match(shown.stdout, /\/one$.*\n.*\/two$/m, 'the rotated file is read, too');
});

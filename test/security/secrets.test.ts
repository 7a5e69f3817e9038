import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Client } from '../ftp/client.ts';
import { until } from '../peers/support/wait.ts';
import { runCli } from '../support/run-cli.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** What must be found nowhere, in any case and in the forms in which it travels. */
const SECRET = 'Hush-4711-hush';
const FORMS = [
  SECRET,
  SECRET.toUpperCase(),
  SECRET.toLowerCase(),
  Buffer.from(SECRET).toString('base64').replace(/=+$/, ''),
  Buffer.from(`hook:${SECRET}`).toString('base64').replace(/=+$/, ''),
  Buffer.from(SECRET).toString('hex'),
];

function assertSilent(text: string | Buffer, where: string): void {
  for (const form of FORMS) assert.ok(!text.includes(form), `${where} tells the secret`);
}

/** Looks into every file below, by the bytes. @returns how many there were */
async function assertSilentFiles(folder: string, except: readonly string[] = []): Promise<number> {
  const files = (await readdir(folder, { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => !except.includes(file));
  for (const file of files) assertSilent(await readFile(file), file);
  return files.length;
}

/** A hook that takes nothing, so that it is complained of. */
async function deafHook(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((_request, response) => void response.writeHead(500).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { server, url: `http://hook:${SECRET}@127.0.0.1:${address.port}/` };
}

/** Says the secret wherever somebody might, right or wrong. */
async function sayEverywhere(server: ServerProcess): Promise<void> {
  const say = async (lines: readonly string[]): Promise<void> => {
    await using client = await Client.connect({ host: '127.0.0.1', port: server.port });
    await client.reply(220);
    for (const line of lines) {
      client.send(line);
      await client.reply();
    }
  };
  const unknown = [`PSAS ${SECRET}`, ` PASS ${SECRET}`, `PASS${SECRET}`, SECRET, `ADAT ${SECRET}`];
  await say(['USER ann', `PASS ${SECRET}`, `ACCT ${SECRET}`, `SITE PSWD x ${SECRET}`, 'STAT']);
  await say(['USER ann', `pass ${SECRET}`, `SITE CPASS ${SECRET}`, ...unknown]);
  await say(['USER ann', `PASS  ${SECRET}`, `PASS ${SECRET}x`, ...unknown]);
  await say(['USER ann', `PASS ${SECRET}${'x'.repeat(9000)}`, `AUTH ${SECRET.slice(0, 0)}`]);
  await using client = await Client.connect({ host: '127.0.0.1', port: server.port });
  await client.reply(220);
  await client.say('USER ann', 331);
  await client.say(`PASS ${SECRET}`, 230);
  await client.say('TYPE I', 200);
  assert.equal((await client.upload('STOR file', 'content')).code, 226);
  await client.download('RETR file');
}

suite('a secret', { timeout: 300_000 }, () => {
  test('of an account or a hook stands in no log, no record, no answer and no page of the server', async () => {
    await using folder = await temporaryFolder();
    const data = join(folder.path, 'data');
    const settings = ['--data', data];
    const hook = await deafHook();
    const said = async (args: string[], input = '', env = {}): Promise<void> => {
      const { stdout, stderr } = await runCli(args, { input, env });
      assertSilent(stdout + stderr, args.slice(0, 2).join(' '));
    };
    await said(['account', 'add', 'ann', '--password-stdin', ...settings], SECRET);
    const config = join(folder.path, 'carryon.toml');
    await writeFile(config, `[hooks]\nurl = "${hook.url}"\n`);
    const server = await startServer({
      data,
      args: [
        ...['--config', config, '--log-level', 'debug', '--log-format', 'json'],
        ...['--log-xferlog', 'log/xferlog', '--login-free-failures', '1000'],
        ...['--metrics', '127.0.0.1:0', '--bans-trusted', 'none', '--bans-threshold', '2'],
      ],
    });
    try {
      await sayEverywhere(server);
      await until('the hook is complained of', () =>
        Promise.resolve(server.stderr.includes('hook')),
      );
      for (const words of [
        ['account', 'show', 'ann', '--json'],
        ['account', 'export'],
        ['ban', 'list', '--json'],
        ['who', '--json'],
        ['log'],
      ]) {
        await said([...words, ...settings]);
      }
      const page = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(server.stdout)?.[0];
      assert.ok(page);
      assertSilent(await (await fetch(page)).text(), page);
      await said(['config', 'show', '--config', config]);
      await said(['config', 'explain', 'hooks.url', '--config', config]);
      await said(['config', 'check'], '', { CARRYON_HOOKS_URL: `ftp://hook:${SECRET}@host/` });
    } finally {
      await server.stop();
      hook.server.closeAllConnections();
      hook.server.close();
    }
    assertSilent(server.stdout + server.stderr, 'the log');
    assert.match(server.stderr, /PASS \*\*\*\*/);
    const count = await assertSilentFiles(folder.path, [config]);
    assert.ok(count > 4, `${count} files were looked into`);
  });

  test('of the client stands in nothing that it says or keeps, however it was given', async () => {
    await using folder = await temporaryFolder();
    const data = join(folder.path, 'data');
    await runCli(['account', 'add', 'ann', '--password-stdin', '--data', data], { input: SECRET });
    await using server = await startServer({ data });
    const home = join(folder.path, 'home');
    await mkdir(home);
    const file = join(folder.path, 'film');
    await writeFile(file, 'a film');
    const netrc = join(home, '.netrc');
    await writeFile(netrc, `machine 127.0.0.1 login ann password ${SECRET}\n`, { mode: 0o600 });
    const base = { HOME: home, XDG_STATE_HOME: join(home, 'state') };
    const place = `127.0.0.1:${server.port}/`;
    const nowhere = '127.0.0.1:1/';
    const withPassword = { ...base, CARRYON_PASSWORD: SECRET };
    const command = ['--password-command', `cat ${join(home, 'command')}`];
    await writeFile(join(home, 'command'), SECRET);
    const attempts: readonly (readonly [string[], Record<string, string>])[] = [
      [['put', '-v', file, `ftp://ann:${SECRET}@${place}`], base],
      [['get', '-v', '--json', `ftp://ann:${SECRET}@${place}film`, '-o', join(home, 'a')], base],
      [['ls', '-v', `ftp://ann@${place}`], withPassword],
      [['ls', '-v', `ftp://ann@${place}`, ...command], base],
      [['ls', `ftp://ann@${place}`], base],
      [['ls', '-v', `ftp://ann:${SECRET}x@${place}`], base],
      [['put', '-v', '--retries', '0', file, `ftp://ann:${SECRET}@${nowhere}`], base],
      [['ls', `ftpx://ann:${SECRET}@${place}`], base],
      [['ls', `ftp://ann:${SECRET}@`], base],
      [['queue', 'add', 'put', file, `ftp://ann:${SECRET}@${place}`], base],
      [['queue', 'add', 'put', file, `ftp://ann@${place}`], withPassword],
      [['queue', 'run'], withPassword],
    ];
    let successes = 0;
    for (const [args, env] of attempts) {
      const { code, stdout, stderr } = await runCli(args, { env, cwd: home });
      assertSilent(stdout + stderr, args.slice(0, 2).join(' '));
      if (code === 0) successes += 1;
    }
    assert.ok(successes >= 7, `${successes} commands have come in`);
    await assertSilentFiles(folder.path, [netrc, join(home, 'command')]);
  });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { until } from '../peers/support/wait.ts';
import { PEER_NAMES, skipWithout, versionOf } from './peers.ts';
import { runCli } from './run-cli.ts';
import { startServer } from './server-process.ts';
import { temporaryFolder } from './temporary.ts';

/** A folder with a program in it, to be run in place of src/main.ts. */
async function programFolder(source: string) {
  const folder = await temporaryFolder();
  const main = join(folder.path, 'main.mjs');
  await writeFile(main, source);
  return { main, data: folder.path, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

suite('a temporary folder', () => {
  test('is there until it is disposed, with what is in it', async () => {
    let path: string;
    {
      await using folder = await temporaryFolder();
      ({ path } = folder);
      await writeFile(join(path, 'file'), '');
      assert.ok(existsSync(join(path, 'file')));
    }
    assert.equal(existsSync(path), false);
  });
});

suite('peers', () => {
  test('a missing one gives a reason to skip, a present one none', () => {
    for (const name of PEER_NAMES) {
      const reason = skipWithout(name);
      if (versionOf(name) === undefined) assert.match(String(reason), new RegExp(`needs ${name}`));
      else assert.equal(reason, false);
    }
  });

  test('installing says in one line what is there, and never fails', { timeout: 600_000 }, () => {
    const script = join(import.meta.dirname, 'install-peers.ts');
    // No PATH: nothing can be found, nor installed.
    const nothing = spawnSync(process.execPath, [script], {
      env: { PATH: '/nowhere', XDG_CACHE_HOME: '/dev/null/x' },
      encoding: 'utf8',
    });
    assert.equal(nothing.status, 0);
    assert.match(
      nothing.stdout,
      /^peers: .* could not be installed: .+\npeers: none; without .+\n(servers: \S+ could not be fetched: .+\n)+servers: none; without .+\n$/,
    );
  });
});

suite('a server process', () => {
  test('is ready when it has said all it has to say, however that is cut', async () => {
    await using program = await programFolder(`
      const say = (text, delay) => setTimeout(() => process.stdout.write(text), delay);
      say('Hello, see https://example.org:1/\\nFTP      ftp://127.0.0.1:21', 0);
      say('21/\\n' + process.argv.slice(2).join(' ') + '\\nStop with', 100);
      say(' Ctrl-C.\\n', 200);
      process.on('SIGTERM', () => process.exit(3));
      setInterval(() => {}, 1000);
    `);
    await using server = await startServer({ ...program, args: ['--more'] });
    assert.equal(server.port, 2121);
    process.kill(server.pid, 0);
    assert.deepEqual(await server.stop(), { code: 3, signal: null });
    assert.ok(server.stdout.includes(`serve --data ${program.data} --ftp 127.0.0.1:0 --more`));
  });

  test('is ended when disposed, also when it would rather not', async () => {
    await using program = await programFolder(`
      process.on('SIGTERM', () => {});
      console.log('FTP ftp://[::1]:2121/\\nStop with Ctrl-C.');
      setInterval(() => {}, 1000);
    `);
    const server = await startServer(program);
    await server[Symbol.asyncDispose]();
    assert.deepEqual(await server.exited, { code: null, signal: 'SIGKILL' });
  });

  test('does not outlive the tests that it was started for', async () => {
    await using program = await programFolder(`
      console.log('FTP ftp://[::1]:2121/\\nStop with Ctrl-C.');
      setInterval(() => {}, 1000);
    `);
    const starts = `
      import { startServer } from ${JSON.stringify(join(import.meta.dirname, 'server-process.ts'))};
      const { pid } = await startServer(${JSON.stringify({ main: program.main, data: program.data })});
      console.log(pid);
      process.exit();
    `;
    const words = ['--input-type=module', '--eval', starts];
    const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    assert.match(stdout, /^\d+\n$/, stderr);
    const isGone = (): boolean => {
      try {
        return !process.kill(Number(stdout), 0);
      } catch {
        return true;
      }
    };
    await until('it is gone', isGone);
  });

  test('that does not start is an error with all that it said', async () => {
    await using program = await programFolder(`console.error('no room'); process.exitCode = 7;`);
    await assert.rejects(startServer(program), /ended with 7[^]*no room/);
  });
});

suite('a command', () => {
  const echo = `
    let input = '';
    for await (const part of process.stdin) input += part;
    console.log(JSON.stringify([process.argv.slice(2), input, process.env.CARRYON_DATA ?? '']));
    console.error('talk');
    process.exitCode = 4;
  `;

  test('gets its arguments, input and environment, and gives its output and exit code', async () => {
    await using program = await programFolder(echo);
    const env = { CARRYON_DATA: 'here' };
    const result = await runCli(['a', 'b c'], { main: program.main, input: 'secret\n', env });
    assert.deepEqual(result, {
      code: 4,
      signal: null,
      stdout: '[["a","b c"],"secret\\n","here"]\n',
      stderr: 'talk\n',
    });
  });

  test('is not told the settings of whoever runs the tests', async (context) => {
    await using program = await programFolder(echo);
    const before = process.env['CARRYON_DATA'];
    context.after(() => {
      if (before === undefined) delete process.env['CARRYON_DATA'];
      else process.env['CARRYON_DATA'] = before;
    });
    process.env['CARRYON_DATA'] = 'elsewhere';
    assert.match((await runCli([], { main: program.main })).stdout, /""\]\n$/);
  });

  test('that takes too long is ended', async () => {
    await using program = await programFolder(`console.log('busy'); setInterval(() => {}, 1000);`);
    await assert.rejects(
      runCli(['loop'], { main: program.main, patience: 300 }),
      /loop took too long/,
    );
  });
});

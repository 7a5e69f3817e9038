import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { until } from '../peers/support/wait.ts';
import { exampleIn } from '../support/example.ts';
import { startProgram, transcript } from '../support/program.ts';
import { runCli } from '../support/run-cli.ts';
import { startServer } from '../support/server-process.ts';
import { type Installed, installPackage } from './installed.ts';

const PROJECT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

let installed: Installed;
before(async () => {
  installed = await installPackage();
});
after(() => installed[Symbol.asyncDispose]());

/** Runs the installed program to its end. */
function carryon(...args: readonly string[]) {
  return runCli(args, { main: installed.main, cwd: installed.folder });
}

test('the installed package serves, takes an account, puts and gets a file, shows it, and stops', async () => {
  const { folder, main } = installed;
  const data = join(folder, 'data');
  await using server = await startServer({ main, data, cwd: folder });
  const password = 'correct horse';
  const added = await runCli(['account', 'add', 'anna', '--password-stdin', '--data', data], {
    main,
    cwd: folder,
    input: password,
  });
  assert.equal(added.code, 0, added.stderr);

  await writeFile(join(folder, 'film.mkv'), Buffer.alloc(3_000_000, 'a film'));
  const url = `ftp://anna@127.0.0.1:${server.port}/film.mkv`;
  const options = { main, cwd: folder, env: { CARRYON_PASSWORD: password } };
  const put = await runCli(['put', 'film.mkv', url], options);
  assert.equal(put.code, 0, put.stderr);
  const got = await runCli(['get', url, '-o', 'copy.mkv'], options);
  assert.equal(got.code, 0, got.stderr);
  assert.deepEqual(
    await readFile(join(folder, 'copy.mkv')),
    await readFile(join(folder, 'film.mkv')),
  );
  assert.equal((await carryon('who', '--data', data)).stdout, '0 sessions\n');
  const log = await carryon('log', '--data', data);
  assert.match(log.stdout, / anna .* up .* complete +\/film\.mkv\n.* anna .* down .*\/film\.mkv$/m);
  assert.equal((await server.stop()).code, 0, server.stderr);
});

test('the example for those who embed the server lets somebody in and tells what was uploaded', async () => {
  const { folder, main } = installed;
  const example = await exampleIn('docs/moving-from-ftp-srv.md', 'embed', {
    'carryon-data': 'embedded-data',
    '0.0.0.0:2121': '127.0.0.1:0',
    "'/srv/alice'": JSON.stringify(join(folder, 'srv')),
  });
  await writeFile(join(folder, 'embed.ts'), example);
  const program = startProgram([], { main: join(folder, 'embed.ts'), cwd: folder });
  const port = await until(
    'the example listens',
    () => /^listening on (\d+)$/m.exec(program.output.stdout)?.[1],
  );
  await writeFile(join(folder, 'short.mkv'), 'a film');
  const put = await runCli(['put', 'short.mkv', `ftp://alice@127.0.0.1:${port}/film.mkv`], {
    main,
    cwd: folder,
    env: { CARRYON_PASSWORD: 'correct horse' },
  });
  assert.equal(put.code, 0, put.stderr);
  await until('the example was told of the upload', () =>
    program.output.stdout.includes('alice in /film.mkv 6 bytes complete'),
  );
  assert.match(program.output.stdout, /^alice from 127\.0\.0\.1 is known$/m);
  assert.equal(await readFile(join(folder, 'srv/film.mkv'), 'utf8'), 'a film');
  program.child.kill('SIGTERM');
  assert.deepEqual(await program.exited, { code: 0, signal: null }, transcript(program));
});

test('the package holds what is needed, and nothing of the workshop', async () => {
  const root = join(installed.folder, 'node_modules/carryon');
  const files = (await readdir(root, { recursive: true })).toSorted();
  const strangers = files.filter((file) => /\.test\.|^(src|test|bench|tsconfig)/.test(file));
  assert.deepEqual(strangers, []);
  const top = ['LICENSE', 'README.md', 'README.zh-CN.md', 'dist', 'docs', 'package.json'];
  assert.deepEqual((await readdir(root)).filter((file) => file !== 'node_modules').toSorted(), top);
});

test('nothing that is installed with it was built on this machine', async () => {
  const modules = join(installed.folder, 'node_modules');
  const files = await readdir(modules, { recursive: true });
  assert.deepEqual(
    files.filter((file) => /\.node$|binding\.gyp$/.test(file)),
    [],
  );
});

test('npx finds the program, and it says its version', async () => {
  const link = join(installed.folder, 'node_modules/.bin/carryon');
  assert.ok((await stat(link)).mode & 0o100, 'it can be started');
  const { stdout } = await carryon('--version');
  const { version } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'));
  assert.equal(stdout.trim(), version);
});

test('an older Node is told which one is needed, and reads nothing else', async () => {
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })`;
  const failed = await run(process.execPath, [
    `--import=data:text/javascript,${encodeURIComponent(pretend)}`,
    installed.main,
    'serve',
  ]).catch((error: unknown) => error);
  assert.ok(failed instanceof Error && 'stderr' in failed && 'code' in failed);
  assert.equal(failed.code, 1);
  assert.match(String(failed.stderr), /^carryon: Node 24\.7 or newer is needed, and this is 20/);
});

test('a command of the client reads a handful of files, and none of what only a server needs', async () => {
  const tell = `import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) {
      if (url.startsWith('file:')) process.stderr.write(url + '\\n');
      return next(url, context);
    } });`;
  const { stdout, stderr } = await run(process.execPath, [
    `--import=data:text/javascript,${encodeURIComponent(tell)}`,
    installed.main,
    ...['sync', '--help'],
  ]);
  assert.match(stdout, /^Usage: carryon sync /);
  const read = stderr.split('\n').flatMap((url) => url.split('/node_modules/').at(-1) ?? []);
  const strangers = read.filter((file) => !/^(carryon\/dist\/|commander\/|$)/.test(file));
  assert.deepEqual(strangers, []);
  assert.ok(read.filter((file) => file.startsWith('carryon/')).length <= 10, stderr);
});

test('a program in TypeScript finds the types of everything that is exported', async () => {
  await writeFile(
    join(installed.folder, 'consumer.ts'),
    `import { createServer } from 'carryon';
     import { FtpRemote, ConnectionPool, parsePath, upload } from 'carryon/client';
     await using server = await createServer({ ftp: { idleTimeout: '5m' }, data: 'files' });
     server.on('transfer', ({ direction }) => direction === 'in');
     // @ts-expect-error -- there is no such policy
     await createServer({ tls: { policy: 'maybe' } });
     // @ts-expect-error -- there is no such event
     server.on('upload', () => {});
     const remote = new FtpRemote({ host: 'a', port: 21, user: 'b', password: 'c', security: 'explicit' });
     await using pool = new ConnectionPool(remote, { size: 4 });
     const { size } = await upload(pool, 'film.mkv', parsePath('/film.mkv'), {});
     const bytes: number = size;
     // @ts-expect-error -- a size is no text
     const text: string = size;
     console.log(bytes, text);`,
  );
  const types = join(PROJECT, 'node_modules/@types');
  const tsc = join(PROJECT, 'node_modules/typescript/bin/tsc');
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'esnext'];
  const { stdout } = await run(
    process.execPath,
    [tsc, ...flags, '--types', 'node', '--typeRoots', types, 'consumer.ts'],
    { cwd: installed.folder },
  ).catch((error: unknown) => error as { stdout: string });
  assert.equal(stdout, '');
});

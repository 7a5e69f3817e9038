import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CliOptions, type CliResult, runCli } from '../support/run-cli.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** A server of ours as a process, and a place from where the client is run as a person would. */
export interface House extends AsyncDisposable {
  readonly server: ServerProcess;
  /** `ftp://demo@HOST:PORT/`, without a password. */
  readonly url: string;
  readonly password: string;
  /** The home of the account on disk. */
  readonly home: string;
  /** Where the client is run. */
  readonly here: string;
  /** What the client finds in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `carryon …words` there, with the password in the environment. */
  run(words: readonly string[], options?: CliOptions): Promise<CliResult>;
}

export async function openHouse(): Promise<House> {
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(await temporaryFolder());
  const data = join(folder.path, 'data');
  const here = join(folder.path, 'here');
  await mkdir(here);
  const password = randomBytes(12).toString('base64');
  const words = ['account', 'add', 'demo', '--password-stdin', '--data', data];
  await runCli(words, { input: `${password}\n` });
  // Everybody here comes from one address, and some with a wrong password.
  const args = ['--login-free-failures', '1000'];
  const server = parts.use(await startServer({ data, args }));
  const env = {
    HOME: join(folder.path, 'person'),
    XDG_CONFIG_HOME: join(folder.path, 'config'),
    XDG_STATE_HOME: join(folder.path, 'state'),
    NETRC: '',
    NO_COLOR: '1',
    CARRYON_PASSWORD: password,
  };
  const held = parts.move();
  return {
    server,
    url: `ftp://demo@127.0.0.1:${server.port}/`,
    password,
    home: join(data, 'homes', 'demo'),
    here,
    env,
    run: (words, options = {}) =>
      runCli(words, { cwd: here, ...options, env: { ...env, ...options.env } }),
    [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
  };
}

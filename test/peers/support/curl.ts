import type { Login } from './site.ts';
import { type ClientResult, type RunningClient, runClient, startClient } from './process.ts';

/** Runs curl on one path of an account. */
export function curl(
  login: Login,
  path: string,
  ...flags: readonly string[]
): Promise<ClientResult> {
  return runClient('curl', argumentsFor(login, path, flags));
}

/** Starts curl, to be killed. */
export function startCurl(login: Login, path: string, ...flags: readonly string[]): RunningClient {
  return startClient('curl', argumentsFor(login, path, flags));
}

function argumentsFor(login: Login, path: string, flags: readonly string[]): string[] {
  const { port, name, password } = login;
  const url = `ftp://127.0.0.1:${port}/${path.split('/').map(encodeURIComponent).join('/')}`;
  return ['--disable', '-sS', '-u', `${name}:${password}`, ...flags, url];
}

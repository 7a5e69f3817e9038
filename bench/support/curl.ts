import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from './servers.ts';

/** No transfer of a benchmark takes longer, in seconds. */
const PATIENCE_S = 240;

export interface CurlOptions {
  /** Written to its standard input: a configuration, with `--config -`. */
  readonly input?: string;
}

/** Runs curl to its end. @returns seconds. @throws Error if it fails */
export async function curl(
  server: Server,
  words: readonly string[],
  { input }: CurlOptions = {},
): Promise<number> {
  const began = performance.now();
  const child = spawn('curl', [...flagsFor(server), ...words], {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'pipe'],
  });
  child.stdin?.end(input);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`curl ended with ${code}: ${said.trim()}`);
  return (performance.now() - began) / 1000;
}

/** Where curl finds a file of the account; `path` begins with a slash. */
export function urlOf({ host, port, place }: Server, path: string): string {
  return `ftp://${host}:${port}${place}${path}`;
}

function flagsFor({ user, password, encryption }: Server): string[] {
  return [
    ...['--disable', '--silent', '--show-error', '--fail', '--max-time', String(PATIENCE_S)],
    ...['--user', `${user}:${password}`],
    ...(encryption === 'explicit' ? ['--ssl-reqd', '--insecure'] : []),
  ];
}

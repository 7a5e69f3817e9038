import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Server } from './servers.ts';

/** No transfer of a benchmark takes longer, in seconds. */
const PATIENCE_S = 240;

interface CurlOptions {
  /** Written to its standard input: a configuration, with `--config -`. */
  readonly input?: string;
  /** Where its standard output goes; nowhere if not said. */
  readonly output?: Writable;
  readonly signal?: AbortSignal;
}

/** Runs curl to its end. @returns seconds. @throws Error if it fails */
export async function curl(
  server: Server,
  words: readonly string[],
  options: CurlOptions = {},
): Promise<number> {
  const began = performance.now();
  await curlWords(server, words, options);
  return (performance.now() - began) / 1000;
}

/** @returns what it says besides, on its standard error */
export async function curlWords(
  server: Server,
  words: readonly string[],
  { input, output, signal }: CurlOptions = {},
): Promise<string> {
  const child = spawn('curl', [...flagsFor(server), ...words], {
    stdio: [input === undefined ? 'ignore' : 'pipe', output ?? 'ignore', 'pipe'],
    ...(signal && { signal }),
  });
  // The reader sees the end only when nobody here could write any more.
  output?.destroy();
  child.on('error', () => {});
  child.stdin?.end(input);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0 && !signal?.aborted) throw new Error(`curl ended with ${code}: ${said.trim()}`);
  return said;
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

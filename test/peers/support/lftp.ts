import { tmpdir } from 'node:os';
import type { Login } from './site.ts';
import { type ClientResult, type RunningClient, runClient, startClient } from './process.ts';

/** It tries again for ever by default, and a test wants to know the first answer. */
export const PLAIN_SETTINGS = [
  'set cmd:fail-exit yes',
  'set net:max-retries 2',
  'set net:reconnect-interval-base 1',
  'set net:timeout 30',
  'set xfer:log no',
];

const SETTINGS = [
  ...PLAIN_SETTINGS,
  // It would encrypt where it can, and it trusts nobody that nobody vouches for.
  'set ftp:ssl-allow no',
];

/** Runs lftp with these commands, logged in; it ends at the first one that fails. */
export function lftp(login: Login, ...commands: readonly string[]): Promise<ClientResult> {
  return runClient('lftp', argumentsFor(login, commands), { env: ENVIRONMENT });
}

/** Starts lftp, to be killed. */
export function startLftp(login: Login, ...commands: readonly string[]): RunningClient {
  return startClient('lftp', argumentsFor(login, commands), { env: ENVIRONMENT });
}

/** A word as lftp reads it back, whatever is in it. */
export function word(text: string): string {
  return `"${text.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;
}

/** Nothing of whoever runs the tests is read or written. */
export const ENVIRONMENT = { HOME: tmpdir(), LFTP_HOME: tmpdir(), LC_ALL: 'C.UTF-8' };

function argumentsFor(login: Login, commands: readonly string[]): string[] {
  const { port, name, password } = login;
  const open = `open -p ${port} -u ${word(`${name},${password}`)} 127.0.0.1`;
  return ['--norc', '-c', [...SETTINGS, open, ...commands].join('; ')];
}

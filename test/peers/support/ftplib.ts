import type { Login } from './site.ts';
import {
  type ClientResult,
  type RunningClient,
  runClient,
  startClient,
  succeeded,
} from './process.ts';

/** Logs in: `ftp` is the connection, `args` what the test gave. */
const PRELUDE = `
import ftplib, hashlib, io, json, sys
login, args = json.loads(sys.argv[1])
ftp = ftplib.FTP(timeout=60, encoding='utf-8')
ftp.connect('127.0.0.1', login['port'])
ftp.login(login['name'], login['password'])
`;

/** Runs a script with Python's ftplib to its end; any exit code is a result. */
export function ftplib(
  login: Login,
  script: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<ClientResult> {
  return runClient('python3', argumentsFor(login, script, args));
}

/** Runs a script that has to end well. @returns what it printed, read as JSON */
export async function askFtplib(
  login: Login,
  script: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  return JSON.parse(succeeded(await ftplib(login, script, args)));
}

/** Starts a script, to be killed. */
export function startFtplib(
  login: Login,
  script: string,
  args: Readonly<Record<string, unknown>> = {},
): RunningClient {
  return startClient('python3', argumentsFor(login, script, args));
}

function argumentsFor(login: Login, script: string, args: object): string[] {
  return ['-u', '-c', `${PRELUDE}\n${script}`, JSON.stringify([login, args])];
}

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import assert from 'node:assert/strict';
import { until } from './wait.ts';

/** How a real client is run. */
export interface ClientOptions {
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads from stdin, which then ends; without this stdin stays open. */
  readonly input?: string;
  /** How long it may take, in milliseconds. */
  readonly patience?: number;
}

/** How a client ended, and all that it said. */
export interface ClientResult {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A client while it runs. Disposing kills it, if it still runs. */
export interface RunningClient extends AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  readonly output: { stdout: string; stderr: string };
  /** Never rejects. */
  readonly exited: Promise<ClientResult>;
  /** Kills it as the system does when memory is short: it can do nothing about it. */
  kill(): Promise<ClientResult>;
}

/** Longer than any client takes in these tests, in milliseconds. */
const PATIENCE = 120_000;

/** Starts a program; a proxy that is set for whoever runs the tests is kept from it. */
export function startClient(
  command: string,
  args: readonly string[],
  options: ClientOptions = {},
): RunningClient {
  const { cwd, env = {}, input } = options;
  const ours = Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name));
  const child = spawn(command, args, { cwd, env: { ...Object.fromEntries(ours), ...env } });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  // A client that is killed reads no more.
  child.stdin.on('error', () => {});
  if (input !== undefined) child.stdin.end(input);
  const { promise: exited, resolve } = Promise.withResolvers<ClientResult>();
  child.once('close', (code) => resolve({ code, ...output }));
  child.once('error', (error) => resolve({ code: null, ...output, stderr: String(error) }));
  const kill = (): Promise<ClientResult> => {
    child.kill('SIGKILL');
    return exited;
  };
  return { child, output, exited, kill, [Symbol.asyncDispose]: async () => void (await kill()) };
}

/**
 * Runs a program to its end; any exit code is a result.
 * @throws Error with all that it said, if it takes too long
 */
export async function runClient(
  command: string,
  args: readonly string[],
  options: ClientOptions = {},
): Promise<ClientResult> {
  await using client = startClient(command, args, { input: '', ...options });
  const { patience = PATIENCE } = options;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void client.kill();
  }, patience);
  const result = await client.exited;
  clearTimeout(timer);
  if (isLate) throw new Error(`${command} took too long${transcript(result)}`);
  return result;
}

/** Waits until there is an answer other than false, or the client has ended. */
export async function untilOrEnd(
  client: RunningClient,
  what: string,
  ask: () => Promise<boolean>,
): Promise<void> {
  const { child } = client;
  await until(
    what,
    async () => child.exitCode !== null || child.signalCode !== null || (await ask()),
  );
}

/** Asserts that it has ended well. @returns what it said on stdout */
export function succeeded(result: ClientResult): string {
  assert.equal(result.code, 0, `exit code ${result.code}${transcript(result)}`);
  return result.stdout;
}

/** What a failing test should show of a client. */
export function transcript({ stdout, stderr }: ClientResult): string {
  return `\n--- stdout\n${stdout}\n--- stderr\n${stderr}`;
}

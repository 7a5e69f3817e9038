import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** What a hook is told: an event of an upload, as JSON. */
export interface HookEvent {
  /** The same if the same event has to be told again. */
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Undefined if the account has been removed meanwhile. */
  readonly account: string | undefined;
}

/** Takes one event; that it has taken it is that it resolves. */
export type Hook = (event: HookEvent, signal: AbortSignal) => Promise<void>;

/**
 * Posts each event as JSON; any 2xx answer means that it was taken. A login in the URL is sent as
 * one (RFC 7617), and stands in no error.
 */
export function urlHook(url: string, timeoutMs: number): Hook {
  const target = new URL(url);
  const login = [target.username, target.password].map((part) => decodeURIComponent(part));
  target.username = '';
  target.password = '';
  const headers = {
    'content-type': 'application/json',
    ...(login.some((part) => part !== '') && {
      authorization: `Basic ${Buffer.from(login.join(':')).toString('base64')}`,
    }),
  };
  return async (event, signal) => {
    const answer = await fetch(target, {
      method: 'POST',
      headers,
      body: JSON.stringify(event),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`${target.href} answered ${answer.status}`);
  };
}

/**
 * Starts a program for each event, without a shell and without arguments, and writes the event to
 * its standard input; that it ends with 0 means that it was taken.
 */
export function commandHook(program: string, timeoutMs: number): Hook {
  return async (event, signal) => {
    const child = spawn(program, [], {
      stdio: ['pipe', 'ignore', 'pipe'],
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      killSignal: 'SIGKILL',
    });
    const ended = Promise.withResolvers<number | null>();
    child.once('error', ended.reject);
    child.once('close', (code) => ended.resolve(code));
    // A program that does not read what it is told has still been told.
    child.stdin.on('error', () => {});
    child.stdin.end(`${JSON.stringify(event)}\n`);
    const [code, complaint] = await Promise.all([ended.promise, text(child.stderr)]);
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${complaint.slice(0, 500)}`);
  };
}

/** An event is taken when all of these have taken it; one that has may hear of it again. */
export function inTurn(hooks: readonly Hook[]): Hook {
  return async (event, signal) => {
    for (const hook of hooks) await hook(event, signal);
  };
}

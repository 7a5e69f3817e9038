import { setTimeout as sleep } from 'node:timers/promises';
import { type Exit, type ProgramOptions, startProgram, transcript } from './program.ts';

export interface ServerOptions extends ProgramOptions {
  /** The data folder. */
  readonly data: string;
  /** Where to listen for FTP; any free port of this machine if not said. */
  readonly ftp?: string;
  /** More flags for `serve`. */
  readonly args?: readonly string[];
}

/** The real server as a process of its own. Disposing kills it, if it still runs, as a crash would. */
export interface ServerProcess extends AsyncDisposable {
  /** The port for FTP. */
  readonly port: number;
  readonly pid: number;
  /** What it has said until now. */
  readonly stdout: string;
  readonly stderr: string;
  readonly exited: Promise<Exit>;
  /** Sends a signal and waits for the end. SIGKILL is the crash that no program can prepare for. */
  kill(signal: NodeJS.Signals): Promise<Exit>;
  /** Stops it as an operator would, with SIGTERM. */
  stop(): Promise<Exit>;
}

/** How long a server may take until it is ready or has stopped, in milliseconds. */
const PATIENCE = 120_000;

/** What says where: `FTP      ftp://HOST:PORT/`, HOST maybe in brackets. */
const READY = /\bftp:\/\/(?:[^\s/@]*@)?(?:\[[^\]\s]+\]|[^\s/:[\]]+):(\d+)\b/;

const LAST_LINE = '\nStop with Ctrl-C.\n';

/**
 * Starts `serve` and waits until it is ready.
 * @throws Error with all that it said, if it ends or is not ready in time
 */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { data, ftp = '127.0.0.1:0', args = [] } = options;
  const program = startProgram(['serve', '--data', data, '--ftp', ftp, ...args], options);
  const { child, output, exited } = program;

  async function kill(signal: NodeJS.Signals): Promise<Exit> {
    child.kill(signal);
    const exit = await within(PATIENCE, exited);
    if (exit) return exit;
    child.kill('SIGKILL');
    throw new Error(`The server did not end after ${signal}${transcript(program)}`);
  }

  const { promise: ready, resolve } = Promise.withResolvers<number>();
  child.stdout.on('data', () => {
    // All that is said comes in pieces, and a test may want to read any of it.
    if (!output.stdout.includes(LAST_LINE)) return;
    const port = READY.exec(output.stdout)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  const port = await within(PATIENCE, Promise.race([ready, exited]));
  if (typeof port !== 'number') {
    await kill('SIGKILL');
    const why = port === undefined ? 'was not ready in time' : `ended with ${port.code}`;
    throw new Error(`The server ${why}${transcript(program)}`);
  }

  return {
    port,
    pid: child.pid ?? 0,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    exited,
    kill,
    stop: () => kill('SIGTERM'),
    [Symbol.asyncDispose]: async () => void (await kill('SIGKILL')),
  };
}

/** What the promise resolves to; undefined after so many milliseconds. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  const timer = new AbortController();
  try {
    const late = sleep(milliseconds, undefined, { signal: timer.signal });
    late.catch(() => {});
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}

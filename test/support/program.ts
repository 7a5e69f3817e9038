import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** How the program is started in a test. */
export interface ProgramOptions {
  /** Added to the environment; settings of whoever runs the tests are kept out. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Another file than src/main.ts. */
  readonly main?: string | undefined;
  /** Flags for Node itself. */
  readonly nodeFlags?: readonly string[] | undefined;
}

/** How a process ended: one of both is null. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The program while it runs, with all that it has said. */
export interface Program {
  readonly child: ChildProcessWithoutNullStreams;
  readonly output: { stdout: string; stderr: string };
  /** Resolves when it has ended and all it said has arrived; never rejects. */
  readonly exited: Promise<Exit>;
}

const running = new Set<ChildProcess>();

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** Starts `node src/main.ts …args` with the Node that runs this test. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): Program {
  const child = spawn(
    process.execPath,
    [...(options.nodeFlags ?? []), options.main ?? MAIN, ...args],
    {
      env: { ...foreignEnvironment(), ...options.env },
      cwd: options.cwd,
    },
  );
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  // A program may well end before it has read all of its input.
  child.stdin.on('error', () => {});
  endWithUs(child);
  const { promise: exited, resolve } = Promise.withResolvers<Exit>();
  child.once('close', (code, signal) => resolve({ code, signal }));
  // Then `close` does not come, and what is wrong is best told where the output is shown.
  child.once('error', (error) => {
    output.stderr += String(error);
    resolve({ code: null, signal: null });
  });
  return { child, output, exited };
}

/** What a failing test should show of it. */
export function transcript({ output }: Program): string {
  return `\n--- stdout\n${output.stdout}\n--- stderr\n${output.stderr}`;
}

/** A test that took too long is given up with all that it has started. */
function endWithUs(child: ChildProcess): void {
  if (running.size === 0) process.once('exit', endAll);
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', endAll);
  });
}

function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

function foreignEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('CARRYON_'));
  // What was compiled once is there for all of them, wherever a test puts their home.
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return { ...Object.fromEntries(entries), XDG_CACHE_HOME: cache };
}

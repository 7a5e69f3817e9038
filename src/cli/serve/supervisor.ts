import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../base/log.ts';
import type { InheritedSockets } from '../../config/inherited-sockets.ts';
import { EXIT, Ended } from '../exit-codes.ts';
import type { Greeting } from './greeting.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { Switchboard } from './switchboard.ts';
import { stopSignal } from './stop-signal.ts';

/** How long to wait before a worker that died is replaced; doubled each time one dies young. */
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 30_000;

/** A worker that lived this long did not die of how it was started. */
const YOUNG_MS = 60_000;

/** What an operator tells the supervisor and means for all workers. */
const PASSED_ON = ['SIGHUP', 'SIGUSR1'] as const;

export interface SupervisorParts {
  /** How many workers. */
  readonly count: number;
  readonly sockets: InheritedSockets;
  readonly log: Log;
  /** Is told once, when all workers serve. */
  readonly started: (greeting: Greeting) => void;
}

/**
 * Serves with several processes that share the ports and the data folder, until it is told to stop.
 * This one accepts and hands each control connection to the next worker; all else, a session and
 * its data connections, happens in that worker.
 * @throws Ended with the exit code of a worker that cannot start
 */
export async function superviseWorkers(parts: SupervisorParts): Promise<void> {
  const supervisor = new Supervisor(parts);
  const asked = stopSignal(() => supervisor.kill());
  const passOn = (signal: NodeJS.Signals): void => supervisor.signal(signal);
  for (const name of PASSED_ON) process.on(name, passOn);
  try {
    await Promise.race([asked, supervisor.serve()]);
  } finally {
    await supervisor.stop();
    for (const name of PASSED_ON) process.off(name, passOn);
  }
}

class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #workers = new Set<Worker>();
  readonly #switchboard = new Switchboard();
  readonly #stopping = new AbortController();

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  /**
   * Starts all workers, and others for those that die, until it is told to stop.
   * @throws Ended if one of them cannot be started at first, or later when nobody else is left
   */
  async serve(): Promise<void> {
    const { count, started } = this.#parts;
    // The first one makes what has to be there: tables, the first account, a certificate.
    const first = await this.#launch();
    const others = Array.from({ length: count - 1 }, () => this.#launch());
    const all = [first, ...(await Promise.all(others))];
    const served = Promise.all(all.map(({ worker }) => this.#keepServed(worker)));
    started(first.greeting);
    await served;
  }

  signal(signal: NodeJS.Signals): void {
    for (const worker of this.#workers) worker.process.kill(signal);
  }

  /** Resolves when all have ended their transfers and themselves. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const ended = [...this.#workers].map((worker) => once(worker, 'exit'));
    this.signal('SIGTERM');
    await Promise.all(ended);
  }

  /** Ends everything at once, as a crash would. */
  kill(): never {
    this.signal('SIGKILL');
    process.exit(EXIT.interrupted);
  }

  async #launch(): Promise<{ worker: Worker; greeting: Greeting }> {
    const { sockets, log } = this.#parts;
    const worker = cluster.fork();
    this.#workers.add(worker);
    worker.once('exit', () => this.#workers.delete(worker));
    // Without a listener, a message that finds its worker dead would end this process.
    worker.on('error', (error) =>
      log.debug('A worker could not be told something', () => ({ error })),
    );
    worker.send({ kind: 'begin', sockets } satisfies ToWorker);
    this.#switchboard.connect(worker);
    const greeting = await greetingOf(worker);
    if (greeting) return { worker, greeting };
    // It has told on stderr why.
    throw new Ended(worker.process.exitCode ?? EXIT.other);
  }

  /** Sees to it that there is always somebody in this worker's place. */
  async #keepServed(worker: Worker): Promise<void> {
    let delay = FIRST_DELAY_MS;
    for (let current: Worker | undefined = worker; current;) {
      const bornAt = performance.now();
      const [code, signal] = (await once(current, 'exit')) as [number | null, string | null];
      if (this.#stopping.signal.aborted) return;
      const { pid } = current.process;
      this.#parts.log.error('A worker died and is replaced', { pid, code, signal });
      const isYoung = performance.now() - bornAt < YOUNG_MS;
      delay = isYoung ? Math.min(delay * 2, LONGEST_DELAY_MS) : FIRST_DELAY_MS;
      current = await this.#successor(delay);
    }
  }

  /** Undefined if it is time to stop. @throws Ended if nobody can be started and nobody is left */
  async #successor(delay: number): Promise<Worker | undefined> {
    const { signal } = this.#stopping;
    for (;;) {
      await sleep(delay, undefined, { signal }).catch(() => {});
      if (signal.aborted) return undefined;
      try {
        return (await this.#launch()).worker;
      } catch (error) {
        if (this.#workers.size === 0) throw error;
      }
    }
  }
}

/** Resolves when clients can connect; with undefined if the worker ends before. */
function greetingOf(worker: Worker): Promise<Greeting | undefined> {
  const { promise, resolve } = Promise.withResolvers<Greeting | undefined>();
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'started') resolve(message.greeting);
  });
  worker.once('exit', () => resolve(undefined));
  return promise;
}

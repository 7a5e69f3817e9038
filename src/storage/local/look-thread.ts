import { Worker } from 'node:worker_threads';
import { moduleUrl } from '../../base/module-url.ts';
import { FactsTable } from './facts.ts';

/** What the thread is asked: what has these names? */
export interface LookOrder {
  /** The path of a folder that is held until the answer is there. */
  readonly folder: string;
  /** Packed. */
  readonly names: Uint8Array;
  readonly count: number;
}

/** The memory of a {@link FactsTable}; undefined where one of the names could not be looked at. */
export type LookAnswer = ArrayBuffer | undefined;

/** After how long without a question the thread ends, at the latest after twice that, in ms. */
const IDLE_MS = 30_000;

/** Nothing that it makes lives long. */
const LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 16 };

export interface LookThreadOptions {
  /** What the thread runs; tests give one that dies. */
  readonly script?: URL;
  readonly idleMs?: number;
}

const SCRIPT = moduleUrl(new URL('./look-worker.ts', import.meta.url));

/**
 * A thread that looks at names while the event loop does something else. It is started by the first
 * question, ends when there are none, and keeps no process alive unless somebody waits for it.
 */
export class LookThread implements Disposable {
  readonly #options: Required<LookThreadOptions>;
  #running: Running | undefined;

  constructor({ script = SCRIPT, idleMs = IDLE_MS }: LookThreadOptions = {}) {
    this.#options = { script, idleMs };
  }

  /** False before it has been started, and while it is only starting. */
  get isUp(): boolean {
    return this.#running?.isUp ?? false;
  }

  /**
   * Asks what has these names. Only one folder at a time can be asked about, so that a disk that
   * hangs holds up nobody else.
   * @param folder whose names they are, the same object each time
   * @returns undefined while the thread is only starting, or busy with another folder; resolves to
   *   undefined where the names could not be looked at
   */
  ask(folder: object, order: LookOrder): Promise<FactsTable | undefined> | undefined {
    this.#running ??= new Running(this.#options, () => (this.#running = undefined));
    return this.#running.ask(folder, order);
  }

  /** Whoever waits is told that nothing was found out. */
  [Symbol.dispose](): void {
    this.#running?.end();
  }
}

class Running {
  readonly #worker: Worker;
  readonly #idle: NodeJS.Timeout;
  readonly #over: () => void;
  isUp = false;
  #isUsed = true;
  #isOver = false;
  #folder: object | undefined;
  /** Those who wait, in the order in which they asked. */
  readonly #waiting: ((answer: LookAnswer) => void)[] = [];

  constructor({ script, idleMs }: Required<LookThreadOptions>, over: () => void) {
    // No flags of ours: what the process was started with is not meant for a helper thread.
    this.#worker = new Worker(script, { name: 'names', execArgv: [], resourceLimits: LIMITS });
    this.#over = over;
    this.#worker.unref();
    this.#worker.once('online', () => (this.isUp = true));
    this.#worker.on('message', (answer: LookAnswer) => this.#hear(answer));
    this.#worker.on('error', () => this.end());
    this.#worker.on('exit', () => this.end());
    this.#idle = setInterval(() => this.#endIfIdle(), idleMs).unref();
  }

  ask(folder: object, order: LookOrder): Promise<FactsTable | undefined> | undefined {
    this.#isUsed = true;
    const isBusy = this.#waiting.length > 0 && this.#folder !== folder;
    if (!this.isUp || isBusy) return undefined;
    this.#folder = folder;
    this.#worker.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
    this.#worker.postMessage(order);
    return new Promise((resolve) => {
      this.#waiting.push((answer) => resolve(answer && new FactsTable(order.count, answer)));
    });
  }

  #hear(answer: LookAnswer): void {
    this.#waiting.shift()?.(answer);
    if (this.#waiting.length === 0) this.#worker.unref();
  }

  #endIfIdle(): void {
    if (!this.#isUsed && this.#waiting.length === 0) this.end();
    this.#isUsed = false;
  }

  end(): void {
    // An error is followed by an exit.
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#idle);
    this.#over();
    for (const resolve of this.#waiting.splice(0)) resolve(undefined);
    void this.#worker.terminate();
  }
}

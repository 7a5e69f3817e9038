import { Worker } from 'node:worker_threads';
import type { Checksum } from '../../base/digest.ts';
import { Failure } from '../../base/failure.ts';
import { moduleUrl } from '../../base/module-url.ts';
import { BusyLoop } from './busy-loop.ts';
import type { Answer, Order } from './messages.ts';

/** Whether somebody waits for the digests of this thread, or they are made when there is time. */
export type HashPace = 'prompt' | 'patient';

interface Waiting {
  readonly marks: Map<number, PromiseWithResolvers<string>>;
  readonly closed: PromiseWithResolvers<void>;
  failure: Failure | undefined;
}

/**
 * A thread of its own that hashes files by reading them behind the one who writes them: hashing
 * costs the event loop nothing, and the page cache gives the bytes back without the disk.
 * It is started by the first file and does not keep the process alive.
 */
export class HashThread implements AsyncDisposable {
  readonly #pace: HashPace;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #nextId = 1;
  readonly #loop = new BusyLoop(
    () => this.#waiting.size > 0,
    (isBusy) => this.hold(isBusy),
  );

  constructor(pace: HashPace) {
    this.#pace = pace;
  }

  /** Begins to hash the file behind a descriptor, from its first byte. */
  follow(algorithm: Checksum, descriptor: number, start = 0): FollowedHash {
    const id = this.#nextId++;
    const waiting: Waiting = {
      marks: new Map(),
      closed: Promise.withResolvers<void>(),
      failure: undefined,
    };
    this.#waiting.set(id, waiting);
    this.#tell({ kind: 'open', id, algorithm, descriptor, start });
    if (this.#pace === 'patient') this.#loop.watch();
    return {
      advance: (to) => this.#tell({ kind: 'advance', id, to }),
      digestAt: (at) => {
        if (waiting.failure) return Promise.reject(waiting.failure);
        const known = waiting.marks.get(at);
        if (known) return known.promise;
        const mark = Promise.withResolvers<string>();
        // Whoever asked may have stopped listening by the time it fails.
        mark.promise.catch(() => {});
        waiting.marks.set(at, mark);
        this.#tell({ kind: 'mark', id, at });
        return mark.promise;
      },
      whole: () => this.#tell({ kind: 'whole', id }),
      close: () => {
        this.#tell({ kind: 'close', id });
        return waiting.closed.promise;
      },
    };
  }

  /**
   * Lets files that are still growing wait, or no longer: whoever sends them needs the processor
   * more. One that is far behind its writer does not wait.
   */
  hold(isHeld: boolean): void {
    this.#tell({ kind: 'hold', isHeld });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#loop[Symbol.dispose]();
    await this.#worker?.terminate();
  }

  #tell(order: Order): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(order);
  }

  #start(): Worker {
    const worker = new Worker(moduleUrl(new URL('./hash-worker.ts', import.meta.url)), {
      workerData: this.#pace,
    });
    worker.unref();
    worker.on('message', (answer: Answer) => this.#hear(answer));
    worker.on('error', (error) => this.#lost(error));
    worker.on('exit', () => this.#lost(new Error('The thread that hashes has ended')));
    return worker;
  }

  #hear(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    switch (answer.kind) {
      case 'digest':
        waiting.marks.get(answer.at)?.resolve(answer.hex);
        waiting.marks.delete(answer.at);
        return;
      case 'failed':
        this.#fail(waiting, new Error(answer.reason));
        return;
      case 'closed':
        this.#waiting.delete(answer.id);
        this.#fail(waiting, new Error('Closed before it came to this'));
        waiting.closed.resolve();
    }
  }

  #lost(error: Error): void {
    this.#worker = undefined;
    for (const waiting of this.#waiting.values()) {
      this.#fail(waiting, error);
      waiting.closed.resolve();
    }
    this.#waiting.clear();
  }

  #fail(waiting: Waiting, cause: Error): void {
    waiting.failure ??= new Failure('storage-failed', 'The file cannot be hashed', { cause });
    for (const mark of waiting.marks.values()) mark.reject(waiting.failure);
    waiting.marks.clear();
  }
}

/** The hash of one file that grows. */
export interface FollowedHash {
  /** Says that the bytes before `to` can be read. */
  advance(to: number): void;
  /**
   * The digest, in hexadecimal, of the bytes before `at`, which can be read already.
   * Calls come with rising positions, none before a position given to `advance`.
   */
  digestAt(at: number): Promise<string>;
  /** Says that no more will come: what is wanted of it now is wanted for good. */
  whole(): void;
  /** Resolves when the file is not read any more. */
  close(): Promise<void>;
}

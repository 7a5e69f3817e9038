import { Worker } from 'node:worker_threads';

import { Failure } from '../../base/failure.ts';
import { moduleUrl } from '../../base/module-url.ts';
import { closing } from './closing.ts';

/** What the thread is asked: is this the password that the stored string was made from? */
export interface Question {
  readonly id: number;
  readonly password: Uint8Array;
  readonly stored: string;
}

/** What it says. */
export type Answer =
  | { readonly id: number; readonly ok: boolean }
  | { readonly id: number; readonly error: unknown };

interface Asker {
  resolve(ok: boolean): void;
  reject(reason: unknown): void;
}

/**
 * The one thread that computes the hashes Node has no thread-pool function for. It is started
 * at the first question, started anew if it dies, and keeps no process alive but while somebody
 * waits for its answer.
 */
export class HashWorker implements AsyncDisposable {
  readonly #script: URL;
  readonly #askers = new Map<number, Asker>();
  #worker: Worker | undefined;
  #asked = 0;
  #closed = false;

  /** @param script what the thread runs; tests give one that dies. */
  constructor(script = moduleUrl(new URL('./worker.ts', import.meta.url))) {
    this.#script = script;
  }

  /**
   * Verifies a password against a stored string of any usable scheme.
   * @throws Failure `interrupted` if the thread died with the question: it is not asked again,
   *   since it may be what the thread died of; `shutting-down` after disposal.
   */
  verify(password: Uint8Array, stored: string): Promise<boolean> {
    if (this.#closed) return Promise.reject(closing());
    const worker = this.#worker ?? this.#start();
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#askers.set(id, { resolve, reject });
      worker.ref();
      // A copy: a Buffer may be a window on memory that holds other people's secrets.
      const question: Question = { id, password: new Uint8Array(password), stored };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
      worker.postMessage(question);
    });
  }

  /** Stops the thread, even in the middle of a hash; whoever waits gets `shutting-down`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#dismiss(closing());
    await worker?.terminate();
  }

  #start(): Worker {
    // No flags of ours: what the process was started with is not meant for a helper thread.
    const worker = new Worker(this.#script, { name: 'password hashes', execArgv: [] });
    this.#worker = worker;
    worker.unref();
    worker.on('message', (answer: Answer) => this.#hear(answer));
    worker.on('error', (cause) => this.#died(worker, cause));
    worker.on('exit', (code) => this.#died(worker, new Error(`The thread ended with ${code}`)));
    return worker;
  }

  #hear(answer: Answer): void {
    const asker = this.#askers.get(answer.id);
    this.#askers.delete(answer.id);
    if (this.#askers.size === 0) this.#worker?.unref();
    if ('ok' in answer) asker?.resolve(answer.ok);
    else asker?.reject(answer.error);
  }

  /** An error is followed by an exit, by which time another thread may be at work. */
  #died(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#dismiss(
      new Failure('interrupted', 'The password could not be checked; try again', { cause }),
    );
  }

  #dismiss(reason: Failure): void {
    this.#worker = undefined;
    const askers = [...this.#askers.values()];
    this.#askers.clear();
    for (const asker of askers) asker.reject(reason);
  }
}

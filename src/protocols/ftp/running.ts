import { Failure } from '../../base/failure.ts';
import type { Command } from './command.ts';
import type { Task } from './task.ts';
import type { Transfer } from './transfers/transfer.ts';

/** What runs for one command: a transfer or a task. It can be told of, and stopped. */
export class Running {
  readonly #what: Pick<Transfer | Task, 'progress'>;
  readonly #stop = new AbortController();
  /** A reply has begun and not ended: no other can be said within it. */
  isTalking = false;

  constructor(what: Pick<Transfer | Task, 'progress'>) {
    this.#what = what;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  progress(): string {
    return this.#what.progress();
  }

  stop(why: Failure): void {
    this.#stop.abort(why);
  }

  /** By ABOR. */
  abort(): void {
    this.stop(new Failure('interrupted', 'It was aborted'));
  }
}

export function isAbort(command: Command): boolean {
  return command.kind === 'command' && command.verb?.duringTransfer === 'aborts';
}

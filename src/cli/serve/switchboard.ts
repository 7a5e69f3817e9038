import type { Worker } from 'node:cluster';
import type { Counts } from '../../base/siblings.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** Passes on to all workers what one of them holds, and tells a new one what the others hold. */
export class Switchboard {
  readonly #held = new Map<Worker, Map<string, number>>();

  connect(worker: Worker): void {
    for (const [other, held] of this.#held) send(worker, countsOf(other, [...held]));
    const held = new Map<string, number>();
    this.#held.set(worker, held);
    worker.on('message', (message: FromWorker) => {
      if (message.kind !== 'counts') return;
      for (const [what, count] of message.counts) {
        if (count === 0) held.delete(what);
        else held.set(what, count);
      }
      this.#tellOthers(worker, countsOf(worker, message.counts));
    });
    worker.once('exit', () => {
      this.#held.delete(worker);
      this.#tellOthers(worker, { kind: 'gone', from: worker.id });
    });
  }

  #tellOthers(worker: Worker, message: ToWorker): void {
    for (const other of this.#held.keys()) if (other !== worker) send(other, message);
  }
}

function countsOf({ id }: Worker, counts: Counts): ToWorker {
  return { kind: 'counts', from: id, counts };
}

function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message);
}

import type { TransferEvent } from '../../client/transfer/outcome.ts';
import type { Ending, Title } from './progress.ts';
import { moved, newRate } from './rate.ts';
import type { Totals } from './rows.ts';
import { advance, ETA_TAU, newState, RATE_TAU, type TransferState } from './transfer-state.ts';

/** One transfer that runs. */
export interface Running {
  readonly id: number;
  readonly title: Title;
  /** When it began, monotonic ms. */
  readonly began: number;
  state: TransferState;
}

/** What is known of all transfers of one command. Times are monotonic ms. */
export class Board {
  readonly #running = new Map<number, Running>();
  #begun = 0;
  #totals: Totals;

  constructor(now: number) {
    this.#totals = {
      ended: 0,
      files: undefined,
      failed: 0,
      position: 0,
      before: 0,
      size: undefined,
      rate: newRate(RATE_TAU, now),
      steadyRate: newRate(ETA_TAU, now),
    };
  }

  get running(): readonly Running[] {
    return [...this.#running.values()];
  }

  /** Those that have ended and those that run. */
  get totals(): Totals {
    let { position, before } = this.#totals;
    for (const { state } of this.#running.values()) {
      position += state.position;
      before += Math.min(state.before ?? 0, state.position);
    }
    return { ...this.#totals, position, before };
  }

  expect(files: number, bytes: number | undefined): void {
    this.#totals = { ...this.#totals, files, size: bytes };
  }

  begin(title: Title, now: number): Running {
    this.#begun += 1;
    const running = { id: this.#begun, title, began: now, state: newState(now) };
    this.#running.set(running.id, running);
    return running;
  }

  listen(running: Running, event: TransferEvent, now: number): void {
    running.state = advance(running.state, event, now);
    if (event.kind !== 'moved') return;
    const { rate, steadyRate } = this.#totals;
    this.#totals = {
      ...this.#totals,
      rate: moved(rate, event.bytes, now),
      steadyRate: moved(steadyRate, event.bytes, now),
    };
  }

  end(running: Running, ending: Ending): void {
    if (!this.#running.delete(running.id)) return;
    const { ended, failed, position, before } = this.#totals;
    const { state } = running;
    const isDone = ending.kind === 'done';
    const isFailed = ending.kind === 'failed';
    this.#totals = {
      ...this.#totals,
      ended: ended + 1,
      failed: failed + (isFailed ? 1 : 0),
      // Of a file that failed, no more will come: it counts as far as it came.
      position: position + (isDone ? ending.outcome.size : state.position),
      before: before + (isDone ? ending.outcome.resumed : (state.before ?? 0)),
    };
  }
}

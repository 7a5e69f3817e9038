import type { Failure } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import type { Lane, SessionBandwidth } from './bandwidth.ts';

/** A transfer while it runs, for those who look on. */
export interface Running {
  readonly id: string;
  /** As the server sees it: `in` is an upload. */
  readonly direction: 'in' | 'out';
  readonly path: Path;
  /** The position in the file where this transfer began. */
  readonly start: number;
  /** Bytes that crossed the wire in this transfer until now. */
  readonly moved: number;
  /** The size in bytes of the whole file, where anybody knows it. */
  readonly size: number | undefined;
  /** Milliseconds since 1970 (UTC). */
  readonly beganAt: number;
  /** Stops it from outside; an upload can be continued. */
  stop(reason: Failure): void;
}

/** The transfers that run in one session. */
export class RunningTransfers implements Iterable<Running> {
  readonly #session: string;
  readonly #bandwidth: SessionBandwidth;
  /** Made with the first. */
  #running: Set<Running> | undefined;
  #begun = 0;

  constructor(session: string, bandwidth: SessionBandwidth) {
    this.#session = session;
    this.#bandwidth = bandwidth;
  }

  /** The id of a new one. */
  nextId(): string {
    this.#begun += 1;
    return `${this.#session}.${this.#begun}`;
  }

  add(transfer: Running): void {
    (this.#running ??= new Set()).add(transfer);
    this.#lane(transfer).enter();
  }

  remove(transfer: Running): void {
    if (this.#running?.delete(transfer)) this.#lane(transfer).leave();
  }

  [Symbol.iterator](): Iterator<Running> {
    return (this.#running ?? []).values();
  }

  #lane({ direction }: Running): Lane {
    return direction === 'in' ? this.#bandwidth.up : this.#bandwidth.down;
  }
}

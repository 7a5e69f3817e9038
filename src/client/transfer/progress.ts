import type { Retrying } from '../retry.ts';
import type { Outcome, Phase, Proof, TransferListener } from './outcome.ts';

/** Counts what one transfer does, and tells it to whoever listens. All sizes in bytes. */
export class Progress {
  readonly #listener: TransferListener;
  #size: number | undefined;
  /** Bytes that were there before the first attempt. */
  #kept: number | undefined;
  /** How far the file has come, as far as is known. */
  #at: number | undefined;
  #moved = 0;
  #compared = 0;
  #attempts = 0;

  constructor(listener: TransferListener = () => {}) {
    this.#listener = listener;
  }

  attempt(number: number): void {
    this.#attempts = number;
    this.phase('connecting');
  }

  phase(phase: Phase): void {
    this.#listener({ kind: 'phase', phase });
  }

  size(bytes: number): void {
    if (bytes === this.#size) return;
    this.#size = bytes;
    this.#listener({ kind: 'size', bytes });
  }

  /** From here on `bytes` of the file need not move. */
  resumed(bytes: number): void {
    // The other side may have found out that what it had is of no use.
    this.#kept = Math.min(this.#kept ?? bytes, bytes);
    // What an attempt finds beyond what was there before, a broken one has moved without knowing it.
    if (this.#at !== undefined) this.#moved += Math.max(0, bytes - this.#at);
    this.#at = bytes;
    this.#listener({ kind: 'resumed', bytes });
  }

  /** So much of what has moved has not come. */
  lost(bytes: number): void {
    if (bytes > 0) this.resumed(Math.max(0, (this.#at ?? 0) - bytes));
  }

  /** What is on the other side (download: here) is of no use. */
  restarted(): void {
    this.#kept = 0;
    this.#at = 0;
    this.#listener({ kind: 'resumed', bytes: 0 });
  }

  moved(bytes: number): void {
    this.#moved += bytes;
    this.#at = (this.#at ?? 0) + bytes;
    this.#listener({ kind: 'moved', bytes });
  }

  /** Bytes of the file that went over the wire only to be compared. */
  compared(bytes: number): void {
    this.#compared += bytes;
  }

  checked(bytes: number, of: number): void {
    this.#listener({ kind: 'checked', bytes, of });
  }

  retry(retrying: Retrying): void {
    this.#listener({ kind: 'retry', ...retrying });
  }

  /** True if anything of the file had to move, other than to be compared. */
  get hasMoved(): boolean {
    return this.#moved > 0;
  }

  outcome(size: number, proof: Proof, wasThere = false): Outcome {
    return {
      size,
      resumed: wasThere ? size : Math.min(this.#kept ?? 0, size),
      moved: this.#moved + this.#compared,
      attempts: this.#attempts,
      proof,
      wasThere,
    };
  }
}

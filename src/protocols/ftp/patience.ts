import { type Clock, NO_LONGER } from '../../base/clock.ts';
import type { Reply } from '../../wire/ftp/reply.ts';
import type { FtpOptions } from './options.ts';
import { replies } from './replies.ts';

/**
 * How long a visitor may say nothing, and how long it may take them to log in. Off while a command
 * or a transfer runs (RFC 1123 §4.1.3.2). One timer at a time sleeps and looks again when it wakes:
 * commands only move the deadline.
 */
export class Patience {
  readonly #options: FtpOptions;
  readonly #clock: Clock;
  readonly #onLost: (farewell: Reply) => void;
  #isOver = false;
  #looks = 0;
  #gone: AbortSignal | undefined;
  #inside = false;
  #busy = false;
  /** Aborted when the line that has begun is complete. */
  #line: AbortController | undefined;
  /** What this visitor may say nothing for. */
  #idleTimeoutMs: number;
  /** When the visitor last said something, or last stopped being logged in. */
  #since: number;

  constructor(options: FtpOptions, clock: Clock, onLost: (farewell: Reply) => void) {
    this.#options = options;
    this.#idleTimeoutMs = options.idleTimeoutMs;
    this.#clock = clock;
    this.#onLost = onLost;
    this.#since = clock.monotonic();
  }

  /** Begins to look at the time, until `gone` is aborted or {@link end} is called. */
  begin(gone: AbortSignal): void {
    this.#gone = gone;
    void this.#look();
  }

  /** Somebody is being served: time stands still. */
  suspend(): void {
    this.#busy = true;
  }

  /**
   * The visitor's turn again.
   * @param idleTimeoutMs what they have chosen, if they have
   */
  resume(inside: boolean, idleTimeoutMs = this.#options.idleTimeoutMs): void {
    if (idleTimeoutMs !== this.#idleTimeoutMs) {
      this.#idleTimeoutMs = idleTimeoutMs;
      // Who sleeps may do so for too long now.
      void this.#look();
    }
    this.#busy = false;
    // Before the login only the login itself is an achievement.
    if (inside || this.#inside) this.#since = this.#clock.monotonic();
    this.#inside = inside;
  }

  /** What came has completed a line or more, and has begun one that is not complete, or not. */
  heard(completed: boolean, unfinished: boolean): void {
    if (completed || !unfinished) {
      this.#line?.abort(NO_LONGER);
      this.#line = undefined;
    }
    if (!unfinished || this.#line !== undefined) return;
    const line = new AbortController();
    this.#line = line;
    this.#clock.sleep(this.#options.lineTimeoutMs, line.signal).then(
      () => this.#onLost(replies.lineTimeout),
      () => {},
    );
  }

  end(): void {
    this.#line?.abort(NO_LONGER);
    this.#isOver = true;
  }

  /** The last one who was told to look does. */
  async #look(): Promise<void> {
    const { loginTimeoutMs } = this.#options;
    const look = (this.#looks += 1);
    while (!this.#isOver && this.#looks === look) {
      const allowed = this.#inside ? this.#idleTimeoutMs : loginTimeoutMs;
      const left = this.#busy ? allowed : this.#since + allowed - this.#clock.monotonic();
      if (left <= 0) return this.#onLost(this.#inside ? replies.idle : replies.loginTimeout);
      // REIN brings the deadline nearer, so never sleep past a login's.
      await this.#clock.sleep(Math.min(left, loginTimeoutMs), this.#gone).catch(() => this.end());
    }
  }
}

import type { Clock } from '../../base/clock.ts';
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
  readonly #ended = new AbortController();
  #inside = false;
  #busy = false;
  /** Aborted when the line that has begun is complete. */
  #line: AbortController | undefined;
  /** When the visitor last said something, or last stopped being logged in. */
  #since: number;

  constructor(options: FtpOptions, clock: Clock, onLost: (farewell: Reply) => void) {
    this.#options = options;
    this.#clock = clock;
    this.#onLost = onLost;
    this.#since = clock.monotonic();
  }

  /** Begins to look at the time, until `gone` is aborted or {@link end} is called. */
  begin(gone: AbortSignal): void {
    gone.addEventListener('abort', () => this.end(), { once: true });
    // The only way in which the clock rejects is that it was told to stop.
    this.#look().catch(() => {});
  }

  /** Somebody is being served: time stands still. */
  suspend(): void {
    this.#busy = true;
  }

  /** The visitor's turn again. */
  resume(inside: boolean): void {
    this.#busy = false;
    // Before the login only the login itself is an achievement.
    if (inside || this.#inside) this.#since = this.#clock.monotonic();
    this.#inside = inside;
  }

  /** What came has completed a line or more, and has begun one that is not complete, or not. */
  heard(completed: boolean, unfinished: boolean): void {
    if (completed || !unfinished) {
      this.#line?.abort();
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
    this.#ended.abort();
    this.#line?.abort();
  }

  async #look(): Promise<void> {
    const { idleTimeoutMs, loginTimeoutMs } = this.#options;
    for (;;) {
      const allowed = this.#inside ? idleTimeoutMs : loginTimeoutMs;
      const left = this.#busy ? allowed : this.#since + allowed - this.#clock.monotonic();
      if (left <= 0) break;
      // REIN brings the deadline nearer, so never sleep past a login's.
      await this.#clock.sleep(Math.min(left, loginTimeoutMs), this.#ended.signal);
    }
    this.#onLost(this.#inside ? replies.idle : replies.loginTimeout);
  }
}

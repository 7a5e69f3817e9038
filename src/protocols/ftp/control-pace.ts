import type { Clock } from '../../base/clock.ts';
import { TokenBucket } from '../../base/token-bucket.ts';
import type { FtpOptions } from './options.ts';

/** A second's worth goes at once: clients send in bursts. */
const BURST_MS = 1000;

/** How much one control connection may say a second; more has to wait, unread. */
export class ControlPace {
  readonly #commands: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #gone: AbortSignal;

  /** @param gone ends all waiting */
  constructor(options: FtpOptions, clock: Clock, gone: AbortSignal) {
    const { commandsPerSecond, commandBytesPerSecond } = options;
    this.#commands = new TokenBucket({ perSecond: commandsPerSecond, burstMs: BURST_MS, clock });
    this.#bytes = new TokenBucket({ perSecond: commandBytesPerSecond, burstMs: BURST_MS, clock });
    this.#gone = gone;
  }

  /** So many bytes have come. @returns what to wait for before more are read, if anything */
  heard(bytes: number): Promise<void> | undefined {
    this.#bytes.spend(bytes);
    return this.#bytes.tryTake(0) ? undefined : settled(this.#bytes.take(0, this.#gone));
  }

  /** @returns what to wait for before one more command is answered, if anything */
  command(): Promise<void> | undefined {
    return this.#commands.tryTake(1) ? undefined : settled(this.#commands.take(1, this.#gone));
  }
}

/** Nobody is left to be told that the connection is gone. */
function settled(waiting: Promise<void>): Promise<void> {
  return waiting.catch(() => {});
}

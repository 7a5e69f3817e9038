import { NO_LONGER } from '../../../base/clock.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { TransferFailure, troubled } from '../../transfer-failure.ts';
import type { Link } from './link.ts';
import { failureOf, isPositive, isUnknown } from './reply-failures.ts';
import { within } from './waiting.ts';

/** How long the server may take to say what is wrong with a data connection, in milliseconds. */
export const EXPLANATION_MS = 5000;

/** Replies that say nothing new (a second 150, owed NOOPs): more are no conversation. */
const MAX_EXTRA_REPLIES = 10_000;

/** Nobody stops this: what is to be waited for is bounded by other means. */
export const NEVER: AbortSignal = new AbortController().signal;

/** What is heard on the control connection while data flows. */
export class Flow {
  readonly last: Promise<Reply>;
  readonly #again = Promise.withResolvers<Reply>();
  readonly #link: Link;
  readonly #over = new AbortController();
  /** NOOPs that have not been answered. */
  #owed = 0;

  constructor(link: Link, opening: Reply) {
    this.#link = link;
    // There are servers that say 226 at once where there is nothing to transfer.
    this.last = opening.code < 200 ? this.#lastReply() : Promise.resolve(opening);
    this.last.catch(() => {});
    void this.#keepAlive();
  }

  /** A second reply that says that data begins to flow. */
  get again(): Promise<Reply> {
    return this.#again.promise;
  }

  /** Hears the answers to NOOP that are still owed. */
  async settle(): Promise<void> {
    this.#over.abort(NO_LONGER);
    for (; this.#owed > 0; this.#owed -= 1) await this.#link.control.reply({ signal: NEVER });
  }

  /** What to throw when no data connection came about: the server may know better why. */
  async explain(error: unknown, doing: string): Promise<unknown> {
    const { control, options } = this.#link;
    try {
      const late = (): TransferFailure => error as TransferFailure;
      const milliseconds = EXPLANATION_MS;
      const { clock } = options;
      const reply = await within(this.last, { clock, signal: NEVER, milliseconds, late });
      this.#over.abort(NO_LONGER);
      if (isPositive(reply)) return control.break(error);
      return troubled(error, 'interrupted', 'certificate-refused')
        ? error
        : failureOf(reply, doing);
    } catch {
      return control.break(error);
    }
  }

  async #lastReply(): Promise<Reply> {
    const { control, experience } = this.#link;
    try {
      for (let extras = 0; extras < MAX_EXTRA_REPLIES; extras += 1) {
        // Off while data flows: that has a watchdog of its own.
        const reply = await control.reply({ signal: NEVER, milliseconds: undefined });
        if (reply.code < 200) this.#again.resolve(reply);
        else if (!this.#isForNoop(reply)) return reply;
      }
      throw control.break(
        new TransferFailure('protocol-broken', 'The server begins again and again'),
      );
    } catch (error) {
      if (troubled(error, 'connection-lost')) experience.losesControl = true;
      throw error;
    } finally {
      this.#over.abort(NO_LONGER);
    }
  }

  #isForNoop(reply: Reply): boolean {
    if (this.#owed === 0 || !(reply.code === 200 || isUnknown(reply))) return false;
    this.#owed -= 1;
    if (reply.code !== 200) this.#link.experience.takesNoops = false;
    return true;
  }

  /** Only where it was seen to be needed: there are servers that are confused by it. */
  async #keepAlive(): Promise<void> {
    const { control, experience, options } = this.#link;
    const { clock, noopMs } = options;
    if (noopMs === 0) return;
    while (experience.losesControl && experience.takesNoops) {
      try {
        await clock.sleep(noopMs, this.#over.signal);
        control.interject('NOOP');
        this.#owed += 1;
      } catch {
        return;
      }
    }
  }
}

import type { Log } from '../base/log.ts';
import type { Database } from '../database/database.ts';

/** How long a login may wait until it is recorded, with all that came meanwhile. */
const RECORD_AFTER_MS = 2_000;

/**
 * Records when each account last came in. Not with the login itself: a crowd that comes in must not
 * wait for a transaction each.
 */
export class LastLogins implements AsyncDisposable {
  readonly #database: Database;
  readonly #log: Log;
  readonly #pending = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  /** @param time in ms since 1970 */
  note(account: string, time: number): void {
    this.#pending.set(account, time);
    this.#timer ??= setTimeout(() => void this.#record(), RECORD_AFTER_MS).unref();
  }

  async #record(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const logins = [...this.#pending];
    this.#pending.clear();
    if (logins.length === 0) return;
    try {
      await this.#database.write(async (write) => {
        for (const [name, time] of logins) {
          await write
            .updateTable('accounts')
            .set({ last_login_at: time })
            .where('name', '=', name)
            .execute();
        }
      });
    } catch (error) {
      this.#log.warn('The last logins could not be recorded', { error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#record();
  }
}

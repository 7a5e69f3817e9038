import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Database } from '../database/database.ts';
import type { OutboxRow } from '../database/tables.ts';
import type { Hook, HookEvent } from './hook.ts';

/** How often the outbox is looked into. */
const LOOK_EVERY_MS = 500;

/** Events taken at a time. */
const BATCH = 50;

/** How long an event that is being delivered is left alone by other processes. */
const CLAIM_MS = 60_000;

/** The delay after the first failure; each further one doubles it, up to the longest. */
const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 5 * 60_000;

/**
 * Takes events out of the outbox and hands them to a hook, in their order, each at least once: an
 * event leaves the outbox only when the hook has taken it.
 */
export class HookDelivery implements AsyncDisposable {
  readonly #database: Database;
  readonly #hook: Hook;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(given: {
    readonly database: Database;
    readonly hook: Hook;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#database = given.database;
    this.#hook = given.hook;
    this.#clock = given.clock;
    this.#log = given.log;
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const isMore = await this.#deliverSome();
        if (!isMore) await this.#clock.sleep(LOOK_EVERY_MS, signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#log.error('The outbox could not be read', { error });
        await this.#clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
      }
    }
  }

  /** @returns true if more may be waiting */
  async #deliverSome(): Promise<boolean> {
    const rows = await this.#claim();
    for (const row of rows) {
      if (this.#stop.signal.aborted || !(await this.#deliver(row))) {
        await this.#putBack(rows.filter((other) => other.id > row.id));
        return false;
      }
    }
    return rows.length === BATCH;
  }

  /** @returns true if the hook has taken it */
  async #deliver(row: OutboxRow): Promise<boolean> {
    try {
      await this.#hook(await this.#told(row), this.#stop.signal);
    } catch (error) {
      const delay = Math.min(FIRST_DELAY_MS * 2 ** Math.min(row.attempts, 30), LONGEST_DELAY_MS);
      this.#log.warn('A hook did not take an event; it is told again later', {
        event: row.id,
        attempts: row.attempts + 1,
        delayMs: delay,
        error,
      });
      await this.#set(row.id, { attempts: row.attempts + 1, due_at: this.#clock.now() + delay });
      return false;
    }
    await this.#database.write((write) =>
      write.deleteFrom('outbox').where('id', '=', row.id).execute(),
    );
    return true;
  }

  /** The first events, unless the very first has to wait: later ones do not overtake it. */
  #claim(): Promise<readonly OutboxRow[]> {
    const now = this.#clock.now();
    return this.#database.write(async (write) => {
      const rows = await write
        .selectFrom('outbox')
        .selectAll()
        .orderBy('id')
        .limit(BATCH)
        .execute();
      if (rows.length === 0 || rows.some((row) => row.due_at > now)) return [];
      const ids = rows.map((row) => row.id);
      await write
        .updateTable('outbox')
        .set({ due_at: now + CLAIM_MS })
        .where('id', 'in', ids)
        .execute();
      return rows;
    });
  }

  async #putBack(rows: readonly OutboxRow[]): Promise<void> {
    for (const row of rows) await this.#set(row.id, { due_at: row.due_at });
  }

  async #set(id: number, values: { attempts?: number; due_at: number }): Promise<void> {
    await this.#database.write((write) =>
      write.updateTable('outbox').set(values).where('id', '=', id).execute(),
    );
  }

  async #told(row: OutboxRow): Promise<HookEvent> {
    const owner = await this.#database.query
      .selectFrom('accounts')
      .select('name')
      .where('home_id', '=', row.home_id)
      .executeTakeFirst();
    return {
      id: row.id,
      time: new Date(row.time).toISOString(),
      account: owner?.name,
      ...(JSON.parse(row.event) as object),
    };
  }
}

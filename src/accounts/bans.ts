import type { Clock } from '../base/clock.ts';
import type { Database } from '../database/database.ts';

/** Who is kept out, by whom and how long. Times in ms since 1970. */
export interface Ban {
  /** As `base/network.ts` writes it. */
  readonly network: string;
  readonly reason: string;
  readonly by: 'operator' | 'server';
  readonly since: number;
  /** Undefined: until it is lifted. */
  readonly until: number | undefined;
}

/** The bans, in the database, for all processes on it. Every change is durable when its promise resolves. */
export class Bans {
  readonly #database: Database;
  readonly #clock: Clock;
  #revision = 0;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Differs from its last value if anybody, here or in another process, may have changed a ban. */
  async revision(): Promise<string> {
    return `${this.#revision}.${await this.#database.outsideChanges()}`;
  }

  /** Those that hold now, the newest first. */
  async list(): Promise<readonly Ban[]> {
    const now = this.#clock.now();
    const rows = await this.#database.query
      .selectFrom('bans')
      .selectAll()
      .where((ban) => ban.or([ban('until', 'is', null), ban('until', '>', now)]))
      .orderBy('since', 'desc')
      .orderBy('network')
      .execute();
    return rows.map(({ until, ...row }) => ({ ...row, until: until ?? undefined }));
  }

  /**
   * Keeps a network out; what was said of it before is replaced, unless an operator said it and
   * this does not.
   * @param most how many of the server's own there may be; those that would end soonest go first
   */
  async add(ban: Omit<Ban, 'since'>, most = Number.MAX_SAFE_INTEGER): Promise<void> {
    const now = this.#clock.now();
    const row = { ...ban, since: now, until: ban.until ?? null };
    await this.#database.write(async (write) => {
      await write.deleteFrom('bans').where('until', '<=', now).execute();
      await write
        .insertInto('bans')
        .values(row)
        .onConflict((conflict) => {
          const update = conflict.column('network').doUpdateSet(row);
          return ban.by === 'operator' ? update : update.where('bans.by', '=', 'server');
        })
        .execute();
      const own = write.selectFrom('bans').where('by', '=', 'server');
      const { count } = await own
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      if (count <= most) return;
      const soonest = own
        .select('network')
        .orderBy('until')
        .limit(count - most);
      await write.deleteFrom('bans').where('network', 'in', soonest).execute();
    });
    await this.#changed();
  }

  /** @returns whether there was one */
  async lift(network: string): Promise<boolean> {
    const { numDeletedRows } = await this.#database.write((write) =>
      write.deleteFrom('bans').where('network', '=', network).executeTakeFirstOrThrow(),
    );
    await this.#changed();
    return numDeletedRows > 0n;
  }

  async #changed(): Promise<void> {
    this.#revision += 1;
    await this.#database.durable();
  }
}

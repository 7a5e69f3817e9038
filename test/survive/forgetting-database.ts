import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Failure } from '../../src/base/failure.ts';
import type { Database, Query, Write } from '../../src/database/database.ts';
import { MIGRATIONS } from '../../src/database/migrations/index.ts';
import { NodeSqliteDialect } from '../../src/database/sqlite/dialect.ts';
import type { Tables } from '../../src/database/tables.ts';
import { Turns } from '../../src/vault/turns.ts';
import { Died, type Life } from '../vault/mortal.ts';
import type { Chance } from './chance.ts';

/** The records as they were after one transaction. */
type Snapshot = Uint8Array;

/**
 * Records in memory that keep of everything what the contract of database/database.ts promises: of
 * the transactions since the last sync, a power cut leaves the first few, or none.
 */
export class ForgettingDatabase implements Database {
  readonly query: Query;
  readonly #raw: DatabaseSync;
  readonly #life: Life;
  readonly #turns = new Turns();
  /** The first is durable; the others came after it and may be lost, the last ones first. */
  #snapshots: Snapshot[];

  private constructor(raw: DatabaseSync, life: Life, snapshots: readonly Snapshot[]) {
    this.#raw = raw;
    this.#life = life;
    this.query = new Kysely<Tables>({ dialect: new NodeSqliteDialect(raw) });
    this.#snapshots = [...snapshots];
  }

  /** @param snapshots as another life has left them, the durable one first */
  static async open(life: Life, snapshots?: readonly Snapshot[]): Promise<ForgettingDatabase> {
    const raw = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
    const all = snapshots ?? [await emptySnapshot()];
    raw.deserialize(all.at(-1) as Snapshot);
    raw.exec('pragma foreign_keys = on');
    return new ForgettingDatabase(raw, life, all);
  }

  async write<T>(work: (transaction: Write) => Promise<T>): Promise<T> {
    alive(this.#life);
    const result = await this.#turns.run(async () => {
      const result = await this.query.transaction().execute(work);
      this.#snapshots.push(this.#raw.serialize());
      return result;
    });
    this.#life.step();
    return result;
  }

  async durable(): Promise<void> {
    alive(this.#life);
    const last = this.#snapshots.at(-1);
    this.#life.step();
    this.#snapshots = this.#snapshots.slice(Math.max(0, this.#snapshots.indexOf(last as Snapshot)));
  }

  async check(): Promise<void> {}

  async backup(): Promise<void> {
    throw new Failure('storage-failed', 'There is no disk to write a copy to');
  }

  async outsideChanges(): Promise<number> {
    return 0;
  }

  /** What a power cut leaves. */
  left(chance: Chance, life: Life): Promise<ForgettingDatabase> {
    return ForgettingDatabase.open(life, [chance.pick(this.#snapshots)]);
  }

  /** What the end of the process leaves: every transaction that has ended, durable or not. */
  kept(life: Life): Promise<ForgettingDatabase> {
    return ForgettingDatabase.open(life, this.#snapshots);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.query.destroy();
  }
}

let empty: Promise<Snapshot> | undefined;

/** All tables and nothing in them; made once, because it takes as long as a whole life. */
function emptySnapshot(): Promise<Snapshot> {
  empty ??= (async () => {
    const raw = new DatabaseSync(':memory:');
    const query: Query = new Kysely<Tables>({ dialect: new NodeSqliteDialect(raw) });
    const provider = { getMigrations: async () => ({ ...MIGRATIONS }) };
    const { error } = await new Migrator({ db: query, provider }).migrateToLatest();
    if (error !== undefined) throw new Error('The tables cannot be made', { cause: error });
    const snapshot = raw.serialize();
    await query.destroy();
    return snapshot;
  })();
  return empty;
}

/** @throws Died */
function alive(life: Life): void {
  if (life.isOver) throw new Died();
}

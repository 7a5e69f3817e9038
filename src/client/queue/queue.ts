import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Item, Standing, Wish } from './item.ts';

/** How long one process waits for another that writes, in milliseconds. */
const BUSY_MS = 10_000;

/** Each step leads from the version that is its index to the next. */
const MIGRATIONS = [
  `create table item (
    id integer primary key autoincrement,
    direction text not null check (direction in ('upload', 'download')),
    local text not null,
    url text not null,
    how text not null,
    size integer,
    state text not null check (state in ('waiting', 'running', 'done', 'failed')),
    next_try integer not null default 0,
    attempts integer not null default 0,
    last_error text,
    proof text,
    added integer not null,
    ended integer,
    unique (direction, local, url)
  ) strict;
  create index item_by_turn on item (state, next_try, id);`,
];

interface Row {
  readonly id: number;
  readonly direction: Wish['direction'];
  readonly local: string;
  readonly url: string;
  readonly how: string;
  readonly size: number | null;
  readonly state: Standing['state'];
  readonly next_try: number;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly proof: string | null;
  readonly added: number;
  readonly ended: number | null;
}

/**
 * The queue: a file that survives the process and the machine, which several processes may have
 * open at once. Every change is on the disk when the method returns.
 */
export class Queue implements Disposable {
  readonly #database: DatabaseSync;

  /** @param file made, with the folders above it, if it is not there */
  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.#database = new DatabaseSync(file, { timeout: BUSY_MS });
    this.#database.exec('pragma journal_mode = wal; pragma synchronous = full');
    this.#migrate();
  }

  /**
   * Puts it at the end; what is there already and has ended gets another turn.
   * @returns the id, and false if it was waiting or running already
   */
  add(wish: Wish, now: number): { readonly id: number; readonly isNew: boolean } {
    const { direction, local, url, how, size } = wish;
    const row = this.#database
      .prepare(
        `insert into item (direction, local, url, how, size, state, added)
         values (?, ?, ?, ?, ?, 'waiting', ?)
         on conflict (direction, local, url) do update set
           how = excluded.how, size = excluded.size, state = 'waiting', next_try = 0, attempts = 0,
           last_error = null, proof = null, added = excluded.added, ended = null
         where state in ('done', 'failed')
         returning id`,
      )
      .get(direction, local, url, JSON.stringify(how), size ?? null, now);
    if (row) return { id: Number(row['id']), isNew: true };
    const found = this.#database
      .prepare('select id from item where direction = ? and local = ? and url = ?')
      .get(direction, local, url);
    return { id: Number(found?.['id']), isNew: false };
  }

  list(): Item[] {
    const rows = this.#database.prepare('select * from item order by id').all();
    return rows.map((row) => itemOf(row as unknown as Row));
  }

  find(id: number): Item | undefined {
    const row = this.#database.prepare('select * from item where id = ?').get(id);
    return row && itemOf(row as unknown as Row);
  }

  /** The next one whose time has come, running from now on. */
  take(now: number): Item | undefined {
    const row = this.#database
      .prepare(
        `update item set state = 'running', attempts = attempts + 1 where id =
           (select id from item where state = 'waiting' and next_try <= ?
            order by next_try, id limit 1)
         returning *`,
      )
      .get(now);
    return row && itemOf(row as unknown as Row);
  }

  /** When the time of the next one comes; undefined if none waits. */
  nextTry(): number | undefined {
    const row = this.#database
      .prepare(`select min(next_try) as at from item where state = 'waiting'`)
      .get();
    return typeof row?.['at'] === 'number' ? row['at'] : undefined;
  }

  done(id: number, proof: string, size: number, now: number): void {
    this.#database
      .prepare(
        `update item set state = 'done', proof = ?, size = ?, ended = ?, last_error = null
         where id = ?`,
      )
      .run(proof, size, now, id);
  }

  failed(id: number, error: string, now: number): void {
    this.#database
      .prepare(`update item set state = 'failed', last_error = ?, ended = ? where id = ?`)
      .run(error, now, id);
  }

  /** It waits again. @param error undefined if it is not its fault: then the attempt does not count */
  putBack(id: number, error: string | undefined, nextTry: number): void {
    this.#database
      .prepare(
        `update item set state = 'waiting', next_try = ?, last_error = coalesce(?, last_error),
           attempts = attempts - ? where id = ?`,
      )
      .run(nextTry, error ?? null, error === undefined ? 1 : 0, id);
  }

  /** Whatever a runner that is dead was doing waits again. Only for who holds the lock. */
  takeOver(): void {
    this.#database.exec(`update item set state = 'waiting', next_try = 0 where state = 'running'`);
  }

  /** Those that have failed for good get another turn. */
  retryFailed(): void {
    this.#database.exec(
      `update item set state = 'waiting', next_try = 0, ended = null where state = 'failed'`,
    );
  }

  /** @returns false if it is not there, or runs */
  remove(id: number): boolean {
    const { changes } = this.#database
      .prepare(`delete from item where id = ? and state <> 'running'`)
      .run(id);
    return changes > 0;
  }

  /** Forgets what has ended well before that time. */
  forget(before: number): void {
    this.#database.prepare(`delete from item where state = 'done' and ended < ?`).run(before);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #migrate(): void {
    this.#database.exec('begin immediate');
    try {
      const row = this.#database.prepare('pragma user_version').get();
      const version = Number(row?.['user_version']);
      if (version > MIGRATIONS.length) throw new Error('The queue was made by a newer version');
      for (const step of MIGRATIONS.slice(version)) this.#database.exec(step);
      this.#database.exec(`pragma user_version = ${MIGRATIONS.length}; commit`);
    } catch (error) {
      this.#database.exec('rollback');
      throw error;
    }
  }
}

function itemOf(row: Row): Item {
  return {
    id: row.id,
    direction: row.direction,
    local: row.local,
    url: row.url,
    how: JSON.parse(row.how) as Wish['how'],
    size: row.size ?? undefined,
    standing: standingOf(row),
    attempts: row.attempts,
    lastError: row.last_error ?? undefined,
    added: row.added,
  };
}

function standingOf({ state, next_try, proof, ended }: Row): Standing {
  switch (state) {
    case 'waiting':
      return { state, nextTry: next_try };
    case 'running':
      return { state };
    case 'done':
      return { state, proof: proof ?? '', ended: ended ?? 0 };
    case 'failed':
      return { state, ended: ended ?? 0 };
  }
}

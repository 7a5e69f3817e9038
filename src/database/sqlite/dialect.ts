import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import type { Direct } from '../statement.ts';

/** Statements kept prepared; the queries of this program are far fewer. */
const MAX_STATEMENTS = 500;

/** node:sqlite behind the few methods that Kysely's SQLite dialect asks for. */
function forKysely(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => {
      statements.clear();
      database.close();
    },
    prepare: (sql) => {
      const known = statements.get(sql);
      if (known) return known;
      if (statements.size >= MAX_STATEMENTS) statements.clear();
      const statement = prepared(database.prepare(sql));
      statements.set(sql, statement);
      return statement;
    },
  };
}

function prepared(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
    run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
    iterate: (parameters) =>
      statement.iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>,
  };
}

/** Runs statements as they are, each prepared once: those that are asked for so are few. */
export function direct(database: DatabaseSync): Direct {
  const statements = new Map<
    string,
    { readonly statement: StatementSync; readonly reads: boolean }
  >();
  return (sql, values) => {
    let known = statements.get(sql);
    if (!known) {
      const statement = database.prepare(sql);
      known = { statement, reads: statement.columns().length > 0 };
      statements.set(sql, known);
    }
    const parameters = values as SQLInputValue[];
    if (known.reads) return { rows: known.statement.all(...parameters) };
    const { changes } = known.statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  };
}

/** SQLITE_BUSY, https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/** How long a transaction waits for other processes that write, and how often it asks. */
const PATIENCE_MS = 10_000;
const ASK_EVERY_MS = 2;

/**
 * Takes the write lock when a transaction begins. A deferred transaction that turns out to write
 * fails at once where another process has written meanwhile; this one waits for its turn, and
 * lets everybody else in this process go on while it waits.
 */
class ImmediateSqliteDriver extends SqliteDriver {
  readonly #raw: DatabaseSync;

  constructor(database: SqliteDatabase, raw: DatabaseSync) {
    super({ database });
    this.#raw = raw;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        await connection.executeQuery(CompiledQuery.raw('begin immediate'));
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > end) throw error;
        await sleep(ASK_EVERY_MS);
      }
    }
  }

  /**
   * SQLite has rolled back by itself where the disk was full (https://www.sqlite.org/lang_transaction.html):
   * that there is nothing left to do must not hide why.
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#raw.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** True for an error that says that another process is writing. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

/** Kysely's own SQLite dialect over the SQLite that Node brings. */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;
  readonly #raw: DatabaseSync;

  constructor(database: DatabaseSync) {
    const adapted = forKysely(database);
    super({ database: adapted });
    this.#database = adapted;
    this.#raw = database;
  }

  override createDriver(): Driver {
    return new ImmediateSqliteDriver(this.#database, this.#raw);
  }
}

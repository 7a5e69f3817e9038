import type { Compilable, CompiledQuery, QueryResult } from 'kysely';
import type { Query } from './database.ts';

/** Where a value is filled in. */
class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Runs a query without waiting. @throws what the database throws */
export type Direct = (sql: string, values: readonly unknown[]) => QueryResult<unknown>;

/** By the object through which queries are asked. */
const directs = new WeakMap<object, Direct>();

/** Says that what is asked through `on` can be run without waiting. */
export function runDirectly(on: Query, direct: Direct): void {
  directs.set(on, direct);
}

/** Runs it with these values, as a part of the transaction if there is one. */
export type Statement<Given, Row> = (on: Query, given: Given) => Promise<QueryResult<Row>>;

/**
 * A query whose text is made once, and filled in each time: for what runs with every file, making it
 * takes several times as long as running it. It runs without Kysely where the database can do that
 * at once, for the same reason.
 * @param build makes the query out of values that stand for those to come; it can only pass them on
 */
export function statement<Given extends object, Row>(
  build: (on: Query, given: Given) => Compilable<Row>,
): Statement<Given, Row> {
  let compiled: CompiledQuery<Row> | undefined;
  const slots = new Proxy({}, { get: (_, name) => new Slot(String(name)) }) as Given;
  return async (on, given) => {
    compiled ??= build(on, slots).compile();
    const values = given as Readonly<Record<string, unknown>>;
    const parameters = compiled.parameters.map((one) =>
      one instanceof Slot ? values[one.name] : one,
    );
    const direct = directs.get(on);
    if (!direct) return on.executeQuery({ ...compiled, parameters });
    return direct(compiled.sql, parameters) as QueryResult<Row>;
  };
}

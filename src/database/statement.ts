import type { Compilable, CompiledQuery, QueryResult } from 'kysely';
import type { Query } from './database.ts';

/** Where a value is filled in. */
class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Runs it with these values, as a part of the transaction if there is one. */
export type Statement<Given, Row> = (on: Query, given: Given) => Promise<QueryResult<Row>>;

/**
 * A query whose text is made once, and filled in each time: for what runs with every file, making it
 * takes several times as long as running it.
 * @param build makes the query out of values that stand for those to come; it can only pass them on
 */
export function statement<Given extends object, Row>(
  build: (on: Query, given: Given) => Compilable<Row>,
): Statement<Given, Row> {
  let compiled: CompiledQuery<Row> | undefined;
  const slots = new Proxy({}, { get: (_, name) => new Slot(String(name)) }) as Given;
  return (on, given) => {
    compiled ??= build(on, slots).compile();
    const values = given as Readonly<Record<string, unknown>>;
    const parameters = compiled.parameters.map((one) =>
      one instanceof Slot ? values[one.name] : one,
    );
    return on.executeQuery({ ...compiled, parameters });
  };
}

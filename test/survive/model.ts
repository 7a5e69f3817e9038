import type { Version } from './content.ts';
import { Violation } from './violation.ts';

/** What can stand under a name: a whole content, or nothing. */
export type Value = Version | undefined;

/** One attempt to give a name another value. If neither is called, nobody knows what became of it. */
export interface Change {
  readonly value: Value;
  /** It has happened, at some moment between its beginning and now. */
  succeeded(): void;
  /** It has not happened and will not. */
  refused(): void;
}

/** One look at a name that takes some time: anything that stood there meanwhile may be seen. */
export interface Look {
  readonly allowed: readonly Value[];
  /** Several, where contents are too short to be told apart. @throws Violation if none is allowed */
  saw(values: readonly Value[]): void;
  /** It came to nothing. */
  end(): void;
}

interface Candidate {
  readonly value: Value;
  /** The latest moment at which it can have come to stand there. */
  readonly until: number;
}

/**
 * Which values are possible under one name, at each moment. A change may happen at any moment from
 * its beginning to its known end; one whose end nobody knows, until {@link settle} is called. What
 * is seen narrows what is possible. Moments are counted, not measured: one rises with each event.
 */
export class NameModel {
  #now = 0;
  #settled: Candidate[];
  readonly #open = new Map<Change, number>();
  readonly #looks = new Set<Value[]>();

  constructor(value?: Version) {
    this.#settled = [{ value, until: 0 }];
  }

  /** All that can stand there now. */
  get possible(): readonly Value[] {
    return unique([...this.#settled.map(({ value }) => value), ...this.#openValues()]);
  }

  /** True if some change of unknown end may still happen. */
  get isMoving(): boolean {
    return this.#open.size > 0;
  }

  /** What stands there, if that is certain and nothing moves. @throws Violation if it is not */
  get certain(): Value {
    const [value, ...others] = this.possible;
    if (others.length > 0 || this.isMoving) throw new Violation('This name is not certain');
    return value;
  }

  get isCertain(): boolean {
    return this.possible.length === 1 && !this.isMoving;
  }

  begin(value: Value): Change {
    const begun = this.#tick();
    for (const seen of this.#looks) seen.push(value);
    const change: Change = {
      value,
      succeeded: () => {
        if (!this.#open.delete(change)) return;
        // What had come to an end before this began has been replaced by it.
        const concurrent = this.#settled.filter(({ until }) => until >= begun);
        this.#settled = [...concurrent, { value, until: this.#tick() }];
      },
      refused: () => void this.#open.delete(change),
    };
    this.#open.set(change, begun);
    return change;
  }

  /** Nothing that was begun can happen any more: it has, or it has not. */
  settle(): void {
    const until = this.#tick();
    this.#settled.push(...this.#openValues().map((value) => ({ value, until })));
    this.#open.clear();
  }

  look(): Look {
    const begun = this.#tick();
    const allowed = [...this.possible];
    this.#looks.add(allowed);
    return {
      allowed,
      end: () => void this.#looks.delete(allowed),
      saw: (values) => {
        this.#looks.delete(allowed);
        const seen = values.filter((value) => allowed.some((one) => same(one, value)));
        if (seen.length === 0) {
          throw new Violation(`saw ${list(values)}, allowed was ${list(unique(allowed))}`);
        }
        this.#narrow(seen, begun);
      },
    };
  }

  toString(): string {
    return `${list(this.possible)}${this.isMoving ? ', moving' : ''}`;
  }

  /** Whatever came to stand there before the look, and was not seen, has been replaced. */
  #narrow(seen: readonly Value[], begun: number): void {
    const until = this.#tick();
    const isSeen = (value: Value): boolean => seen.some((one) => same(one, value));
    const kept = this.#settled.filter((one) => one.until >= begun || isSeen(one.value));
    const missing = seen.filter((value) => !kept.some((one) => same(one.value, value)));
    this.#settled = [...kept, ...missing.map((value) => ({ value, until }))];
  }

  #openValues(): Value[] {
    return [...this.#open.keys()].map(({ value }) => value);
  }

  #tick(): number {
    this.#now += 1;
    return this.#now;
  }
}

/** True if both are the same bytes, or both nothing. */
export function same(one: Value, other: Value): boolean {
  return one?.key === other?.key;
}

export function unique(values: readonly Value[]): Value[] {
  return [...new Map(values.map((value) => [value?.key, value])).values()];
}

export function list(values: readonly Value[]): string {
  return values.map((value) => value?.toString() ?? 'nothing').join(' or ') || 'something unknown';
}

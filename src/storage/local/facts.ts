import type { BigIntStats } from 'node:fs';

/** What the system tells about a file, as listings show it. */
export interface Facts {
  /** With the bits of its kind. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly exact: ExactFacts;
}

/** What few ask for. */
export type ExactFacts = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs'>;

const NS_PER_MS = 1_000_000;

export function factsOf(stats: BigIntStats): Facts {
  return {
    mode: Number(stats.mode),
    size: Number(stats.size),
    // Rounded: the system may keep 1.123 s as 1.122999999.
    modified: Math.round(Number(stats.mtimeNs) / NS_PER_MS),
    exact: stats,
  };
}

const BYTES = 8;

/** Numbers in a row of each of the two parts of a table. */
const SHOWN = 3;
const EXACT = 5;

/** Instead of a mode: nothing has this name. */
const NOTHING = -1;

/** Facts about many files, a row each, in memory that one thread hands to another. */
export class FactsTable {
  readonly memory: ArrayBuffer;
  readonly #shown: Float64Array;
  readonly #exact: BigInt64Array;

  /** @param memory of a table of as many rows that another thread has filled; new if not given */
  constructor(rows: number, memory = new ArrayBuffer(rows * (SHOWN + EXACT) * BYTES)) {
    this.memory = memory;
    this.#shown = new Float64Array(memory, 0, rows * SHOWN);
    this.#exact = new BigInt64Array(memory, rows * SHOWN * BYTES, rows * EXACT);
  }

  /** @param facts undefined if nothing has the name */
  set(row: number, facts: Facts | undefined): void {
    const shown = row * SHOWN;
    this.#shown[shown] = facts?.mode ?? NOTHING;
    if (!facts) return;
    this.#shown[shown + 1] = facts.size;
    this.#shown[shown + 2] = facts.modified;
    const exact = row * EXACT;
    const { dev, ino, size, mtimeNs, ctimeNs } = facts.exact;
    this.#exact[exact] = dev;
    this.#exact[exact + 1] = ino;
    this.#exact[exact + 2] = size;
    this.#exact[exact + 3] = mtimeNs;
    this.#exact[exact + 4] = ctimeNs;
  }

  /** Undefined if nothing has the name. */
  get(row: number): Facts | undefined {
    const shown = row * SHOWN;
    const mode = this.#shown[shown] ?? NOTHING;
    if (mode === NOTHING) return undefined;
    return {
      mode,
      size: this.#shown[shown + 1] ?? 0,
      modified: this.#shown[shown + 2] ?? 0,
      exact: new ExactRow(this.#exact, row * EXACT),
    };
  }
}

/** Makes a BigInt only of what is asked for. */
class ExactRow implements ExactFacts {
  readonly #numbers: BigInt64Array;
  readonly #first: number;

  constructor(numbers: BigInt64Array, first: number) {
    this.#numbers = numbers;
    this.#first = first;
  }

  get dev(): bigint {
    return this.#number(0);
  }

  get ino(): bigint {
    return this.#number(1);
  }

  get size(): bigint {
    return this.#number(2);
  }

  get mtimeNs(): bigint {
    return this.#number(3);
  }

  get ctimeNs(): bigint {
    return this.#number(4);
  }

  #number(column: number): bigint {
    return this.#numbers[this.#first + column] ?? 0n;
  }
}

import { FromWire, ToWire } from './ascii.ts';
import { bytesUnit, RECORD_END, type Unit } from './unit.ts';

const LF = 0x0a;
const CR = 0x0d;
const LINE_END = Buffer.of(LF);

/** One way between what a file holds and the units on the wire, by type and structure. */
export interface TextLayer {
  take(unit: Unit): Iterable<Unit>;
  /** What was held back when there is no more. */
  end(): Iterable<Unit>;
}

/** TYPE I: bytes stay what they are. A file here has no records, so where they end is not kept. */
export class ImageFromWire implements TextLayer {
  take(unit: Unit): Iterable<Unit> {
    return unit.kind === 'record-end' ? [] : [unit];
  }

  end(): Iterable<Unit> {
    return [];
  }
}

/** TYPE I: a file is sent as it is; in STRU R as one record. */
export class ImageToWire implements TextLayer {
  readonly #isRecord: boolean;
  #isEmpty = true;

  constructor({ isRecord }: { readonly isRecord: boolean }) {
    this.#isRecord = isRecord;
  }

  take(unit: Unit): Iterable<Unit> {
    if (unit.kind === 'bytes') this.#isEmpty = false;
    return [unit];
  }

  end(): Iterable<Unit> {
    return this.#isRecord && !this.#isEmpty ? [RECORD_END] : [];
  }
}

/** TYPE A: CRLF becomes LF, and so does the end of a record (RFC 959 §3.1.1.1 and §3.1.2.2). */
export class TextFromWire implements TextLayer {
  readonly #ascii = new FromWire();

  *take(unit: Unit): Generator<Unit> {
    switch (unit.kind) {
      case 'bytes':
        yield bytesUnit(this.#ascii.convert(unit.bytes));
        return;
      case 'record-end':
        yield* this.end();
        yield bytesUnit(LINE_END);
        return;
      case 'file-end':
        yield* this.end();
        yield unit;
        return;
      case 'marker':
        yield unit;
    }
  }

  *end(): Generator<Unit> {
    const rest = this.#ascii.end();
    if (rest.length > 0) yield bytesUnit(rest);
  }
}

/** TYPE A and STRU F: LF becomes CRLF. */
export class TextToWire implements TextLayer {
  readonly #ascii = new ToWire();

  take(unit: Unit): Iterable<Unit> {
    return unit.kind === 'bytes' ? [bytesUnit(this.#ascii.convert(unit.bytes))] : [unit];
  }

  end(): Iterable<Unit> {
    return [];
  }
}

/** TYPE A and STRU R: every line is a record, and its end is no byte of it. */
export class TextToRecords implements TextLayer {
  /** A CR at the end of a chunk, which may belong to an end of a line. */
  #heldCr = false;

  *take(unit: Unit): Generator<Unit> {
    if (unit.kind !== 'bytes') {
      yield unit;
      return;
    }
    const { bytes } = unit;
    if (bytes.length === 0) return;
    if (this.#heldCr && bytes[0] !== LF) yield* this.end();
    this.#heldCr = false;
    let from = 0;
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, from)) {
      const end = at > from && bytes[at - 1] === CR ? at - 1 : at;
      if (end > from) yield bytesUnit(bytes.subarray(from, end));
      yield RECORD_END;
      from = at + 1;
    }
    this.#heldCr = from < bytes.length && bytes.at(-1) === CR;
    const rest = bytes.subarray(from, this.#heldCr ? -1 : undefined);
    if (rest.length > 0) yield bytesUnit(rest);
  }

  *end(): Generator<Unit> {
    if (this.#heldCr) yield bytesUnit(Buffer.of(CR));
    this.#heldCr = false;
  }
}

import { WireError } from '../../wire-error.ts';
import {
  bytesUnit,
  FILE_END,
  RECORD_END,
  type EndMark,
  type FrameDecoder,
  type FrameEncoder,
  type Unit,
} from './unit.ts';

const ESCAPE = 0xff;
const END_OF_RECORD = 1;
const END_OF_FILE = 2;

/** MODE S with STRU F: bytes are bytes, and only the connection ends (RFC 959 §3.4.1). */
export class PlainDecoder implements FrameDecoder {
  readonly mark: EndMark = 'none';

  push(chunk: Uint8Array): Iterable<Unit> {
    return [bytesUnit(chunk)];
  }

  end(): Iterable<Unit> {
    return [];
  }
}

export class PlainEncoder implements FrameEncoder {
  encode(unit: Unit): Iterable<Uint8Array> {
    return unit.kind === 'bytes' ? [unit.bytes] : [];
  }
}

/** MODE S with STRU R: 0xFF begins a code for the end of a record or of the file (RFC 959 §3.4.1). */
export class RecordDecoder implements FrameDecoder {
  mark: EndMark = 'missing';
  #escaped = false;

  *push(chunk: Uint8Array): Generator<Unit> {
    for (let at = 0; at < chunk.length;) {
      if (this.mark === 'seen') throw new WireError('More follows behind the end of the file');
      if (this.#escaped) {
        this.#escaped = false;
        // The escaped byte 0xFF is the code itself.
        yield* this.#code(chunk.subarray(at, at + 1));
        at += 1;
        continue;
      }
      const escape = chunk.indexOf(ESCAPE, at);
      const end = escape < 0 ? chunk.length : escape;
      if (end > at) yield bytesUnit(chunk.subarray(at, end));
      this.#escaped = escape >= 0;
      at = end + 1;
    }
  }

  end(): Iterable<Unit> {
    return [];
  }

  *#code(code: Uint8Array): Generator<Unit> {
    const byte = code[0] ?? 0;
    if (byte === ESCAPE) {
      yield bytesUnit(code);
      return;
    }
    if (byte < END_OF_RECORD || byte > (END_OF_RECORD | END_OF_FILE)) {
      throw new WireError(`No record ends with the code ${byte}`);
    }
    if (byte & END_OF_RECORD) yield RECORD_END;
    if (byte & END_OF_FILE) {
      this.mark = 'seen';
      yield FILE_END;
    }
  }
}

export class RecordEncoder implements FrameEncoder {
  /** The end of a record, which may be said together with that of the file. */
  #ended = false;

  *encode(unit: Unit): Generator<Uint8Array> {
    const held = this.#ended ? END_OF_RECORD : 0;
    this.#ended = unit.kind === 'record-end';
    if (unit.kind === 'file-end') yield Uint8Array.of(ESCAPE, held | END_OF_FILE);
    else if (held > 0) yield Uint8Array.of(ESCAPE, held);
    if (unit.kind === 'bytes') yield* doubled(unit.bytes);
  }
}

function* doubled(bytes: Uint8Array): Generator<Uint8Array> {
  let from = 0;
  for (let at = bytes.indexOf(ESCAPE); at >= 0; at = bytes.indexOf(ESCAPE, at + 1)) {
    yield bytes.subarray(from, at + 1);
    from = at;
  }
  if (from < bytes.length) yield bytes.subarray(from);
}

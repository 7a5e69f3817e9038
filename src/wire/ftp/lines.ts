import { decodeName, encodeName } from '../../base/name.ts';
import { WireError } from '../wire-error.ts';
import { ATTENTION, DATA_MARK, IAC, INTERRUPT_PROCESS, NOTHING, TelnetFilter } from './telnet.ts';

const NUL = 0;
const LF = 0x0a;
const CR = 0x0d;

/**
 * What a control connection said: a line; a line too long to be read, told once and as soon as it
 * is known; or Telnet's call for attention, which announces an ABOR, STAT or QUIT and by itself
 * asks for nothing (RFC 959 §4.1).
 */
export type LineEvent =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'too-long' }
  | { readonly kind: 'interrupt' };

/**
 * Turns the bytes of a control connection into lines. A line ends at CRLF or at a bare LF; CR NUL
 * is a CR in a name (RFC 2640 §3.1); Telnet commands are taken out. Whatever the bytes are and
 * however they are cut, it does not throw, holds at most one line, and takes linear time.
 */
export class LineDecoder {
  readonly #maxBytes: number;
  readonly #telnet = new TelnetFilter();
  #held: number[] = [];
  #afterReturn = false;
  #urgent = false;
  /** `taken`: the line was complete without its LF, which may still come. */
  #phase: 'reading' | 'taken' | 'discarding' = 'reading';

  /** @param maxBytes the longest line, in bytes without its end */
  constructor(maxBytes = 8192) {
    this.#maxBytes = maxBytes;
  }

  /** True if a line has begun and not ended. */
  get unfinished(): boolean {
    return this.#held.length > 0 || this.#phase === 'discarding' || this.#telnet.unfinished;
  }

  /** Takes the bytes that came and tells what they complete, in order. */
  push(chunk: Uint8Array): LineEvent[] {
    const events: LineEvent[] = [];
    for (let at = 0; at < chunk.length; at += 1) {
      const plain = this.#isFresh ? plainLine(chunk, at) : 0;
      if (plain > 0 && plain <= this.#maxBytes) {
        // What it is in nearly every case, and then it is many times as fast as byte by byte.
        events.push({ kind: 'line', text: latin1(chunk, at, at + plain) });
        this.#urgent = false;
        at += plain + 1;
        continue;
      }
      const byte = this.#telnet.feed(chunk[at] ?? 0);
      if (byte === NOTHING) continue;
      const event = this.#take(byte);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  /** Nothing that came before has to do with what comes next. */
  get #isFresh(): boolean {
    return this.#held.length === 0 && this.#phase === 'reading' && !this.#telnet.unfinished;
  }

  #take(byte: number): LineEvent | undefined {
    if (byte === ATTENTION) return this.#callForAttention();
    if (this.#held.length === 0 && this.#phase !== 'discarding') {
      // Halves of Telnet commands whose other half was urgent data. No verb begins with them.
      if (byte === INTERRUPT_PROCESS || byte === DATA_MARK) return this.#callForAttention();
      if (byte === IAC) return undefined;
    }
    if (byte === LF) return this.#endLine();
    if (this.#phase === 'discarding') return undefined;
    this.#phase = 'reading';
    if (byte === NUL && this.#afterReturn) {
      this.#afterReturn = false;
      return undefined;
    }
    // A client that sends all of ABOR as urgent data loses the last byte of it, the LF; it has no
    // argument that could follow.
    if (byte === CR && this.#spellsAbort()) {
      this.#phase = 'taken';
      return this.#takeLine();
    }
    this.#afterReturn = byte === CR;
    // One byte more than a line may have: it can be the CR of the line's end.
    if (this.#held.length <= this.#maxBytes) {
      this.#held.push(byte);
      return undefined;
    }
    this.#phase = 'discarding';
    this.#takeLine();
    return { kind: 'too-long' };
  }

  #endLine(): LineEvent | undefined {
    const phase = this.#phase;
    this.#phase = 'reading';
    if (phase !== 'reading') {
      this.#urgent = false;
      return undefined;
    }
    if (this.#afterReturn) this.#held.pop();
    return this.#takeLine();
  }

  #takeLine(): LineEvent {
    const bytes = this.#held;
    this.#held = [];
    this.#afterReturn = false;
    this.#urgent = false;
    if (bytes.length > this.#maxBytes) return { kind: 'too-long' };
    return { kind: 'line', text: decodeName(Uint8Array.from(bytes)) };
  }

  /** At most one event a line: a flood of them must not become a flood of work. */
  #callForAttention(): LineEvent | undefined {
    if (this.#urgent) return undefined;
    this.#urgent = true;
    return { kind: 'interrupt' };
  }

  #spellsAbort(): boolean {
    return this.#held.length === 4 && /^abor$/i.test(String.fromCharCode(...this.#held));
  }
}

/** The length of the line that begins here, if it is of printable ASCII and ends with CRLF; else 0. */
function plainLine(chunk: Uint8Array, from: number): number {
  let at = from;
  for (let byte = chunk[at] ?? 0; byte >= 0x20 && byte < 0x7f; byte = chunk[at] ?? 0) at += 1;
  return chunk[at] === CR && chunk[at + 1] === LF ? at - from : 0;
}

function latin1({ buffer, byteOffset }: Uint8Array, from: number, to: number): string {
  return Buffer.from(buffer, byteOffset + from, to - from).toString('latin1');
}

/**
 * The bytes of one line, ended by CRLF: a CR in a name as CR NUL (RFC 2640 §3.1), a byte 0xFF
 * doubled (RFC 854).
 * @throws WireError if the text holds LF or NUL: no peer would read it as one line, or as this one
 */
export function formatLine(text: string): Buffer {
  // oxlint-disable-next-line no-control-regex -- these two are exactly what is refused
  if (/[\n\0]/.test(text)) throw new WireError('A line cannot hold LF or NUL');
  return encodeLines(endLine(text));
}

/** A line of a control connection as text, with its end; of many, {@link encodeLines} makes bytes at once. */
export function endLine(text: string): string {
  return `${text.includes('\r') ? text.replaceAll('\r', '\r\0') : text}\r\n`;
}

/** The bytes of lines that {@link endLine} has ended, for whoever reads names in another way, too. */
export function encodeLines(lines: string, encode: (text: string) => Buffer = encodeName): Buffer {
  const bytes = encode(lines);
  if (!bytes.includes(IAC)) return bytes;
  return Buffer.from([...bytes].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])));
}

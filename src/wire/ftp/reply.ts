import { WireError } from '../wire-error.ts';
import { encodeLines, endLine, LineDecoder } from './lines.ts';

/** What a server answers: a code of three digits, and its text without codes and line ends. */
export interface Reply {
  readonly code: number;
  readonly lines: readonly string[];
}

/** How much a server may say. */
export interface ReplyLimits {
  /** The longest reply in bytes, all its lines together. */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 256 * 1024;

/**
 * The bytes of a reply (RFC 959 §4.2). Each line between the first and the last is indented by one
 * space: so no text can look like the last line, and FEAT and MLST get the form they want
 * (RFC 2389 §3.2, RFC 3659 §7.2). LF and NUL cannot be sent and become `?`.
 */
export function formatReply(reply: Reply): Buffer {
  return encodeLines(replyLines(reply));
}

/** The same as text; of that of many replies, `encodeLines` makes bytes at once. */
export function replyLines({ code, lines }: Reply): string {
  const last = lines.length - 1;
  let text = '';
  for (let index = 0; index < last; index += 1) {
    text += replyLine(index === 0 ? `${code}-` : ' ', lines[index] ?? '');
  }
  return text + replyLine(`${code} `, lines[last] ?? '');
}

/** One line of a reply of which more is to come: `213-` and a text. */
export function openLine(code: number, text: string): string {
  return replyLine(`${code}-`, text);
}

function replyLine(beginning: string, text: string): string {
  // oxlint-disable-next-line no-control-regex -- these two are exactly what is replaced
  return endLine(beginning + (/[\n\0]/.test(text) ? text.replaceAll(/[\n\0]/g, '?') : text));
}

/**
 * Reads what a server says, in linear time and within a limit. Of the lines in the middle it takes
 * away the one space of {@link formatReply}, or the `code-` that some servers write instead.
 */
export class ReplyParser {
  readonly #maxBytes: number;
  readonly #decoder: LineDecoder;
  #open: { readonly code: number; readonly lines: string[] } | undefined;
  #size = 0;

  constructor(limits: ReplyLimits = {}) {
    this.#maxBytes = limits.maxBytes ?? DEFAULT_MAX_BYTES;
    this.#decoder = new LineDecoder(this.#maxBytes);
  }

  /** True if a reply has begun and not ended. */
  get unfinished(): boolean {
    return this.#open !== undefined || this.#decoder.unfinished;
  }

  /**
   * Takes the bytes that came and gives the replies that they complete, in order.
   * @throws WireError if this is no reply or too long a one; the connection is of no use then
   */
  push(chunk: Uint8Array): Reply[] {
    const replies: Reply[] = [];
    for (const event of this.#decoder.push(chunk)) {
      if (event.kind === 'interrupt') continue;
      if (event.kind === 'too-long') throw this.#tooLong();
      const reply = this.#take(event.text);
      if (reply !== undefined) replies.push(reply);
    }
    return replies;
  }

  #take(line: string): Reply | undefined {
    this.#size += Buffer.byteLength(line) + 2;
    if (this.#size > this.#maxBytes) throw this.#tooLong();
    const coded = readCoded(line);
    const open = (this.#open ??= coded && { code: coded.code, lines: [] });
    if (open === undefined) throw new WireError('The server sent something that is no reply');
    const own = coded?.code === open.code ? coded : undefined;
    open.lines.push(own?.text ?? (line.startsWith(' ') ? line.slice(1) : line));
    if (own?.last !== true) return undefined;
    this.#open = undefined;
    this.#size = 0;
    return open;
  }

  #tooLong(): WireError {
    return new WireError(`The server sent a reply longer than ${this.#maxBytes} bytes`);
  }
}

/** A line that begins with a code; it is the last one unless a hyphen follows. */
function readCoded(line: string): { code: number; last: boolean; text: string } | undefined {
  if (!/^[1-6]\d\d(?:[ -]|$)/.test(line)) return undefined;
  return { code: Number(line.slice(0, 3)), last: line[3] !== '-', text: line.slice(4) };
}

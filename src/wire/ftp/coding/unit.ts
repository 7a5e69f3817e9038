/**
 * What a file is made of on its way (RFC 959 §3.1.2, §3.4 and §3.5): its bytes, and what stands
 * between them. `marker` is a restart marker of whoever sends the data.
 */
export type Unit =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'record-end' }
  | { readonly kind: 'file-end' }
  | { readonly kind: 'marker'; readonly text: string };

export const RECORD_END: Unit = { kind: 'record-end' };
export const FILE_END: Unit = { kind: 'file-end' };

export function bytesUnit(bytes: Uint8Array): Unit {
  return { kind: 'bytes', bytes };
}

/**
 * The mark that says in the data itself that this was all: `none` where a coding has none, and only
 * the connection ends.
 */
export type EndMark = 'none' | 'missing' | 'seen';

/**
 * Reads the bytes of one data connection. What is taken from it has to be used before the next is
 * asked for; a chunk must stay as it is until all that came of it was used.
 */
export interface FrameDecoder {
  /** @throws WireError if this is not what it should be */
  push(chunk: Uint8Array): Iterable<Unit>;
  /** The connection has ended: what was held back. */
  end(): Iterable<Unit>;
  readonly mark: EndMark;
}

/** Writes what stands on one data connection; `file-end` comes last. */
export interface FrameEncoder {
  /** The pieces are used before the next unit is given. */
  encode(unit: Unit): Iterable<Uint8Array>;
}

/** The bits of a descriptor of block and compressed mode (RFC 959 §3.4.2). */
export const DESCRIPTOR = { endOfRecord: 128, endOfFile: 64, suspect: 32, marker: 16 } as const;

/** Longer markers than this are nobody's. */
export const MAX_MARKER_BYTES = 255;

/** A marker as RFC 959 §5.3.2 wants it: printable, without a space. */
export function isMarker(text: string): boolean {
  return text.length <= MAX_MARKER_BYTES && /^[!-~]+$/.test(text);
}

/**
 * TYPE A (RFC 959 §3.1.1.1): lines end with CRLF on the wire and with LF in the file.
 * Both directions work on latin1 strings, in which every byte is one character, so that the
 * engine's own search does the work.
 */

const CR = 0x0d;

/** File to wire: an LF that no CR stands before becomes CRLF, also across the borders of chunks. */
export class ToWire {
  #endedWithCr = false;

  convert(chunk: Uint8Array): Buffer {
    if (chunk.length === 0) return Buffer.alloc(0);
    const text = latin1(chunk);
    const converted = text.replaceAll(/(?<!\r)\n/g, '\r\n');
    const startsWithPaired = this.#endedWithCr && text.startsWith('\n');
    this.#endedWithCr = chunk.at(-1) === CR;
    return Buffer.from(startsWithPaired ? converted.slice(1) : converted, 'latin1');
  }
}

/** Wire to file: CRLF becomes LF, also across the borders of chunks; a lone CR stays. */
export class FromWire {
  #heldCr = false;

  convert(chunk: Uint8Array): Buffer {
    if (chunk.length === 0) return Buffer.alloc(0);
    const text = (this.#heldCr ? '\r' : '') + latin1(chunk);
    this.#heldCr = chunk.at(-1) === CR;
    const whole = this.#heldCr ? text.slice(0, -1) : text;
    return Buffer.from(whole.replaceAll('\r\n', '\n'), 'latin1');
  }

  /** What was held back for an LF that never came. */
  end(): Buffer {
    const rest = this.#heldCr ? Buffer.of(CR) : Buffer.alloc(0);
    this.#heldCr = false;
    return rest;
  }
}

function latin1(chunk: Uint8Array): string {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
}

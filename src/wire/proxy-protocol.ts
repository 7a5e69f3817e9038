import { isIPv4, isIPv6 } from 'node:net';
import { canonicalAddress } from './ftp/addresses.ts';
import { WireError } from './wire-error.ts';

/** Whose connection a proxy hands on: the addresses as its client sees them. */
export interface Told {
  readonly source: string;
  readonly destination: string;
}

/** A header of the PROXY protocol that has come whole. */
export interface ProxyHeader {
  /** In bytes; what follows belongs to the connection. */
  readonly length: number;
  /** Undefined if the connection is the proxy's own, as for its health checks. */
  readonly told: Told | undefined;
}

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const WORD = Buffer.from('PROXY ', 'latin1');

/** The longest line of version 1, its end included (§2.1). */
const MAX_LINE_BYTES = 107;

/** What stands before the addresses in version 2 (§2.2). */
const FIXED_BYTES = 16;

const PORT = '(?:0|[1-9]\\d{0,4})';
const LINE = new RegExp(`^PROXY TCP([46]) (\\S+) (\\S+) (${PORT}) (${PORT})$`);

/**
 * Reads the beginning of a connection as a header of the PROXY protocol, version 1 or 2
 * (proxy-protocol.txt of HAProxy, §2), and skips what version 2 adds to the
 * addresses.
 * @param maxBytes the longest header that is waited for
 * @returns undefined if more has to come
 * @throws WireError as soon as it can be none
 */
export function readProxyHeader(bytes: Buffer, maxBytes: number): ProxyHeader | undefined {
  if (startsLike(bytes, WORD)) return readLine(bytes);
  if (startsLike(bytes, SIGNATURE)) return readBinary(bytes, maxBytes);
  throw new WireError('What came is no header of the PROXY protocol');
}

function startsLike(bytes: Buffer, mark: Buffer): boolean {
  const length = Math.min(bytes.length, mark.length);
  return bytes.subarray(0, length).equals(mark.subarray(0, length));
}

function readLine(bytes: Buffer): ProxyHeader | undefined {
  const end = bytes.subarray(0, MAX_LINE_BYTES).indexOf('\r\n');
  if (end < 0) {
    if (bytes.length < MAX_LINE_BYTES) return undefined;
    throw new WireError('The line of the PROXY protocol does not end');
  }
  const length = end + 2;
  const line = bytes.toString('latin1', 0, end);
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) return { length, told: undefined };
  const [, family, source = '', destination = '', ...ports] = LINE.exec(line) ?? [];
  const isAddress = family === '4' ? isIPv4 : isIPv6;
  const isRight = isAddress(source) && isAddress(destination) && !line.includes('%');
  if (!isRight || ports.some((port) => Number(port) > 0xffff)) {
    throw new WireError('The line of the PROXY protocol cannot be read');
  }
  return { length, told: toldOf(source, destination) };
}

/** How many bytes an address of each family has; others tell nothing that is of use here. */
const ADDRESS_BYTES: Readonly<Record<number, number>> = { 1: 4, 2: 16 };

function readBinary(bytes: Buffer, maxBytes: number): ProxyHeader | undefined {
  if (bytes.length < FIXED_BYTES) return undefined;
  const [command = 0, kind = 0] = bytes.subarray(SIGNATURE.length);
  const length = FIXED_BYTES + bytes.readUInt16BE(FIXED_BYTES - 2);
  if (command >> 4 !== 2 || (command & 0xf) > 1) {
    throw new WireError('No such version or command of the PROXY protocol');
  }
  if (length > maxBytes)
    throw new WireError(`The PROXY header has ${length} bytes, which is too long`);
  if (bytes.length < length) return undefined;
  const [family, transport] = [kind >> 4, kind & 0xf];
  if ((command & 0xf) === 0) return { length, told: undefined };
  if (family > 3 || transport > 2) throw new WireError('No such family in the PROXY protocol');
  const size = ADDRESS_BYTES[family];
  // A socket of the machine, or what the proxy does not know: then it has no other address.
  if (size === undefined || transport === 0) return { length, told: undefined };
  if (transport !== 1) throw new WireError('The PROXY header is not of a TCP connection');
  if (length < FIXED_BYTES + 2 * size + 4) throw new WireError('The PROXY header is too short');
  const address = (at: number): string =>
    size === 4 ? bytes.subarray(at, at + 4).join('.') : groups(bytes.subarray(at, at + 16));
  return { length, told: toldOf(address(FIXED_BYTES), address(FIXED_BYTES + size)) };
}

function groups(address: Buffer): string {
  return Array.from({ length: 8 }, (_, at) => address.readUInt16BE(2 * at).toString(16)).join(':');
}

function toldOf(source: string, destination: string): Told {
  return {
    source: canonicalAddress(source) ?? source,
    destination: canonicalAddress(destination) ?? destination,
  };
}

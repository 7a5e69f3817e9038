import { isIP, isIPv4, isIPv6, SocketAddress } from 'node:net';

/** One end of a data connection: an IP address and a port. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** What EPRT asks for; family 1 is IPv4 and 2 is IPv6. Another family is answered by 522. */
export type ExtendedPort =
  | (HostPort & { readonly family: 1 | 2; readonly unsupportedFamily?: never })
  | { readonly unsupportedFamily: true };

/**
 * The argument of PORT, `h1,h2,h3,h4,p1,p2` (RFC 959 §4.1.2). Undefined unless it is exactly six
 * numbers up to 255 and names a port. Leading zeros are refused: some read them as octal, and
 * then the address that was checked is not the one that is called.
 */
export function parsePortArgument(text: string): HostPort | undefined {
  const words = text.split(',', 7);
  if (words.length !== 6 || !words.every((word) => /^(?:0|[1-9]\d{0,2})$/.test(word))) {
    return undefined;
  }
  return fromSixNumbers(words.map(Number));
}

/** The text of a 227 for an IPv4 address (RFC 959 §4.1.2). */
export function formatPassive({ host, port }: HostPort): string {
  const numbers = [...host.split('.'), port >> 8, port & 0xff];
  return `Entering Passive Mode (${numbers.join(',')})`;
}

/**
 * The address in the text of a 227. The six numbers may stand anywhere and without parentheses
 * (RFC 1123 §4.1.2.6).
 */
export function parsePassiveReply(text: string): HostPort | undefined {
  const match = /(?<!\d)\d{1,3}(?:,\d{1,3}){5}(?!\d)/.exec(text);
  return match ? fromSixNumbers(match[0].split(',').map(Number)) : undefined;
}

/**
 * The argument of EPRT, `|1|132.235.1.2|6275|` (RFC 2428 §2); any printable ASCII character may
 * stand for `|`. Undefined if it cannot be read, or the address is not one of its family.
 */
export function parseEprtArgument(text: string): ExtendedPort | undefined {
  const delimiter = text.charAt(0);
  if (!/^[!-~]$/.test(delimiter)) return undefined;
  const words = text.split(delimiter, 6);
  const [before, family = '', host = '', portText = '', after] = words;
  if (words.length !== 5 || before !== '' || after !== '') return undefined;
  if (/^\d+$/.test(family) && family !== '1' && family !== '2') return { unsupportedFamily: true };
  const port = parsePort(portText);
  if (port === undefined) return undefined;
  if (family === '1' && isIPv4(host)) return { family: 1, host, port };
  // A zone (`%eth0`) is a name of the peer's, and means nothing here.
  if (family === '2' && isIPv6(host) && !host.includes('%')) return { family: 2, host, port };
  return undefined;
}

/** The text of a 229 (RFC 2428 §3). */
export function formatExtendedPassive(port: number): string {
  return `Entering Extended Passive Mode (|||${port}|)`;
}

/** The port in the text of a 229; the address is that of the control connection. */
export function parseExtendedPassiveReply(text: string): number | undefined {
  const match = /\(([!-/:-~])\1\1(\d{1,5})\1\)/.exec(text);
  return match ? parsePort(match[2] ?? '') : undefined;
}

/** An IPv4 address that was written as IPv6 (`::ffff:1.2.3.4`) as itself; any other unchanged. */
export function unmap(address: string): string {
  const match = /^::ffff:([\d.]+)$/i.exec(address);
  return match?.[1] !== undefined && isIPv4(match[1]) ? match[1] : address;
}

/** True if both are the same IP address, however each is written; what is no address is nobody's. */
export function samePeer(one: string, other: string): boolean {
  const canonicalOne = canonicalAddress(one);
  return canonicalOne !== undefined && canonicalOne === canonicalAddress(other);
}

/** An IP address in the one way in which everybody writes it; undefined for what is none. */
export function canonicalAddress(address: string): string | undefined {
  const family = isIP(address);
  if (family === 0) return undefined;
  return family === 4 ? address : unmap(new SocketAddress({ address, family: 'ipv6' }).address);
}

function fromSixNumbers(numbers: readonly number[]): HostPort | undefined {
  const [high = 0, low = 0] = numbers.slice(4);
  const port = high * 256 + low;
  if (port === 0 || numbers.some((number) => number > 255)) return undefined;
  return { host: numbers.slice(0, 4).join('.'), port };
}

function parsePort(text: string): number | undefined {
  if (!/^[1-9]\d{0,4}$/.test(text)) return undefined;
  const port = Number(text);
  return port <= 0xffff ? port : undefined;
}

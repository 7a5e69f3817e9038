import { isIPv4, isIPv6 } from 'node:net';

/** Where to listen. Port 0 asks the system for a free one. */
export interface HostPort {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Some consecutive ports, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const HOST_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'i');

/** Reads `HOST:PORT`; an IPv6 address stands in brackets: `[::]:2121`. Undefined if it is not one. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text.trim());
  if (!match) return undefined;
  const [, bracketed, plain] = match;
  const port = Number(match[3]);
  if (port > 65_535) return undefined;
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed, port } : undefined;
  return plain !== undefined && isHost(plain) ? { host: plain, port } : undefined;
}

/** The inverse of {@link parseHostPort}. */
export function formatHostPort({ host, port }: HostPort): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Reads `A-B`, or `A` for one port alone; 1 ≤ A ≤ B ≤ 65535. Undefined if it is not that. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(text.trim());
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first >= 1 && first <= last && last <= 65_535 ? { first, last } : undefined;
}

/** The inverse of {@link parsePortRange}. */
export function formatPortRange({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}

/** Digits and dots alone have to be an address: `1.2.3` and `300.1.1.1` are no names either. */
export function isHost(text: string): boolean {
  return /^[\d.]+$/.test(text) ? isIPv4(text) : text.length <= 253 && HOST_NAME.test(text);
}

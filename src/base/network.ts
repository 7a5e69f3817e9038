import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * What one party is likely to hold of the address space, as a key: an IPv4 address by itself, an
 * IPv6 address by its /64, which is the least that anybody is given (RFC 6177). IPv4 inside IPv6
 * (`::ffff:192.0.2.1`) is IPv4; what is no address at all stands for itself.
 */
export function networkOf(address: string): string {
  // Asked several times for each connection.
  if (!address.includes(':')) return address;
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return address;
  const groups = groupsOf(bare);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  }
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

/** How many bits an address of each family has. */
const BITS = { 4: 32, 6: 128 } as const;

/**
 * A network as people write it: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`. An address by itself
 * stands for what {@link networkOf} makes of it. Undefined if it is none.
 */
export function parseNetwork(text: string): string | undefined {
  const [address = '', length, ...rest] = text.trim().split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || rest.length > 0) return undefined;
  if (length === undefined) return networkOf(address);
  const bits = BITS[family === 4 ? 4 : 6];
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) return undefined;
  const isAsOne = Number(length) === (family === 4 ? 32 : 64);
  return isAsOne ? networkOf(address) : `${address.toLowerCase()}/${Number(length)}`;
}

/** Some networks, and which addresses are in any of them. */
export class Networks {
  /** Those that {@link networkOf} gives, found at once however many there are. */
  readonly #parties = new Set<string>();
  readonly #wider = new BlockList();
  #isEmpty = true;

  /** @param networks as {@link parseNetwork} gives them */
  constructor(networks: Iterable<string>) {
    for (const network of networks) {
      this.#isEmpty = false;
      const [address = '', length] = network.split('/');
      const family = isIP(address);
      const isParty = length === undefined || (family === 6 && length === '64');
      if (isParty) this.#parties.add(networkOf(address));
      else this.#wider.addSubnet(address, Number(length), family === 6 ? 'ipv6' : 'ipv4');
    }
  }

  has(address: string): boolean {
    if (this.#isEmpty) return false;
    const [bare = ''] = address.split('%');
    if (this.#parties.has(networkOf(bare))) return true;
    const family = isIP(bare);
    return family !== 0 && this.#wider.check(bare, family === 6 ? 'ipv6' : 'ipv4');
  }
}

/** What holds for the addresses in a network, as {@link parseNetwork} gives it. */
export interface ForNetwork<T> {
  readonly network: string;
  readonly value: T;
}

/** What holds for an address: the first of some networks that it is in says it. */
export class ByNetwork<T> {
  readonly #rules: readonly { readonly networks: Networks; readonly value: T }[];

  constructor(pairs: readonly ForNetwork<T>[]) {
    this.#rules = pairs.map(({ network, value }) => ({ networks: new Networks([network]), value }));
  }

  find(address: string): T | undefined {
    return this.#rules.find(({ networks }) => networks.has(address))?.value;
  }
}

/** The eight groups of a valid IPv6 address (RFC 4291 2.2). */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const before = groupsIn(head);
  if (tail === undefined) return before;
  const after = groupsIn(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function groupsIn(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

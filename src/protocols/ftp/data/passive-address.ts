import { lookup as lookUpOnce } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import type { Log } from '../../../base/log.ts';
import { ByNetwork, type ForNetwork, type Networks } from '../../../base/network.ts';

export interface PassiveAddressOptions {
  /** For everybody whom nothing else is said for; without it, what they have connected to. */
  readonly address?: string | undefined;
  /** For clients from these networks; the first that fits counts. */
  readonly byNetwork: readonly ForNetwork<string>[];
  /** Clients on this side of the NAT: they are told what they have connected to. */
  readonly local: Networks;
  /** Milliseconds between two looks at what a name stands for. */
  readonly lookupEveryMs: number;
}

interface Parts {
  readonly clock: Clock;
  readonly log: Log;
  /** The IPv4 address of a name. */
  readonly lookup: (name: string) => Promise<string>;
}

/** The IPv4 address of a name, as the system knows it. */
export async function lookup(name: string): Promise<string> {
  const { address } = await lookUpOnce(name, { family: 4 });
  return address;
}

/** Which address PASV tells to whom. */
export class PassiveAddress implements Disposable {
  readonly #options: PassiveAddressOptions;
  readonly #parts: Parts;
  readonly #byNetwork: ByNetwork<string>;
  /** The last address of each name that could be found. */
  readonly #found = new Map<string, string>();
  readonly #ended = new AbortController();

  /** Looks up all names once before it resolves; what cannot be found is logged and looked up again. */
  static async open(options: PassiveAddressOptions, parts: Parts): Promise<PassiveAddress> {
    const opened = new PassiveAddress(options, parts);
    const values = [...options.byNetwork.map(({ value }) => value), options.address ?? ''];
    const names = [...new Set(values)].filter((value) => value !== '' && !isIPv4(value));
    await opened.#lookUp(names);
    if (names.length > 0) void opened.#keepLooking(names);
    return opened;
  }

  private constructor(options: PassiveAddressOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.#byNetwork = new ByNetwork(options.byNetwork);
  }

  /** What a client there is told that has connected to `reached`. */
  toldTo(peer: string, reached: string): string {
    const { address, local } = this.#options;
    const value = this.#byNetwork.find(peer) ?? (local.has(peer) ? undefined : address);
    if (value === undefined) return reached;
    return isIPv4(value) ? value : (this.#found.get(value) ?? reached);
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
  }

  async #keepLooking(names: readonly string[]): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      await this.#parts.clock.sleep(this.#options.lookupEveryMs, signal).catch(() => {});
      if (!signal.aborted) await this.#lookUp(names);
    }
  }

  /** Never rejects: what was found before stays. */
  async #lookUp(names: readonly string[]): Promise<void> {
    const { lookup, log } = this.#parts;
    for (const name of names) {
      const before = this.#found.get(name);
      try {
        const address = await lookup(name);
        if (address !== before) log.info('PASV tells a new address', { name, address });
        this.#found.set(name, address);
      } catch (error) {
        log.warn('The name of the passive address cannot be found', { name, stays: before, error });
      }
    }
  }
}

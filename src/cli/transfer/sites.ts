import { type Address, formatAddress } from '../../client/address/address.ts';
import type { ConnectionFlags } from './flags.ts';
import type { Job } from './job.ts';
import { Site } from './site.ts';

/** The servers that one command works with, each opened once. */
export class Sites implements AsyncDisposable {
  readonly #flags: ConnectionFlags;
  readonly #size: number;
  readonly #job: Job;
  readonly #open = new Map<string, Promise<Site>>();

  /** @param size connections at once to each of them */
  constructor(flags: ConnectionFlags, size: number, job: Job) {
    this.#flags = flags;
    this.#size = size;
    this.#job = job;
  }

  /** @throws TransferFailure */
  of(address: Address): Promise<Site> {
    // Whose password is another is another visitor, too.
    const key = `${formatAddress(address)} ${address.password ?? ''}`;
    const open = this.#open.get(key) ?? Site.open(address, this.#flags, this.#size, this.#job);
    this.#open.set(key, open);
    return open;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = await Promise.allSettled(this.#open.values());
    for (const one of ended) {
      if (one.status === 'fulfilled') await one.value[Symbol.asyncDispose]();
    }
  }
}

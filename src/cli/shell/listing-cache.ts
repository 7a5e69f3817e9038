import type { Clock } from '../../base/clock.ts';
import type { Path } from '../../base/path.ts';
import type { RemoteEntry } from '../../client/remote.ts';

/** For how long a listing is good enough for completion, in milliseconds. */
const FRESH = 30_000;

/** What folders held a moment ago. */
export class ListingCache {
  readonly #clock: Clock;
  readonly #known = new Map<
    Path,
    { readonly at: number; readonly entries: readonly RemoteEntry[] }
  >();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async get(
    folder: Path,
    list: () => Promise<readonly RemoteEntry[]>,
  ): Promise<readonly RemoteEntry[]> {
    const known = this.#known.get(folder);
    if (known && this.#clock.monotonic() - known.at < FRESH) return known.entries;
    const entries = await list();
    this.set(folder, entries);
    return entries;
  }

  set(folder: Path, entries: readonly RemoteEntry[]): void {
    this.#known.set(folder, { at: this.#clock.monotonic(), entries });
  }

  /** Something has been changed, or another server has been opened. */
  clear(): void {
    this.#known.clear();
  }
}

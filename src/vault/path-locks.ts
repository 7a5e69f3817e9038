/** Who has a key to themselves, and who has something below it; each resolves when they let go. */
interface Lane {
  readonly alone: Set<Promise<void>>;
  readonly below: Set<Promise<void>>;
}

/**
 * Lets one at a time work on a path and on everything below it; the others wait in the order in
 * which they came. Paths are keys of segments, `a/b/c`.
 */
export class PathLocks {
  readonly #lanes = new Map<string, Lane>();

  /** True if somebody has a lock on this very path, or waits for one. */
  isHeld(path: string): boolean {
    return (this.#lanes.get(path)?.alone.size ?? 0) > 0;
  }

  /** Resolves to a lock on all of these paths when it is this caller's turn. Dispose it to let go. */
  async hold(...paths: readonly string[]): Promise<Disposable> {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const alone = new Set(paths);
    const above = new Set(paths.flatMap(ancestors)).difference(alone);
    // Everybody waits only for those who came earlier, so that no two wait for each other.
    const earlier = [
      ...[...alone].flatMap((key) => [...this.#lane(key).alone, ...this.#lane(key).below]),
      ...[...above].flatMap((key) => [...this.#lane(key).alone]),
    ];
    for (const key of alone) this.#lane(key).alone.add(released);
    for (const key of above) this.#lane(key).below.add(released);
    await Promise.all(earlier);
    return {
      [Symbol.dispose]: () => {
        release();
        for (const key of [...alone, ...above]) this.#leave(key, released);
      },
    };
  }

  #lane(key: string): Lane {
    let lane = this.#lanes.get(key);
    if (!lane) this.#lanes.set(key, (lane = { alone: new Set(), below: new Set() }));
    return lane;
  }

  #leave(key: string, who: Promise<void>): void {
    const lane = this.#lanes.get(key);
    if (!lane) return;
    lane.alone.delete(who);
    lane.below.delete(who);
    if (lane.alone.size + lane.below.size === 0) this.#lanes.delete(key);
  }
}

/** Everything that a path lies below, the nearest first. */
export function ancestors(path: string): string[] {
  const found: string[] = [];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    found.push(path.slice(0, end));
  }
  return found;
}

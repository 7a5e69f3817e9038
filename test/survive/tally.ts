/** What has been tried, by name; printed at the end, so that nobody has to believe it was enough. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string, count = 1): void {
    this.#counts.set(name, this.get(name) + count);
  }

  get(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** All that was counted under names of a kind, `kind: name`, together. */
  sum(kind: string): number {
    return this.#of(kind).reduce((sum, [, count]) => sum + count, 0);
  }

  /** Adds what another one counted. */
  addAll(other: Tally): void {
    for (const [name, count] of other.#counts) this.add(name, count);
  }

  /** Lines for people: plain counts first, then each kind with its names. */
  lines(): string[] {
    const names = [...this.#counts.keys()];
    const plain = names.filter((name) => !name.includes(': '));
    const kinds = new Set(names.flatMap((name) => name.match(/^[^:]+(?=: )/) ?? []));
    return [
      ...plain.map((name) => `${name.padEnd(24)} ${shown(this.get(name))}`),
      ...[...kinds].flatMap((kind) => [
        `${kind.padEnd(24)} ${shown(this.sum(kind))}`,
        ...this.#of(kind).map(([name, count]) => `  ${name.padEnd(28)} ${shown(count)}`),
      ]),
    ];
  }

  #of(kind: string): [string, number][] {
    const prefix = `${kind}: `;
    return [...this.#counts]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, count]): [string, number] => [name.slice(prefix.length), count])
      .toSorted(([, one], [, other]) => other - one);
  }
}

function shown(count: number): string {
  return count.toLocaleString('en').padStart(14);
}

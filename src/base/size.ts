const UNITS = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 } as const;

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;

/**
 * Reads a size in bytes as people write it: `1048576`, `10 MiB`, `1.5G`, `200k`.
 * Units are powers of 1024, with or without `i` and `B`. Undefined if it is not one,
 * or not a whole number of bytes up to 2^53 − 1.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])i?)?b?$/i.exec(text.trim());
  if (!match) return undefined;
  const unit = UNITS[(match[2] ?? '').toLowerCase() as keyof typeof UNITS];
  const bytes = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A size for people: `17 B`, `1.5 MiB`, `10 GiB`. */
export function formatSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let power = 0;
  let value = bytes;
  // What would be shown as 1024 of one unit is 1 of the next.
  while (Math.round(value) >= 1024 && power < units.length - 1) {
    value /= 1024;
    power += 1;
  }
  const shown = value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return `${shown} ${units[power]}`;
}

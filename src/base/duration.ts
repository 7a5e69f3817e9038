/** Milliseconds in each unit that a duration may be written in; a plain number is seconds. */
const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

type Unit = keyof typeof UNITS;

const LARGEST_FIRST: readonly Unit[] = ['d', 'h', 'm', 's', 'ms'];

/**
 * Reads a duration as people write it: `300s`, `5m`, `1.5h`, `7d`, `250ms`, `300` (seconds).
 * @returns whole milliseconds; undefined if it is none, or beyond 2^53 − 1 of them.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|[smhd])?$/i.exec(text.trim());
  if (!match) return undefined;
  const unit = (match[2] ?? 's').toLowerCase() as Unit;
  const milliseconds = Math.round(Number(match[1]) * UNITS[unit]);
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}

/** Writes whole milliseconds exactly, in the largest unit that leaves no fraction: `5m`, `90s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  const unit = LARGEST_FIRST.find((unit) => milliseconds % UNITS[unit] === 0) ?? 'ms';
  return `${milliseconds / UNITS[unit]}${unit}`;
}

import type { Sample } from './sampler.ts';

const MiB = 1024 * 1024;

/** When it counts as warmed up, and how much of the end is looked at, in seconds. */
const WARM_SECONDS = 300;
const WINDOW_SECONDS = 120;

/** What may be added to the level after five minutes. */
const TOLERANCE = 0.1;

/** Handles and descriptors come and go with visits: a few more or less mean nothing. */
const SOME_HANDLES = 20;

/** The weight minute by minute, and whether it stayed. A run too short to tell counts as level. */
export function report(
  samples: readonly Sample[],
  seconds: number,
): { readonly lines: readonly string[]; readonly isLevel: boolean } {
  const lines = ['minute  rss MiB  heap MiB  handles  fds  loop delay ms p50/p99/max'];
  for (let minute = 0; minute * 60 < seconds; minute += 1) {
    const some = within(samples, minute * 60, (minute + 1) * 60);
    if (some.length > 0) lines.push(row(minute + 1, some));
  }
  const early = within(
    samples,
    WARM_SECONDS - WINDOW_SECONDS / 2,
    WARM_SECONDS + WINDOW_SECONDS / 2,
  );
  const late = within(samples, seconds - WINDOW_SECONDS, Infinity);
  if (seconds < 2 * WARM_SECONDS || early.length === 0) {
    return { lines: [...lines, 'Too short to say whether it stays level.'], isLevel: true };
  }
  const growth = {
    rss: median(late, 'rss') / median(early, 'rss') - 1,
    heap: median(late, 'heapUsed') / median(early, 'heapUsed') - 1,
    handles: median(late, 'handles') - median(early, 'handles'),
    descriptors: median(late, 'descriptors') - median(early, 'descriptors'),
  };
  lines.push(
    `After five minutes and at the end: memory ${percent(growth.rss)}, heap ${percent(growth.heap)}, handles ${growth.handles}, descriptors ${growth.descriptors}.`,
  );
  const isLevel =
    growth.rss <= TOLERANCE && growth.handles <= SOME_HANDLES && growth.descriptors <= SOME_HANDLES;
  return { lines, isLevel };
}

function row(minute: number, some: readonly Sample[]): string {
  const mebibytes = (key: 'rss' | 'heapUsed'): string => (median(some, key) / MiB).toFixed(1);
  const delay = (key: 'delayP50' | 'delayP99' | 'delayMax'): string =>
    Math.max(...some.map((sample) => sample[key])).toFixed(0);
  return [
    String(minute).padStart(6),
    mebibytes('rss').padStart(8),
    mebibytes('heapUsed').padStart(9),
    String(median(some, 'handles')).padStart(8),
    String(median(some, 'descriptors')).padStart(4),
    `${delay('delayP50')}/${delay('delayP99')}/${delay('delayMax')}`.padStart(14),
  ].join(' ');
}

function within(samples: readonly Sample[], from: number, to: number): Sample[] {
  return samples.filter(({ seconds }) => from <= seconds && seconds < to);
}

function median(samples: readonly Sample[], key: keyof Sample): number {
  const values = samples.map((sample) => sample[key]).toSorted((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? 0;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

import { bar, pulse } from './bar.ts';
import { cutMiddle, fit, widthOf } from './text.ts';

/** How something is meant; what that looks like is for the terminal. */
export type Tone = 'plain' | 'good' | 'warning' | 'bad' | 'faint';

export type Paint = (tone: Tone, text: string) => string;

/** What one line of the screen says. */
export interface Row {
  readonly name: string;
  /** Whole percent; undefined if nobody knows. */
  readonly percent: number | undefined;
  /** The part that was there before this run, and the part that is there, 0 to 1. */
  readonly before: number;
  readonly now: number;
  /** As `1.24/2.00 GiB`. */
  readonly bytes: string;
  /** What is going on. */
  readonly status: string;
  readonly tone: Tone;
}

/** Which columns are shown, and how many columns of the screen each of them has. */
interface Grid {
  readonly name: number;
  readonly percent: number;
  readonly bar: number;
  readonly bytes: number;
  readonly status: number;
}

const PERCENT = 4;
/** Wide enough for what is usually said there, so that the columns stand still. */
const BYTES = 15;
const STATUS = 24;
const LONGEST_BAR = 30;
const GAP = 2;

/** From the widest to the narrowest: which columns there are, and how short a name may become. */
const GRIDS: readonly Grid[] = [
  { name: 15, percent: PERCENT, bar: 12, bytes: BYTES, status: STATUS },
  { name: 12, percent: PERCENT, bar: 0, bytes: BYTES, status: STATUS },
  { name: 8, percent: PERCENT, bar: 0, bytes: 0, status: STATUS },
  { name: 8, percent: PERCENT, bar: 0, bytes: 0, status: 0 },
  { name: 0, percent: PERCENT, bar: 0, bytes: 0, status: 0 },
];

/**
 * The lines for these rows, one below the other, none wider than so many columns less one (the
 * last column of a terminal is where it begins a new line by itself).
 * @param step counts up, for what moves though nobody knows how far it has come
 */
export function layRows(
  rows: readonly Row[],
  columns: number,
  step: number,
  paint: Paint,
): string[] {
  const room = Math.max(0, columns - 1);
  const grid = gridFor(rows, room);
  return rows.map((row) => line(row, grid, room, step, paint));
}

/** Gives what is left over to the names, then to the bar. */
function gridFor(rows: readonly Row[], room: number): Grid | undefined {
  const found = GRIDS.find((grid) => total(grid) <= room);
  if (!found) return undefined;
  const longest = Math.max(0, ...rows.map(({ name }) => widthOf(name)));
  const free = room - total(found);
  // A name is cut before the bar vanishes, but not for the sake of a longer bar.
  const name = found.name === 0 ? 0 : Math.min(found.name + free, Math.max(longest, found.name));
  const rest = free - (name - found.name);
  return { ...found, name, bar: found.bar && Math.min(LONGEST_BAR, found.bar + rest) };
}

function total(grid: Grid): number {
  const widths = Object.values(grid).filter((width) => width > 0) as number[];
  return widths.reduce((sum, width) => sum + width + GAP, -GAP);
}

function line(row: Row, grid: Grid | undefined, room: number, step: number, paint: Paint): string {
  const percent = row.percent === undefined ? '' : `${row.percent}%`;
  if (!grid) return cutMiddle(percent, room);
  const drawn =
    row.percent === undefined ? pulse(step, grid.bar) : bar(row.before, row.now, grid.bar);
  const cells = [
    grid.name > 0 && fit(row.name, grid.name),
    percent.padStart(grid.percent),
    grid.bar > 0 && paint('faint', drawn),
    grid.bytes > 0 && fit(row.bytes.padStart(grid.bytes), grid.bytes),
    grid.status > 0 && paint(row.tone, cutMiddle(row.status, grid.status)),
  ];
  return cells.filter((cell) => cell !== false).join(' '.repeat(GAP));
}

import { createRequire } from 'node:module';
import type stringWidth from 'string-width';
import { onDemand } from '../../base/on-demand.ts';
import { printable } from '../../telemetry/printable.ts';

/** Knows all of Unicode, which takes as long to be read as a fifth of this program. */
const wide = onDemand(() => {
  const require = createRequire(import.meta.url);
  return require('string-width') as { readonly default: typeof stringWidth };
});

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Columns that a text takes on a terminal: two for each wide character, none for a combining one. */
export function widthOf(text: string): number {
  // By far the most are such, and counting them is a hundred times as fast.
  return /^[ -~]*$/.test(text) ? text.length : wide().default(text);
}

/** The text in exactly so many columns, filled with spaces or cut. */
export function fit(text: string, columns: number): string {
  const cut = cutMiddle(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - widthOf(cut)));
}

/**
 * The text in at most so many columns, what is too much taken out of its middle: the beginning
 * tells what it is, the end which one. What could steer the terminal is spelled out.
 */
export function cutMiddle(text: string, columns: number): string {
  const shown = printable(text);
  if (widthOf(shown) <= columns) return shown;
  if (columns <= 1) return columns === 1 ? '…' : '';
  const parts = Array.from(new Intl.Segmenter().segment(shown), ({ segment }) => segment);
  const tail = take(parts.toReversed(), Math.floor((columns - 1) / 2)).toReversed();
  const head = take(parts, columns - 1 - widthOf(tail.join('')));
  return `${head.join('')}…${tail.join('')}`;
}

/** As many as fit. A part is a whole character as people see it, so that none is torn. */
function take(parts: readonly string[], columns: number): string[] {
  const taken: string[] = [];
  let left = columns;
  for (const part of parts) {
    left -= widthOf(part);
    if (left < 0) break;
    taken.push(part);
  }
  return taken;
}

/** A size with three digits: `  17 B`, `1.24 GiB`. */
export function sizeText(bytes: number): string {
  const power = powerOf(bytes);
  return `${digits(bytes, power)} ${UNITS[power]}`;
}

/** `1.24/2.00 GiB`, both in the unit of the whole. */
export function partText(bytes: number, of: number | undefined): string {
  if (of === undefined) return sizeText(bytes);
  const power = powerOf(of);
  return `${digits(bytes, power)}/${digits(of, power)} ${UNITS[power]}`;
}

export function rateText(perSecond: number | undefined): string {
  return perSecond === undefined ? '' : `${sizeText(Math.round(perSecond))}/s`;
}

/** `0:16`, `1:02:03`, `3d 04h`; `--:--` for what nobody knows. */
export function durationText(milliseconds: number | undefined): string {
  if (milliseconds === undefined || milliseconds > 8_640_000_000) return '--:--';
  const seconds = Math.ceil(milliseconds / 1000);
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  if (hours >= 48) return `${Math.floor(hours / 24)}d ${twoDigits(hours % 24)}h`;
  if (hours > 0) return `${hours}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`;
  return `${minutes}:${twoDigits(seconds % 60)}`;
}

/** `1 file`, `12 files`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function powerOf(bytes: number): number {
  let power = 0;
  // 999.5 would be shown with four digits.
  for (let value = bytes; value >= 999.5 && power < UNITS.length - 1; power += 1) value /= 1024;
  return power;
}

function digits(bytes: number, power: number): string {
  if (power === 0) return String(bytes);
  const value = bytes / 1024 ** power;
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

const DAY_MS = 24 * 60 * 60 * 1000;

/** `ms` as a date whose year has four digits; times beyond are moved to the nearest such one. */
export function fourDigitDate(ms: number): Date {
  return new Date(fourDigitTime(ms));
}

function fourDigitTime(ms: number): number {
  return Math.min(Math.max(Math.floor(ms), FIRST), LAST);
}

/** A moment in UTC, from the text of its day to what is left of that. */
interface Moment<Day> {
  readonly day: Day;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/**
 * Takes times apart, which are milliseconds since 1970 (UTC). Those of a listing are of few days,
 * and what a day is called is made once for all that follow one another in it. Years of more than
 * four digits become the nearest that has four.
 */
export function momentsOf<Day>(nameDay: (date: Date) => Day): (ms: number) => Moment<Day> {
  let last: { readonly number: number; readonly day: Day } | undefined;
  return (ms) => {
    const shown = fourDigitTime(ms);
    const number = Math.floor(shown / DAY_MS);
    if (last?.number !== number) last = { number, day: nameDay(new Date(shown)) };
    const rest = shown - number * DAY_MS;
    return {
      day: last.day,
      hour: Math.floor(rest / 3_600_000),
      minute: Math.floor(rest / 60_000) % 60,
      second: Math.floor(rest / 1000) % 60,
      millisecond: rest % 1000,
    };
  };
}

/**
 * A time as MDTM and the fact `modify` show it: `YYYYMMDDHHMMSS` in UTC, with `.sss` if `fraction`
 * (RFC 3659 §2.3). Years that do not fit become the nearest that does.
 * @param ms milliseconds since 1970 (UTC)
 */
export function formatTimeValue(ms: number, options: { fraction?: boolean } = {}): string {
  return timeValues(options)(ms);
}

/** The same for many times: see {@link momentsOf}; those of one second after another are one text. */
export function timeValues({ fraction = false } = {}): (ms: number) => string {
  const momentOf = momentsOf(
    (date) =>
      String(date.getUTCFullYear()).padStart(4, '0') +
      twoDigits(date.getUTCMonth() + 1) +
      twoDigits(date.getUTCDate()),
  );
  let last = Number.NaN;
  let whole = '';
  return (ms) => {
    const seconds = Math.floor(ms / 1000);
    if (seconds === last && !fraction) return whole;
    const { day, hour, minute, second, millisecond } = momentOf(ms);
    last = seconds;
    whole = day + twoDigits(hour) + twoDigits(minute) + twoDigits(second);
    return fraction ? `${whole}.${String(millisecond).padStart(3, '0')}` : whole;
  };
}

/** A number up to 99, with a zero before it if need be. */
export function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

/**
 * Milliseconds since 1970 (UTC) of a `YYYYMMDDHHMMSS[.s…]` (RFC 3659 §2.3); what is finer than a
 * millisecond is cut off. Undefined unless it is a day and time that exist; second 60, which the
 * RFC allows for leap seconds, is the one after second 59.
 */
export function parseTimeValue(text: string): number | undefined {
  if (!/^\d{14}(?:\.\d+)?$/.test(text)) return undefined;
  const part = (from: number, length: number): number => Number(text.slice(from, from + length));
  const [hour, minute, second] = [part(8, 2), part(10, 2), part(12, 2)];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const [month, day] = [part(4, 2) - 1, part(6, 2)];
  const date = new Date(0);
  date.setUTCFullYear(part(0, 4), month, day);
  // The 30th of February is the 1st or 2nd of March: what does not come back was no date.
  if (date.getUTCMonth() !== month || date.getUTCDate() !== day) return undefined;
  const fraction = text.length > 14 ? Number(text.slice(15, 18).padEnd(3, '0')) : 0;
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
}

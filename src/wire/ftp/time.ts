const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** `ms` as a date whose year has four digits; times beyond are moved to the nearest such one. */
export function fourDigitDate(ms: number): Date {
  return new Date(Math.min(Math.max(Math.floor(ms), FIRST), LAST));
}

/**
 * A time as MDTM and the fact `modify` show it: `YYYYMMDDHHMMSS` in UTC, with `.sss` if `fraction`
 * (RFC 3659 §2.3). Years that do not fit become the nearest that does.
 * @param ms milliseconds since 1970 (UTC)
 */
export function formatTimeValue(ms: number, options: { fraction?: boolean } = {}): string {
  const date = fourDigitDate(ms);
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  const day = twoDigits(date.getUTCMonth() + 1) + twoDigits(date.getUTCDate());
  const time = twoDigits(date.getUTCHours()) + twoDigits(date.getUTCMinutes());
  const whole = year + day + time + twoDigits(date.getUTCSeconds());
  if (!options.fraction) return whole;
  return `${whole}.${String(date.getUTCMilliseconds()).padStart(3, '0')}`;
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
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d+))?$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second = '', fraction = ''] = match;
  const leap = second === '60';
  const shown = leap ? '59' : second;
  const whole = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${shown}Z`);
  // The 30th of February parses, as the 1st or 2nd of March: what does not come back was no date.
  const exists = !Number.isNaN(whole) && formatTimeValue(whole) === `${text.slice(0, 12)}${shown}`;
  if (!exists) return undefined;
  return whole + (leap ? 1000 : 0) + Number(fraction.slice(0, 3).padEnd(3, '0'));
}

import type { TransferEvent } from '../base/transfer-event.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** What the format knows and a transfer here does not vary in. */
const BINARY = 'b';
const NO_SPECIAL_ACTION = '_';
const REAL_USER = 'r';
const NO_IDENT = '0 *';

/**
 * A transfer as a line of the classic xferlog, as in xferlog(5): time, seconds, host, bytes, name,
 * type, special action, direction, access, user, service, authentication and its user, completion.
 * Fields are told apart by spaces alone, so a name has `_` for each space or unprintable character.
 */
export function xferlogLine(event: TransferEvent): string {
  const fields = [
    localTime(new Date(event.time)),
    Math.round(event.durationMs / 1000),
    word(event.address),
    event.bytes,
    word(event.path),
    BINARY,
    NO_SPECIAL_ACTION,
    event.direction === 'in' ? 'i' : 'o',
    REAL_USER,
    word(event.account),
    word(event.protocol),
    NO_IDENT,
    event.outcome === 'complete' ? 'c' : 'i',
  ];
  return `${fields.join(' ')}\n`;
}

/** As ctime(3) writes it, in local time: `Fri Jan  2 03:04:05 2026`. */
function localTime(date: Date): string {
  const day = String(date.getDate()).padStart(2, ' ');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
  return `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${day} ${time} ${date.getFullYear()}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function word(text: string): string {
  return text.replaceAll(/[\s\p{C}]/gu, '_') || '_';
}

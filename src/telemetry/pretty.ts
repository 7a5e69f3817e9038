import { styleText } from 'node:util';
import { type ErrorFields, isErrorFields } from './error-fields.ts';
import { printable } from './printable.ts';

/** How each level looks; all are equally wide. */
const LEVELS: Readonly<Record<string, readonly [text: string, style: Style]>> = {
  debug: ['DEBUG', 'gray'],
  info: ['INFO ', 'green'],
  warn: ['WARN ', 'yellow'],
  error: ['ERROR', 'red'],
};

type Style = 'gray' | 'green' | 'yellow' | 'red';

/**
 * One readable line for a line of the JSON log: local time, level, message, fields. Whatever came
 * from outside is escaped.
 */
export function prettyLine(json: string, coloured: boolean): string {
  const { time, level, message, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const [text, style] = LEVELS[String(level)] ?? ['?????', 'red'];
  const shown = Object.entries(fields).map(
    ([name, value]) => `  ${printable(name)}=${fieldText(value)}`,
  );
  const mark = coloured ? styleText(style, text, { validateStream: false }) : text;
  return `${clock(String(time))} ${mark} ${printable(String(message))}${shown.join('')}\n`;
}

function clock(time: string): string {
  const date = new Date(time);
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map(
    (value) => String(value).padStart(2, '0'),
  );
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** A plain word stands for itself, everything else is quoted as in JSON. */
function fieldText(value: unknown): string {
  if (typeof value === 'string' && /^[\p{L}\p{N}_./:@+-]+$/u.test(value)) return value;
  return printable(JSON.stringify(isErrorFields(value) ? errorText(value) : value) ?? '');
}

/** The message with its causes and, since only a mistake of ours needs it, where it was thrown. */
function errorText(error: ErrorFields): string {
  const causes: string[] = [];
  let cause = error.cause;
  while (isErrorFields(cause)) {
    causes.push(` ← ${cause.message}`);
    cause = cause.cause;
  }
  if (cause !== undefined)
    causes.push(` ← ${typeof cause === 'string' ? cause : JSON.stringify(cause)}`);
  const place = error.code === undefined ? /^\s+at .*$/m.exec(error.stack)?.[0] : undefined;
  return `${error.type}: ${error.message}${causes.join('')}${place ? ` (${place.trim()})` : ''}`;
}

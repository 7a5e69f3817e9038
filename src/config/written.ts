import { nearest } from '../base/nearest.ts';
import { camelCase, groupAndName, type Setting } from './setting.ts';
import type { WrittenSettings } from './settings.ts';
import { type Reading, readRows, ROWS } from './sources.ts';

/** What a program says that embeds the server; names that are no settings are problems. */
export function readWritten(written: WrittenSettings, folder: string): Reading {
  const values = new Map(Object.entries(written).flatMap(([name, value]) => flat(name, value)));
  const known = ROWS.map(nameOf);
  const strangers = [...values.keys()].filter((name) => !known.includes(name));
  const reading = readRows((row) => [origin(nameOf(row)), values.get(nameOf(row))], folder);
  const problems = strangers.map((name) => `${origin(name)}: is not a setting${hint(name, known)}`);
  return { ...reading, problems: [...problems, ...reading.problems] };
}

/** A group has its settings inside. */
function flat(name: string, value: unknown): (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null) return [[name, value]];
  return Object.entries(value).map(([inner, value]) => [`${name}.${inner}`, value]);
}

/** `ftp.idleTimeout` for `ftp.idle-timeout`. */
function nameOf({ key }: Setting): string {
  const [group, name] = groupAndName(key);
  return group === '' ? camelCase(name) : `${camelCase(group)}.${camelCase(name)}`;
}

function origin(name: string): string {
  return `createServer ${name}`;
}

function hint(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

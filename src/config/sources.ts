import { hideLogin } from '../base/hide-login.ts';
import type { Setting } from './setting.ts';
import type { Origin } from './settings.ts';
import { SETTINGS } from './table.ts';

/** A value that somebody gave, already validated. */
export interface Given {
  readonly value: unknown;
  readonly origin: Origin;
  /** What relative paths in it count from. */
  readonly folder: string;
}

/** What one source said, by setting key, and what is wrong with it. */
export interface Reading {
  readonly given: ReadonlyMap<string, Given>;
  readonly problems: readonly string[];
}

/** The rows as rows, where which one it is does not matter. */
export const ROWS: readonly Setting[] = SETTINGS;

/** What the environment says. An empty variable counts as not set, as in most container set-ups. */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): Reading {
  return readRows((row) => [row.variable, env[row.variable] || undefined], folder);
}

/** What the flags say, by the camel-case names that a command line parser gives them. */
export function readFlags(flags: Readonly<Record<string, unknown>>, folder: string): Reading {
  return readRows((row) => [row.flag, flags[row.attribute]], folder);
}

/** The defaults, which go the same way as what people write. */
export function readDefaults(folder: string): Reading {
  return readRows((row) => ['default', row.default], folder);
}

/** "must be …, not …", for a value that its kind refuses. */
export function complaint(row: Setting, value: unknown): string {
  return `must be ${row.kind.expects}, not ${shown(value)}`;
}

/** @param pick the value of a row, undefined if none is given, and where that stands */
export function readRows(
  pick: (row: Setting) => readonly [origin: Origin, value: unknown],
  folder: string,
): Reading {
  const given = new Map<string, Given>();
  const problems: string[] = [];
  for (const row of ROWS) {
    const [origin, value] = pick(row);
    if (value === undefined) continue;
    const result = row.kind.schema.safeParse(value);
    if (result.success) given.set(row.key, { value: result.data, origin, folder });
    else problems.push(`${origin}: ${complaint(row, value)}`);
  }
  return { given, problems };
}

function shown(value: unknown): string {
  const safe = typeof value === 'string' ? hideLogin(value) : value;
  const text = JSON.stringify(safe) ?? String(safe);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

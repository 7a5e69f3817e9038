import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import { groupAndName } from './setting.ts';
import { complaint, type Given, type Reading, ROWS } from './sources.ts';
import { GROUPS } from './table.ts';

/** What a settings file (TOML) says; a file that cannot be read is a problem like any other. */
export function readSettingsFile(file: string): Reading {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return { given: new Map(), problems: [unreadable(file, error)] };
  }
  const result = FILE.safeParse(content);
  if (!result.success) {
    const problems = result.error.issues.flatMap((issue) => explain(issue, content));
    return { given: new Map(), problems: problems.map((problem) => `${file}: ${problem}`) };
  }
  const given = new Map<string, Given>();
  for (const row of ROWS) {
    const path = row.key.split('.');
    // The raw value tells whether it was given: a valid one may well mean undefined.
    if (valueAt(content, path) === undefined) continue;
    const value = valueAt(result.data, path);
    given.set(row.key, { value, origin: file, folder: dirname(resolve(file)) });
  }
  return { given, problems: [] };
}

/** The whole file: nothing is required, and nothing is allowed that is not in the table. */
const FILE = z.strictObject(groupSchemas());

function groupSchemas(): Record<string, z.ZodType> {
  const groups = Object.keys(GROUPS).filter((group) => group !== '');
  return {
    ...schemasOf(''),
    ...Object.fromEntries(
      groups.map((group) => [group, z.strictObject(schemasOf(group)).optional()]),
    ),
  };
}

function schemasOf(group: string): Record<string, z.ZodType> {
  const rows = ROWS.filter((row) => groupAndName(row.key)[0] === group);
  return Object.fromEntries(
    rows.map((row) => [groupAndName(row.key)[1], row.kind.schema.optional()]),
  );
}

/** One line, or several, for what zod found. */
function explain(issue: z.core.$ZodIssue, content: unknown): string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...path, key], content));
  }
  const row = ROWS.find((row) => row.key === path.join('.'));
  if (row) return [`${row.key} ${complaint(row, valueAt(content, path))}`];
  return [`${path.join('.')} must be a table: [${path.join('.')}]`];
}

function unknownKey(path: readonly string[], content: unknown): string {
  const key = path.join('.');
  const isTable = typeof valueAt(content, path) === 'object';
  const known = isTable ? Object.keys(GROUPS) : ROWS.map((row) => row.key);
  // A known name in the wrong group is a nearer guess than any misspelling.
  const moved = ROWS.find((row) => groupAndName(row.key)[1] === path.at(-1))?.key;
  const meant = isTable ? nearest(key, known) : (moved ?? nearest(key, known));
  const hint = meant === undefined ? '' : `; did you mean ${isTable ? `[${meant}]` : meant}?`;
  return `${isTable ? `[${key}]` : key} is not a setting${hint}`;
}

function valueAt(content: unknown, path: readonly string[]): unknown {
  let value = content;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function unreadable(file: string, error: unknown): string {
  if (error instanceof TomlError) {
    // Behind the first line of its message stands a drawing of the place.
    const [sentence] = error.message.split('\n');
    return `${file}:${error.line}:${error.column}: ${sentence}`;
  }
  return `${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

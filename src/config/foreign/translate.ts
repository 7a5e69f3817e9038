import { nearest } from '../../base/nearest.ts';
import { groupAndName } from '../setting.ts';
import { ROWS } from '../sources.ts';
import type { Dialect, Statement } from './dialect.ts';

/** What a foreign settings file means here. */
export interface Translated {
  /** A settings file (TOML) with the same effect, as far as there is one. */
  readonly toml: string;
  /** What has no equal setting, and what to do instead; a line each, in the order of the file. */
  readonly remarks: readonly string[];
}

/** @throws SettingsError never: what cannot be translated is a remark */
export function translate(dialect: Dialect, text: string): Translated {
  const statements = dialect.read(text);
  const said = new Map(statements.map(({ name, value }) => [name, value]));
  const remarks = statements.flatMap((statement) => remarkOn(dialect, statement));
  const values = new Map<string, string>();
  for (const { from, key, value, always } of dialect.translations) {
    if (!always && !from.some((name) => said.has(name))) continue;
    const ours = value(...from.map((name) => said.get(name)));
    if (ours === undefined) continue;
    const problem = refusal(key, ours);
    if (problem === undefined) values.set(key, ours);
    else remarks.push(`${from.filter((name) => said.has(name)).join(', ')}: ${problem}`);
  }
  return { toml: formatToml(values), remarks };
}

function remarkOn(dialect: Dialect, { name, value, line }: Statement): string[] {
  if (dialect.translations.some(({ from }) => from.includes(name))) return [];
  const where = `line ${line}, ${name}${value === '' ? '' : ` ${value}`}`;
  const instead = dialect.instead[name];
  if (instead !== undefined) return [`${where}: ${instead}`];
  const known = [
    ...Object.keys(dialect.instead),
    ...dialect.translations.flatMap(({ from }) => from),
  ];
  const meant = nearest(name, known);
  const hint = meant === undefined || meant === name ? '' : ` (or was ${meant} meant?)`;
  return [`${where}: nothing like it is known here${hint}`];
}

/** Why our own table does not take a value. */
function refusal(key: string, value: string): string | undefined {
  const row = ROWS.find((row) => row.key === key);
  if (row === undefined) return `${key} is not a setting`;
  if (row.kind.schema.safeParse(value).success) return undefined;
  return `${key} would be ${value}, but must be ${row.kind.expects}`;
}

/** Groups in the order of the table of settings. */
function formatToml(values: ReadonlyMap<string, string>): string {
  const lines: string[] = [];
  let open = '';
  for (const { key } of ROWS) {
    const value = values.get(key);
    if (value === undefined) continue;
    const [group, name] = groupAndName(key);
    if (group !== open) {
      lines.push('', `[${group}]`);
      open = group;
    }
    lines.push(`${name} = ${JSON.stringify(value)}`);
  }
  return `${lines.join('\n').trimStart()}\n`;
}

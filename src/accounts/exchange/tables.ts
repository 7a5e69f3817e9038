import { nearest } from '../../base/nearest.ts';
import type { StoredAccount } from '../accounts.ts';
import { isShared } from '../changes.ts';
import { FIELDS, FIELD_ROWS, profileOf } from '../profile.ts';
import { formatCsv, parseCsv } from './csv.ts';
import type { Entry, Reading, Source } from './entry.ts';

/** The columns before those of the fields. */
const NAME = 'name';
const PASSWORD = 'password';

const COLUMNS = [NAME, ...FIELD_ROWS.map(([, { name }]) => name), PASSWORD];

/** One account, as texts by column. */
type Texts = ReadonlyMap<string, string>;

export const CSV: Source = {
  name: 'csv',
  about: `a table with a first line that names its columns, of ${COLUMNS.join(', ')}`,
  files: /\.csv$/i,
  read(text, now) {
    const rows = parseCsv(text);
    if (rows === undefined) return unreadable('a quoted text has no end');
    const [heading, ...others] = rows;
    if (!heading) return unreadable('there is no line that names the columns');
    return readTable(
      others.map(({ line, cells }) => ({
        where: `line ${line}`,
        texts: new Map(
          cells.flatMap((cell, at) => (cell === '' ? [] : [[heading.cells[at] ?? '', cell]])),
        ),
      })),
      heading.cells,
      now,
    );
  },
};

export const JSON_FILE: Source = {
  name: 'json',
  about: 'a list of objects with the same names as the columns of a table',
  files: /\.json$/i,
  read(text, now) {
    let list: unknown;
    try {
      list = JSON.parse(text);
    } catch (error) {
      return unreadable(`no JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!Array.isArray(list) || !list.every(isObject)) return unreadable('no list of objects');
    const rows = list.map((one, index) => ({
      where: `account ${index + 1}`,
      texts: new Map(Object.entries(one).map(([name, value]) => [name, textOf(value)])),
    }));
    return readTable(rows, new Set(rows.flatMap(({ texts }) => [...texts.keys()])), now);
  },
};

/** The accounts as a table. */
export function exportCsv(accounts: readonly StoredAccount[], withHashes: boolean): string {
  const columns = COLUMNS.filter((column) => withHashes || column !== PASSWORD);
  const rows = accounts.map((account) => {
    const texts = textsOf(account);
    return columns.map((column) => texts.get(column) ?? '');
  });
  return formatCsv([columns, ...rows]);
}

/** The same as JSON, with numbers and lists for machines. */
export function exportJson(accounts: readonly StoredAccount[], withHashes: boolean): string {
  const list = accounts.map((account) => {
    const values = saidOf(account).map(([name, value, text]) => [
      name,
      name === FIELDS.expiresAt.name && value !== null ? text : value,
    ]);
    return {
      [NAME]: account.name,
      ...Object.fromEntries(values),
      ...(withHashes && { [PASSWORD]: account.stored }),
    };
  });
  return `${JSON.stringify(list, undefined, 2)}\n`;
}

function textsOf(account: StoredAccount): Texts {
  return new Map([
    [NAME, account.name],
    ...saidOf(account).map(([name, , text]) => [name, text] as const),
    [PASSWORD, account.stored],
  ]);
}

/** What was said of an account: not what its group says, nor what nobody has to say. */
function saidOf(account: StoredAccount) {
  const profile = profileOf(account);
  return FIELD_ROWS.flatMap(([key, field]) => {
    if (isShared(key) && account.own[key] === undefined) return [];
    return [[field.name, profile[key], field.write(profile[key])] as const];
  });
}

interface TableRow {
  readonly where: string;
  readonly texts: Texts;
}

function readTable(rows: readonly TableRow[], columns: Iterable<string>, now: number): Reading {
  const meaning = new Map<string, string>();
  const problems: string[] = [];
  for (const column of columns) {
    const known = COLUMNS.find((one) => plain(one) === plain(column));
    if (known !== undefined) meaning.set(column, known);
    else if (column !== '') problems.push(unknown(column));
  }
  if (![...meaning.values()].includes(NAME)) problems.push(`there is no column ${NAME}`);
  if (problems.length > 0) return { entries: [], problems, remarks: [] };
  const entries = rows.map(({ where, texts }): Entry => {
    const said = new Map([...texts].map(([column, text]) => [meaning.get(column) ?? '', text]));
    const values = FIELD_ROWS.flatMap(([key, field]) => {
      const text = said.get(field.name);
      const value = text === undefined ? undefined : field.read(text, now);
      if (text !== undefined && value === undefined) {
        problems.push(`${where}: ${field.name} ${JSON.stringify(text)}: ${field.complaint}`);
      }
      return value === undefined ? [] : [[key, value] as const];
    });
    return {
      where,
      name: said.get(NAME) ?? '',
      password: said.get(PASSWORD),
      changes: Object.fromEntries(values),
      remarks: [],
    };
  });
  return { entries, problems, remarks: [] };
}

/** `max-file-size`, `Max File Size` and `maxFileSize` are one. */
function plain(column: string): string {
  return column.replaceAll(/[-_ ]/g, '').toLowerCase();
}

function unknown(column: string): string {
  const meant = nearest(column, COLUMNS);
  const hint = meant === undefined ? `there are ${COLUMNS.join(', ')}` : `did you mean ${meant}?`;
  return `there is no column ${column}; ${hint}`;
}

function textOf(value: unknown): string {
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(problem: string): Reading {
  return { entries: [], problems: [problem], remarks: [] };
}

import { existsSync, readdirSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS } from './migrations/index.ts';
import { appliedMigrations } from './sqlite/migrate.ts';

/** What can be seen of records without changing anything of them. */
export interface Inspection {
  readonly file: string;
  /**
   * `none` if there are none yet; `older` if opening them changes their tables; `newer` and
   * `damaged` if they cannot be opened.
   */
  readonly state: 'none' | 'current' | 'older' | 'newer' | 'damaged';
  /** The last change of the tables that they have been through, or what is wrong with them. */
  readonly says: string;
  /** The latest time in them, in ms since 1970. */
  readonly latest: number | undefined;
  readonly bytes: number;
  /** Of the write-ahead log. */
  readonly logBytes: number;
  /** How many copies there are of before upgrades and restores. */
  readonly copies: number;
}

/** Looks at the records in a file. @param copies the folder of their copies */
export function inspectRecords(file: string, copies: string): Inspection {
  const sizes = {
    file,
    bytes: sizeOf(file),
    logBytes: sizeOf(`${file}-wal`),
    copies: existsSync(copies) ? readdirSync(copies).length : 0,
  };
  if (!existsSync(file)) return { ...sizes, state: 'none', says: '', latest: undefined };
  let raw: DatabaseSync | undefined;
  try {
    raw = new DatabaseSync(file, { readOnly: true });
    const verdict = String(raw.prepare('pragma integrity_check(1)').get()?.['integrity_check']);
    if (verdict !== 'ok') throw new Error(verdict);
    const applied = appliedMigrations(raw);
    const newer = applied.find((name) => !Object.hasOwn(MIGRATIONS, name));
    const isBehind = applied.length < Object.keys(MIGRATIONS).length;
    const state = newer === undefined ? (isBehind ? 'older' : 'current') : 'newer';
    return { ...sizes, state, says: newer ?? applied.at(-1) ?? 'nothing', latest: latestIn(raw) };
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return { ...sizes, state: 'damaged', says, latest: undefined };
  } finally {
    raw?.close();
  }
}

function latestIn(raw: DatabaseSync): number | undefined {
  const times = [
    'select max(created_at) as time from accounts',
    'select max(touched_at) as time from uploads',
  ].map((query) => raw.prepare(query).get()?.['time']);
  const known = times.filter((time) => typeof time === 'number');
  return known.length === 0 ? undefined : Math.max(...known);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

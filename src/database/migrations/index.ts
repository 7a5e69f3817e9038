import type { Migration } from 'kysely/migration';
import { first } from './0001-first.ts';

/** Every change of the tables, in order; one that has been released is never edited. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first': first,
};

import type { Migration } from 'kysely/migration';
import { first } from './0001-first.ts';
import { journalObject } from './0002-journal-object.ts';
import { limits } from './0003-limits.ts';
import { speech } from './0004-speech.ts';
import { groups } from './0005-groups.ts';
import { accountNetworks } from './0008-account-networks.ts';
import { segments } from './0009-segments.ts';

/** Every change of the tables, in order; one that has been released is never edited. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first': first,
  '0002-journal-object': journalObject,
  '0003-limits': limits,
  '0004-speech': speech,
  '0005-groups': groups,
  '0008-account-networks': accountNetworks,
  '0009-segments': segments,
};

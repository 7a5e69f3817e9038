import { normalize } from 'node:path';
import type { Write } from '../database/database.ts';
import type { AccountRow } from '../database/tables.ts';

/** Accounts with the same home share its records, or two ledgers would count the same files. */
export async function homeAt(write: Write, place: string): Promise<number> {
  const location = normalised(place);
  const known = await write
    .selectFrom('homes')
    .select('id')
    .where('location', '=', location)
    .executeTakeFirst();
  if (known) return known.id;
  const limits = { quota_bytes: null, quota_files: null, max_file_bytes: null };
  const made = await write
    .insertInto('homes')
    .values({ location, ...limits })
    .returning('id')
    .executeTakeFirstOrThrow();
  return made.id;
}

/** A home that only this account has moves with all that is recorded of it. */
export async function movedHome(write: Write, account: AccountRow, place: string): Promise<number> {
  const location = normalised(place);
  const taken = await write
    .selectFrom('homes')
    .select('id')
    .where('location', '=', location)
    .executeTakeFirst();
  if (taken) return taken.id;
  const sharers = await write
    .selectFrom('accounts')
    .select('id')
    .where('home_id', '=', account.home_id)
    .where('id', '!=', account.id)
    .executeTakeFirst();
  if (sharers) return homeAt(write, location);
  await write.updateTable('homes').set({ location }).where('id', '=', account.home_id).execute();
  return account.home_id;
}

/** True if an account has this home. */
export async function isInUse(write: Write, homeId: number): Promise<boolean> {
  const other = await write
    .selectFrom('accounts')
    .select('id')
    .where('home_id', '=', homeId)
    .executeTakeFirst();
  return other !== undefined;
}

function normalised(location: string): string {
  return normalize(location).replace(/(?<=.)\/+$/, '');
}

import { Failure } from '../base/failure.ts';
import type { Query, Write } from '../database/database.ts';
import { type SharedProfile, readProfile } from './changes.ts';

/** What a group says. @throws Failure `not-found` */
export async function groupProfile(query: Query | Write, name: string): Promise<SharedProfile> {
  const row = await query
    .selectFrom('groups')
    .select('profile')
    .where('name', '=', name)
    .executeTakeFirst();
  if (!row) throw noGroup(name);
  return readProfile(row.profile);
}

export function noGroup(name: string): Failure {
  return new Failure('not-found', `There is no group ${name}`);
}

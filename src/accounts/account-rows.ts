import { DEFAULT_PERMISSIONS } from '../base/permission.ts';
import { Failure } from '../base/failure.ts';
import type { Write } from '../database/database.ts';
import type { Account } from './account.ts';
import { groupProfile } from './group-rows.ts';
import { type AccountChanges, amended, effective, readProfile } from './changes.ts';

export interface NewAccount {
  readonly name: string;
  /** A hash made by Passwords, or an imported one. */
  readonly stored: string;
  readonly changes: AccountChanges;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Adds an account and its home. */
export async function insertAccount(write: Write, { name, stored, changes, now }: NewAccount) {
  const home = await write
    .insertInto('homes')
    .values({
      location: `homes/${name}`,
      quota_bytes: null,
      quota_files: null,
      max_file_bytes: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const account = await write
    .insertInto('accounts')
    .values({
      name,
      home_id: home.id,
      password: stored,
      permissions: DEFAULT_PERMISSIONS.join(' '),
      enabled: 1,
      expires_at: null,
      unconfirmed: 'hold',
      upload_rate: null,
      download_rate: null,
      max_sessions: null,
      group_name: null,
      last_login_at: null,
      tls: null,
      charset: null,
      networks: null,
      created_at: now,
      password_set_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await updateAccount(write, { id: account.id, homeId: home.id }, changes);
}

/**
 * Changes what is named, and works out what holds then.
 * @throws Failure `not-found` if there is no such group
 */
export async function updateAccount(
  write: Write,
  { id, homeId }: Pick<Account, 'id' | 'homeId'>,
  changes: AccountChanges,
): Promise<void> {
  const row = await write
    .selectFrom('accounts')
    .select(['own', 'group_name'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw new Failure('not-found', 'This account has just been removed');
  const groupName = changes.group === undefined ? row.group_name : changes.group;
  const said = groupName === null ? {} : await groupProfile(write, groupName);
  const own = amended(readProfile(row.own), changes, changes.inherit);
  const holds = effective(own, said);
  const ofAccount = defined({
    own: JSON.stringify(own),
    group_name: groupName,
    permissions: holds.permissions.join(' '),
    unconfirmed: holds.unconfirmed,
    upload_rate: holds.uploadRate,
    download_rate: holds.downloadRate,
    max_sessions: holds.maxSessions,
    enabled: changes.enabled === undefined ? undefined : Number(changes.enabled),
    expires_at: changes.expiresAt,
    tls: holds.tls,
    charset: holds.charset,
    networks: holds.networks === null ? null : holds.networks.join(' '),
  });
  const ofHome = defined({
    location: changes.home,
    quota_bytes: holds.quotaBytes,
    quota_files: holds.quotaFiles,
    max_file_bytes: holds.maxFileBytes,
  });
  await write.updateTable('accounts').set(ofAccount).where('id', '=', id).execute();
  await write.updateTable('homes').set(ofHome).where('id', '=', homeId).execute();
}

/** A new password. @param now in ms since 1970: sessions opened with the old one end */
export async function updatePassword(
  write: Write,
  { id }: Pick<Account, 'id'>,
  stored: string,
  now: number,
): Promise<void> {
  const set = { password: stored, password_set_at: now };
  await write.updateTable('accounts').set(set).where('id', '=', id).execute();
}

/** The properties that have a value: `undefined` means "as it was". */
function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]: Exclude<T[K], undefined> };
}

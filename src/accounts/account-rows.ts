import { DEFAULT_PERMISSIONS } from '../base/permission.ts';
import type { Write } from '../database/database.ts';
import type { Account } from './account.ts';
import type { AccountChanges } from './profile.ts';

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
      created_at: now,
      password_set_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await updateAccount(write, { id: account.id, homeId: home.id }, changes);
}

/** Changes what is named. */
export async function updateAccount(
  write: Write,
  { id, homeId }: Pick<Account, 'id' | 'homeId'>,
  changes: AccountChanges,
): Promise<void> {
  const ofAccount = defined({
    permissions: changes.permissions?.join(' '),
    enabled: changes.enabled === undefined ? undefined : Number(changes.enabled),
    expires_at: changes.expiresAt,
    unconfirmed: changes.unconfirmed,
    upload_rate: changes.uploadRate,
    download_rate: changes.downloadRate,
    max_sessions: changes.maxSessions,
  });
  const ofHome = defined({
    location: changes.home,
    quota_bytes: changes.quotaBytes,
    quota_files: changes.quotaFiles,
    max_file_bytes: changes.maxFileBytes,
  });
  if (Object.keys(ofAccount).length > 0) {
    await write.updateTable('accounts').set(ofAccount).where('id', '=', id).execute();
  }
  if (Object.keys(ofHome).length > 0) {
    await write.updateTable('homes').set(ofHome).where('id', '=', homeId).execute();
  }
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

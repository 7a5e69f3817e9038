import { Failure } from '../base/failure.ts';
import type { CharsetName } from '../base/charset.ts';
import type { EncryptionPolicy } from '../base/encryption-policy.ts';
import { Networks } from '../base/network.ts';
import { type Permission, isPermission } from '../base/permission.ts';
import type { AccountRow, HomeRow } from '../database/tables.ts';
import { type SharedProfile, type Unconfirmed, readProfile } from './changes.ts';

/** Who may enter, with which rights, into which home. Sizes in bytes, times in ms since 1970. */
export interface Account {
  readonly id: number;
  readonly name: string;
  readonly homeId: number;
  /** Where the home is; a relative one begins at the data folder. */
  readonly home: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly enabled: boolean;
  readonly expiresAt: number | undefined;
  readonly unconfirmed: Unconfirmed;
  readonly limits: AccountLimits;
  /** Bytes a second of all its sessions together; undefined means unlimited. */
  readonly rates: { readonly upload: number | undefined; readonly download: number | undefined };
  /** Sessions at the same time, where it differs from what holds for everybody. */
  readonly maxSessions: number | undefined;
  /** What it has in common with others. */
  readonly group: string | undefined;
  /** What was said of it by itself; all else comes from its group, or is as usual. */
  readonly own: SharedProfile;
  readonly lastLoginAt: number | undefined;
  /** Whether its connections are encrypted, where it differs from what holds for everybody. */
  readonly tls: EncryptionPolicy | undefined;
  /** How its clients write names, where it differs from what holds where they come from. */
  readonly charset: CharsetName | undefined;
  /** Where its visitors have to come from; undefined means anywhere. */
  readonly networks: readonly string[] | undefined;
  readonly createdAt: number;
  readonly passwordSetAt: number;
}

/** Undefined means unlimited, 0 means nothing. */
export interface AccountLimits {
  readonly quotaBytes: number | undefined;
  readonly quotaFiles: number | undefined;
  readonly maxFileBytes: number | undefined;
}

/** True if this account may be used at this moment. */
export function isUsable(account: Account, now: number): boolean {
  return account.enabled && (account.expiresAt === undefined || now < account.expiresAt);
}

/** True if somebody at this address may use this account. */
export function mayComeFrom({ networks }: Account, address: string): boolean {
  return networks === undefined || new Networks(networks).has(address);
}

/** Letters, digits and a few signs: a name is also the name of a folder, and stands in logs. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.@+-]{0,63}$/u;

/** @throws Failure `name-refused` */
export function checkAccountName(name: string): void {
  if (NAME.test(name)) return;
  throw new Failure(
    'name-refused',
    'An account name has 1 to 64 letters, digits or _ . @ + -, and begins with one of the first three',
  );
}

export function toAccount(row: AccountRow, home: HomeRow): Account {
  return {
    id: row.id,
    name: row.name,
    homeId: row.home_id,
    home: home.location,
    permissions: new Set(row.permissions.split(' ').filter(isPermission)),
    enabled: row.enabled !== 0,
    expiresAt: row.expires_at ?? undefined,
    unconfirmed: row.unconfirmed,
    limits: {
      quotaBytes: home.quota_bytes ?? undefined,
      quotaFiles: home.quota_files ?? undefined,
      maxFileBytes: home.max_file_bytes ?? undefined,
    },
    rates: { upload: row.upload_rate ?? undefined, download: row.download_rate ?? undefined },
    maxSessions: row.max_sessions ?? undefined,
    group: row.group_name ?? undefined,
    own: readProfile(row.own),
    lastLoginAt: row.last_login_at ?? undefined,
    tls: row.tls ?? undefined,
    charset: row.charset ?? undefined,
    networks: row.networks?.split(' '),
    createdAt: row.created_at,
    passwordSetAt: row.password_set_at,
  };
}

import type { CharsetName } from '../base/charset.ts';
import type { EncryptionPolicy } from '../base/encryption-policy.ts';
import { DEFAULT_PERMISSIONS, type Permission } from '../base/permission.ts';

/** What becomes of an upload whose end nothing confirms: held back, or published all the same. */
export type Unconfirmed = 'hold' | 'publish';

/** What can be set of an account; `null` takes a limit or an expiry away. */
export interface AccountChanges {
  readonly home?: string;
  readonly permissions?: readonly Permission[];
  readonly enabled?: boolean;
  readonly expiresAt?: number | null;
  readonly unconfirmed?: Unconfirmed;
  readonly quotaBytes?: number | null;
  readonly quotaFiles?: number | null;
  readonly maxFileBytes?: number | null;
  readonly uploadRate?: number | null;
  readonly downloadRate?: number | null;
  readonly maxSessions?: number | null;
  readonly tls?: EncryptionPolicy | null;
  readonly charset?: CharsetName | null;
  /** As `base/network.ts` writes them. */
  readonly networks?: readonly string[] | null;
  /** What the account does not say itself, this group says. */
  readonly group?: string | null;
  /** What the account says no more itself. */
  readonly inherit?: readonly SharedKey[];
}

/** What a group can say for its accounts, by key. */
const SHARED = [
  'quotaBytes',
  'quotaFiles',
  'maxFileBytes',
  'uploadRate',
  'downloadRate',
  'maxSessions',
  'tls',
  'charset',
  'networks',
  'permissions',
  'unconfirmed',
] as const satisfies readonly (keyof AccountChanges)[];

export type SharedKey = (typeof SHARED)[number];

/** What a group says, or an account for itself; what is absent, others decide. */
export type SharedProfile = Pick<AccountChanges, SharedKey>;

/** What holds where neither an account nor its group says anything. */
const DEFAULTS: Required<SharedProfile> = {
  quotaBytes: null,
  quotaFiles: null,
  maxFileBytes: null,
  uploadRate: null,
  downloadRate: null,
  maxSessions: null,
  tls: null,
  charset: null,
  networks: null,
  permissions: DEFAULT_PERMISSIONS,
  unconfirmed: 'hold',
};

export function isShared(key: string): key is SharedKey {
  return (SHARED as readonly string[]).includes(key);
}

/** What holds for an account: what it says itself, else its group, else the defaults. */
export function effective(own: SharedProfile, group: SharedProfile): Required<SharedProfile> {
  return { ...DEFAULTS, ...group, ...own };
}

/** Who says what holds. */
export type Origin = 'own' | 'group' | 'default';

export function originOf(key: SharedKey, own: SharedProfile, group: SharedProfile): Origin {
  if (own[key] !== undefined) return 'own';
  return group[key] === undefined ? 'default' : 'group';
}

/** What is said after some of it has been changed. @param inherit what is said no more */
export function amended(
  said: SharedProfile,
  changes: AccountChanges,
  inherit: readonly SharedKey[] = [],
): SharedProfile {
  const entries = SHARED.flatMap((key) => {
    // Null is a value.
    const value = changes[key] === undefined ? said[key] : changes[key];
    return value === undefined || inherit.includes(key) ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries);
}

/** As it stands in the database. */
export function readProfile(json: string): SharedProfile {
  return JSON.parse(json) as SharedProfile;
}

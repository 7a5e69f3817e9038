import { isUsable } from '../../accounts/account.ts';
import { NO_PASSWORD, type StoredAccount } from '../../accounts/accounts.ts';
import { type SharedProfile, originOf } from '../../accounts/changes.ts';
import { describeStored } from '../../accounts/passwords/passwords.ts';
import { SHARED_ROWS } from '../../accounts/profile.ts';
import { formatSize } from '../../base/size.ts';
import type { Records } from '../../compose-records.ts';
import type { Settings } from '../../config/settings.ts';
import { formatTime } from '../output.ts';

type View = Awaited<ReturnType<typeof viewOf>>;

/** An account as people see it. */
export async function viewOf({ vault }: Records, account: StoredAccount) {
  const usage = await vault.usage(account.homeId);
  return {
    name: account.name,
    enabled: account.enabled,
    state: stateOf(account),
    group: account.group ?? null,
    home: account.home,
    bytesUsed: usage.bytes,
    quota: account.limits.quotaBytes ?? null,
    filesUsed: usage.files,
    maxFiles: account.limits.quotaFiles ?? null,
    maxFileSize: account.limits.maxFileBytes ?? null,
    uploadRate: account.rates.upload ?? null,
    downloadRate: account.rates.download ?? null,
    maxSessions: account.maxSessions ?? null,
    tls: account.tls ?? null,
    charset: account.charset ?? null,
    networks: account.networks ?? null,
    permissions: [...account.permissions],
    expires: timeOf(account.expiresAt),
    unconfirmed: account.unconfirmed,
    password: account.stored === NO_PASSWORD ? 'none' : describeStored(account.stored),
    created: timeOf(account.createdAt),
    lastLogin: timeOf(account.lastLoginAt),
  };
}

/** Why an account can be used or cannot. */
function stateOf(account: StoredAccount): 'enabled' | 'disabled' | 'expired' | 'locked' {
  if (!account.enabled) return 'disabled';
  if (!isUsable(account, Date.now())) return 'expired';
  return account.stored === NO_PASSWORD ? 'locked' : 'enabled';
}

export const HEADING = [
  'NAME',
  'STATE',
  'GROUP',
  'USED',
  'QUOTA',
  'FILES',
  'MAX',
  'EXPIRES',
  'HOME',
];

/** The hour matters only when it is near. */
function formatEnd(time: number, now: number): string {
  const shown = formatTime(time);
  return time - now > NEAR_MS ? shown.slice(0, 'YYYY-MM-DD'.length) : shown;
}

const NEAR_MS = 2 * 24 * 60 * 60 * 1000;

/** Its line in the list. */
export function rowOf(view: View): string[] {
  return [
    view.name,
    view.state,
    view.group ?? '-',
    formatSize(view.bytesUsed),
    view.quota === null ? '-' : formatSize(view.quota),
    String(view.filesUsed),
    view.maxFiles === null ? '-' : String(view.maxFiles),
    view.expires === null ? 'never' : formatEnd(Date.parse(view.expires), Date.now()),
    view.home,
  ];
}

/**
 * Where the values come from that a group can say, by their names.
 * @param said what its group says
 */
export function originsOf(
  { own, group, maxSessions }: StoredAccount,
  said: SharedProfile,
): Readonly<Record<string, string>> {
  const NAMES = { own: 'own', group: `group ${group ?? ''}`, default: 'default' };
  const origins = SHARED_ROWS.map(([key, { name }]) => [name, NAMES[originOf(key, own, said)]]);
  return {
    ...Object.fromEntries(origins),
    ...(maxSessions === undefined && { maxSessions: SESSIONS_KEY }),
  };
}

/** What holds for accounts without a number of their own. */
const SESSIONS_KEY = 'limits.max-sessions-per-account';

/** The lines of `account show`: what, how much, and who says so. */
export function showRows(
  view: View,
  origins: Readonly<Record<string, string>>,
  { limits }: Settings,
): string[][] {
  const holding = { ...view, maxSessions: view.maxSessions ?? limits.maxSessionsPerAccount };
  return Object.entries(holding).map(([key, value]) => {
    const origin = origins[key];
    return [key, shownValue(key, value) + (origin === undefined ? '' : `  (${origin})`)];
  });
}

const SIZES = new Set(['bytesUsed', 'quota', 'maxFileSize', 'uploadRate', 'downloadRate']);
const TIMES = new Set(['expires', 'created', 'lastLogin']);

const ABSENT: Readonly<Record<string, string>> = {
  expires: 'never',
  lastLogin: 'never',
  group: '-',
  maxSessions: 'as many as the settings say',
  tls: 'as the settings say',
  charset: 'as the settings say',
  networks: 'from anywhere',
};

export function shownValue(key: string, value: unknown): string {
  if (value === null) return ABSENT[key] ?? 'unlimited';
  if (typeof value === 'number' && SIZES.has(key)) return formatSize(value);
  if (typeof value === 'string' && TIMES.has(key)) return formatTime(Date.parse(value));
  if (Array.isArray(value)) return value.join(' ') || 'none';
  return `${value as string | number | boolean}`;
}

function timeOf(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

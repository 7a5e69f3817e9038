import { NO_PASSWORD, type StoredAccount } from '../../accounts/accounts.ts';
import { describeStored } from '../../accounts/passwords/passwords.ts';
import { formatSize } from '../../base/size.ts';
import type { Records } from '../../compose.ts';
import { formatTime } from '../output.ts';

type View = Awaited<ReturnType<typeof viewOf>>;

/** An account as people see it. */
export async function viewOf({ vault }: Records, account: StoredAccount) {
  const usage = await (await vault.home(account.homeId)).usage();
  return {
    name: account.name,
    enabled: account.enabled,
    home: account.home,
    bytesUsed: usage.bytes,
    quota: account.limits.quotaBytes ?? null,
    filesUsed: usage.files,
    maxFiles: account.limits.quotaFiles ?? null,
    maxFileSize: account.limits.maxFileBytes ?? null,
    uploadRate: account.rates.upload ?? null,
    downloadRate: account.rates.download ?? null,
    maxSessions: account.maxSessions ?? null,
    permissions: [...account.permissions],
    expires: account.expiresAt === undefined ? null : new Date(account.expiresAt).toISOString(),
    unconfirmed: account.unconfirmed,
    password: account.stored === NO_PASSWORD ? 'none' : describeStored(account.stored),
    created: new Date(account.createdAt).toISOString(),
  };
}

export const HEADING = ['NAME', 'STATE', 'USED', 'QUOTA', 'FILES', 'MAX', 'EXPIRES', 'HOME'];

/** Its line in the list. */
export function rowOf(view: View): string[] {
  return [
    view.name,
    view.enabled ? 'enabled' : 'disabled',
    formatSize(view.bytesUsed),
    view.quota === null ? '-' : formatSize(view.quota),
    String(view.filesUsed),
    view.maxFiles === null ? '-' : String(view.maxFiles),
    view.expires === null ? 'never' : formatTime(Date.parse(view.expires)),
    view.home,
  ];
}

const SIZES = new Set(['bytesUsed', 'quota', 'maxFileSize', 'uploadRate', 'downloadRate']);

const ABSENT: Readonly<Record<string, string>> = {
  expires: 'never',
  maxSessions: 'as many as the settings say',
};

export function shownValue(key: string, value: unknown): string {
  if (value === null) return ABSENT[key] ?? 'unlimited';
  if (typeof value === 'number' && SIZES.has(key)) return formatSize(value);
  return Array.isArray(value) ? value.join(' ') : `${value as string | number | boolean}`;
}

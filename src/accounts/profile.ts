import { CHARSET_NAMES, isCharsetName } from '../base/charset.ts';
import { parseDuration } from '../base/duration.ts';
import { ENCRYPTION_POLICIES } from '../base/encryption-policy.ts';
import {
  ALL_PERMISSIONS,
  DEFAULT_PERMISSIONS,
  PERMISSIONS,
  type Permission,
  isPermission,
} from '../base/permission.ts';
import { parseNetwork } from '../base/network.ts';
import { KiB, parseSize } from '../base/size.ts';
import type { Account } from './account.ts';
import { type AccountChanges, type SharedKey, isShared } from './changes.ts';

/** All that an account is. */
export type Profile = Required<Omit<AccountChanges, 'inherit'>>;

/** One of these: how people name it, write it and read it. */
interface Field<T> {
  /** In exports and in JSON; with dashes, the flag of the command line. */
  readonly name: string;
  /** Stands for the value in help. */
  readonly takes: string;
  readonly about: string;
  /** What is said of a value that cannot be read. */
  readonly complaint: string;
  /** @param now what a time from now on counts from, in ms since 1970 */
  read(text: string, now: number): T | undefined;
  /** Writes a value so that `read` gives the same again. */
  write(value: T): string;
}

type Fields = { readonly [K in keyof Profile]: Field<Profile[K]> };

const YES_OR_NO: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['1', true],
  ['no', false],
  ['false', false],
  ['0', false],
]);

/** The word for no limit at all. */
const NONE = 'none';
const NEVER = 'never';
const ANY = 'any';

/** Everything that can be set of an account. Flags, exports and imports come from these rows. */
export const FIELDS = {
  home: {
    name: 'home',
    takes: 'dir',
    about: 'its home folder (default: homes/NAME in the data folder)',
    complaint: 'A home is the path of a folder, without line ends.',
    // oxlint-disable-next-line no-control-regex -- just these are meant
    read: (text) => (/^[^\0\r\n]+$/.test(text) ? text : undefined),
    write: (value) => value,
  },
  enabled: {
    name: 'enabled',
    takes: 'yes|no',
    about: 'whether it may log in',
    complaint: 'It is enabled or not: yes or no.',
    read: (text) => YES_OR_NO.get(text.toLowerCase()),
    write: (value) => (value ? 'yes' : 'no'),
  },
  group: {
    name: 'group',
    takes: 'name',
    about: 'what it does not say itself, this group says; "none" for no group',
    complaint: 'A group is said by its name, or "none".',
    read: (text) => (text === NONE ? null : text),
    write: (value) => value ?? NONE,
  },
  quotaBytes: {
    name: 'quota',
    takes: 'size',
    about: 'the most it may store, as 500MiB or 1GiB; "none" for no limit',
    ...limit('A size is written as 1048576, 500MiB or 1.5G.', parseSize),
  },
  quotaFiles: {
    name: 'maxFiles',
    takes: 'count',
    about: 'the most files it may have; "none" for no limit',
    ...limit('A whole number is wanted.', parseCount),
  },
  maxFileBytes: {
    name: 'maxFileSize',
    takes: 'size',
    about: 'the largest file; "none" for no limit',
    ...limit('A size is written as 1048576, 500MiB or 1.5G.', parseSize),
  },
  uploadRate: {
    name: 'uploadRate',
    takes: 'size',
    about: 'bytes a second that all its sessions together may send, as 5MiB; "none" for no limit',
    ...limit('A rate is at least 1KiB a second, as 5MiB.', parseRate),
  },
  downloadRate: {
    name: 'downloadRate',
    takes: 'size',
    about: 'the same for what they fetch',
    ...limit('A rate is at least 1KiB a second, as 5MiB.', parseRate),
  },
  maxSessions: {
    name: 'maxSessions',
    takes: 'count',
    about: 'sessions at the same time; "none" for as many as the settings say',
    ...limit('A whole number is wanted.', parseCount),
  },
  tls: {
    name: 'tls',
    takes: 'policy',
    about: `whether its connections are encrypted: ${ENCRYPTION_POLICIES.join(', ')}; "none" for what the settings say`,
    complaint: `It is ${ENCRYPTION_POLICIES.join(', ')} or none.`,
    read: (text) =>
      text === NONE ? null : ENCRYPTION_POLICIES.find((policy) => policy === text.toLowerCase()),
    write: (value) => value ?? NONE,
  },
  charset: {
    name: 'charset',
    takes: 'charset',
    about: `how clients of it write names that know no UTF-8: ${CHARSET_NAMES.join(', ')}; "none" for what the settings say`,
    complaint: `The charsets are ${CHARSET_NAMES.join(', ')}, and none.`,
    read: (text) => {
      const name = text.toLowerCase();
      if (name === NONE) return null;
      return isCharsetName(name) ? name : undefined;
    },
    write: (value) => value ?? NONE,
  },
  networks: {
    name: 'networks',
    takes: 'list',
    about:
      'addresses and networks that it may come from, as 192.0.2.7,198.51.100.0/24; "any" for anywhere',
    complaint:
      'Networks are written as 192.0.2.0/24 or 2001:db8::/32, with commas between; or "any".',
    read: parseNetworks,
    write: (value) => value?.join(' ') ?? ANY,
  },
  permissions: {
    name: 'permissions',
    takes: 'list',
    about: permissionsHelp(),
    complaint: `Permissions are words of these: ${ALL_PERMISSIONS.join(', ')}; or "all", "default", "none".`,
    read: parsePermissions,
    write: (value) => (value.length === 0 ? NONE : value.join(' ')),
  },
  expiresAt: {
    name: 'expires',
    takes: 'when',
    about: 'when it ends: in 12h or 30d, or at 2027-01-31, with a time if need be; "never"',
    complaint: 'An end is written as 30d, 2027-01-31, 2027-01-31T18:00Z or never.',
    read: parseEnd,
    write: (value) => (value === null ? NEVER : new Date(value).toISOString()),
  },
  unconfirmed: {
    name: 'unconfirmed',
    takes: 'policy',
    about:
      'uploads whose end nothing confirms: hold them back, or publish them (for devices that never wait for the reply)',
    complaint: 'It is hold or publish.',
    read: (text) => (text === 'hold' || text === 'publish' ? text : undefined),
    write: (value) => value,
  },
} as const satisfies Fields;

export type FieldKey = keyof typeof FIELDS;

/** `--max-file-size` for `maxFileSize`. */
export function flagOf({ name }: { readonly name: string }): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The rows of the table with their keys, for those who walk it. */
export const FIELD_ROWS = Object.entries(FIELDS) as readonly (readonly [
  FieldKey,
  Field<AccountChanges[FieldKey]>,
])[];

/** The rows of the fields that a group can say. */
export const SHARED_ROWS = FIELD_ROWS.filter(
  (row): row is readonly [SharedKey, Field<AccountChanges[SharedKey]>] => isShared(row[0]),
);

function limit(
  complaint: string,
  parse: (text: string) => number | undefined,
): Pick<Field<number | null>, 'complaint' | 'read' | 'write'> {
  return {
    complaint,
    read: (text) => (text === NONE ? null : parse(text)),
    write: (value) => (value === null ? NONE : String(value)),
  };
}

function parseCount(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function parseRate(text: string): number | undefined {
  const rate = parseSize(text);
  return rate !== undefined && rate >= KiB ? rate : undefined;
}

/** A time from now on, or a date; a bare number would be seconds to some and a year to others. */
function parseEnd(text: string, now: number): number | null | undefined {
  if (text === NEVER || text === NONE) return null;
  const fromNow = /[a-z]$/i.test(text) ? parseDuration(text) : undefined;
  if (fromNow !== undefined) return now + fromNow;
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function parseNetworks(text: string): readonly string[] | null | undefined {
  if (text === ANY || text === NONE) return null;
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const networks = words.map(parseNetwork).filter((network) => network !== undefined);
  return words.length > 0 && networks.length === words.length ? networks : undefined;
}

function parsePermissions(text: string): readonly Permission[] | undefined {
  if (text === 'all') return ALL_PERMISSIONS;
  if (text === 'default') return DEFAULT_PERMISSIONS;
  if (text === NONE) return [];
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  return words.every(isPermission) ? words : undefined;
}

function permissionsHelp(): string {
  return `words with commas between: ${ALL_PERMISSIONS.map((name) => `${name} (${PERMISSIONS[name]})`).join(', ')}; or "all", or "default" (all but delete-tree and make-link)`;
}

/** All that can be set of this account, as it is. */
export function profileOf(account: Account): Profile {
  const { home, permissions, enabled, expiresAt, unconfirmed, limits, rates } = account;
  return {
    home,
    permissions: [...permissions],
    enabled,
    expiresAt: expiresAt ?? null,
    unconfirmed,
    quotaBytes: limits.quotaBytes ?? null,
    quotaFiles: limits.quotaFiles ?? null,
    maxFileBytes: limits.maxFileBytes ?? null,
    uploadRate: rates.upload ?? null,
    downloadRate: rates.download ?? null,
    maxSessions: account.maxSessions ?? null,
    group: account.group ?? null,
    tls: account.tls ?? null,
    charset: account.charset ?? null,
    networks: account.networks ?? null,
  };
}

/** True if nothing of this would change anything. */
export function isAsWanted(account: Account, changes: AccountChanges): boolean {
  return differencesOf(account, changes).length === 0;
}

/** The names of what this would change. */
export function differencesOf(account: Account, changes: AccountChanges): string[] {
  const now = profileOf(account);
  return FIELD_ROWS.flatMap(([key, { name }]) => {
    const wanted = changes[key];
    const is = now[key];
    const isSame =
      Array.isArray(wanted) && Array.isArray(is) ? isSameSet(wanted, is) : wanted === is;
    return wanted === undefined || isSame ? [] : [name];
  });
}

function isSameSet(some: readonly unknown[], others: readonly unknown[]): boolean {
  return new Set(some).symmetricDifference(new Set(others)).size === 0;
}

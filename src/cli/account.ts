import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AccountChanges, NO_PASSWORD, type StoredAccount } from '../accounts/accounts.ts';
import { describeStored, isStoredPassword } from '../accounts/passwords/passwords.ts';
import { Failure } from '../base/failure.ts';
import {
  ALL_PERMISSIONS,
  DEFAULT_PERMISSIONS,
  PERMISSIONS,
  type Permission,
  isPermission,
} from '../base/permission.ts';
import { formatSize, KiB, parseSize } from '../base/size.ts';
import type { Records } from '../compose.ts';
import { resolve } from 'node:path';
import { columns, formatTime, say, tell } from './output.ts';
import { passwordFromStdin, promptedPassword, randomPassword } from './passwords.ts';
import { withRecords, withSettings } from './settings.ts';

/** What takes a limit away. Not null, which commander turns into an empty text. */
const NONE = Symbol('no limit');

type Limit = number | typeof NONE;

/** What the flags of `add` and `set` say, as commander hands it over. */
interface AccountOptions {
  readonly passwordStdin?: boolean;
  readonly passwordHash?: string;
  readonly quota?: Limit;
  readonly maxFiles?: Limit;
  readonly maxFileSize?: Limit;
  readonly uploadRate?: Limit;
  readonly downloadRate?: Limit;
  readonly maxSessions?: Limit;
  readonly home?: string;
  readonly permissions?: readonly Permission[];
  readonly enable?: boolean;
  readonly disable?: boolean;
  readonly expires?: Limit;
  readonly unconfirmed?: 'hold' | 'publish';
  readonly json?: boolean;
}

/** `carryon account …` */
export function addAccountCommands(program: Command): void {
  const account = program.command('account').description('manage the people who may enter');
  const sub = (usage: string, description: string) =>
    withSettings(account.command(usage).description(description), 'data');

  withChanges(sub('add <name>', 'add an account'))
    .addOption(passwordStdin())
    .addOption(passwordHash())
    .action((name: string, options: AccountOptions) =>
      withRecords({ ...options }, async (records) => {
        const { stored, shown } = await passwordFor(records, name, options);
        const added = await records.accounts.add(name, stored, changesOf(options));
        const { found } = await records.vault.audit(added.homeId, true);
        tell(`Added ${name}.`, ...(found.files > 0 ? [existing(found)] : []));
        if (shown !== undefined) say(`password: ${shown}`);
      }),
    );

  withChanges(sub('set <name>', 'change an account; what is not named stays'))
    .option('--enable', 'let it log in')
    .option('--disable', 'let it log in no more, and end its sessions')
    .action((name: string, options: AccountOptions) =>
      withRecords({ ...options }, async ({ accounts, vault }) => {
        const changed = await accounts.set(name, changesOf(options));
        // Another home has other contents.
        if (options.home !== undefined) await vault.audit(changed.homeId, true);
        tell(`Changed ${name}.`);
      }),
    );

  sub('passwd <name>', 'set a new password; sessions opened with the old one end')
    .addOption(passwordStdin())
    .addOption(passwordHash())
    .action((name: string, options: AccountOptions) =>
      withRecords({ ...options }, async (records) => {
        const { stored, shown } = await passwordFor(records, name, options);
        await records.accounts.setPassword(name, stored);
        tell(`Changed the password of ${name}.`);
        if (shown !== undefined) say(`password: ${shown}`);
      }),
    );

  sub('show <name>', 'show one account')
    .option('--json', 'for machines')
    .action((name: string, options: AccountOptions) =>
      withRecords({ ...options }, async (records) => {
        const found = await records.accounts.find(name);
        if (!found) throw new Failure('not-found', `There is no account ${name}`);
        const view = await viewOf(records, found);
        if (options.json) say(JSON.stringify(view, undefined, 2));
        else
          say(
            ...columns(Object.entries(view).map(([key, value]) => [key, shownValue(key, value)])),
          );
      }),
    );

  sub('list', 'list the accounts')
    .option('--json', 'for machines: one line of JSON for each')
    .action((options: AccountOptions) =>
      withRecords({ ...options }, async (records) => {
        const views = await Promise.all(
          (await records.accounts.list()).map((found) => viewOf(records, found)),
        );
        if (options.json) say(...views.map((view) => JSON.stringify(view)));
        else say(...columns([HEADING, ...views.map(rowOf)]));
      }),
    );

  sub('remove <name>', 'remove an account; the files in its home stay').action(
    (name: string, options: AccountOptions) =>
      withRecords({ ...options }, async ({ accounts }, settings) => {
        const removed = await accounts.remove(name);
        tell(`Removed ${name}. The files stay in ${resolve(settings.data, removed.home)}`);
      }),
  );
}

type View = Awaited<ReturnType<typeof viewOf>>;

async function viewOf({ vault }: Records, account: StoredAccount) {
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

const HEADING = ['NAME', 'STATE', 'USED', 'QUOTA', 'FILES', 'MAX', 'EXPIRES', 'HOME'];

function rowOf(view: View): string[] {
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

function shownValue(key: string, value: unknown): string {
  if (value === null) return ABSENT[key] ?? 'unlimited';
  if (typeof value === 'number' && SIZES.has(key)) return formatSize(value);
  return Array.isArray(value) ? value.join(' ') : `${value as string | number | boolean}`;
}

function existing(found: { readonly bytes: number; readonly files: number }): string {
  return `Its home holds ${found.files} files, ${formatSize(found.bytes)}, already; they count.`;
}

async function passwordFor(
  { passwords }: Records,
  name: string,
  options: AccountOptions,
): Promise<{ stored: string; shown?: string }> {
  if (options.passwordHash !== undefined) return { stored: options.passwordHash };
  if (options.passwordStdin) return { stored: await passwords.hash(await passwordFromStdin()) };
  if (process.stdin.isTTY) return { stored: await passwords.hash(await promptedPassword(name)) };
  const shown = randomPassword();
  return { stored: await passwords.hash(shown), shown };
}

function changesOf(options: AccountOptions): AccountChanges {
  const { quota, maxFiles, maxFileSize, uploadRate, downloadRate, maxSessions } = options;
  const { home, permissions, expires, unconfirmed } = options;
  return {
    ...(quota !== undefined && { quotaBytes: stored(quota) }),
    ...(maxFiles !== undefined && { quotaFiles: stored(maxFiles) }),
    ...(maxFileSize !== undefined && { maxFileBytes: stored(maxFileSize) }),
    ...(uploadRate !== undefined && { uploadRate: stored(uploadRate) }),
    ...(downloadRate !== undefined && { downloadRate: stored(downloadRate) }),
    ...(maxSessions !== undefined && { maxSessions: stored(maxSessions) }),
    // Relative to where the command was typed, as everybody expects of a path.
    ...(home !== undefined && { home: resolve(home) }),
    ...(permissions !== undefined && { permissions }),
    ...(expires !== undefined && { expiresAt: stored(expires) }),
    ...(unconfirmed !== undefined && { unconfirmed }),
    ...(options.enable && { enabled: true }),
    ...(options.disable && { enabled: false }),
  };
}

/** A limit as the accounts take it. */
function stored(limit: Limit): number | null {
  return limit === NONE ? null : limit;
}

function withChanges(command: Command): Command {
  return command
    .option(
      '--quota <size>',
      'the most it may store, as 500MiB or 1GiB; "none" for no limit',
      sizeOrNone,
    )
    .option('--max-files <count>', 'the most files it may have; "none" for no limit', countOrNone)
    .option('--max-file-size <size>', 'the largest file; "none" for no limit', sizeOrNone)
    .option(
      '--upload-rate <size>',
      'bytes a second that all its sessions together may send, as 5MiB; "none" for no limit',
      rateOrNone,
    )
    .option('--download-rate <size>', 'the same for what they fetch', rateOrNone)
    .option(
      '--max-sessions <count>',
      'sessions at the same time; "none" for as many as the settings say',
      countOrNone,
    )
    .option('--home <dir>', 'its home folder (default: homes/NAME in the data folder)')
    .option('--permissions <list>', permissionsHelp(), permissionList)
    .option('--expires <date>', 'when it ends, as 2027-01-31 or with a time; "never"', dateOrNever)
    .addOption(
      new Option(
        '--unconfirmed <policy>',
        'uploads whose end nothing confirms: hold them back, or publish them (for devices that never wait for the reply)',
      ).choices(['hold', 'publish']),
    );
}

const passwordStdin = () =>
  new Option('--password-stdin', 'read the password from the first line of standard input');

const passwordHash = () =>
  new Option(
    '--password-hash <hash>',
    'import a hash (argon2id, bcrypt, sha512-crypt, md5-crypt or plain MD5); the next login replaces all but the first',
  ).argParser((text: string) => {
    if (isStoredPassword(text)) return text;
    throw new InvalidArgumentError('This is no hash of a kind that can be imported.');
  });

function permissionsHelp(): string {
  return `words with commas between: ${ALL_PERMISSIONS.map((name) => `${name} (${PERMISSIONS[name]})`).join(', ')}; or "all", or "default" (all but delete-tree)`;
}

function permissionList(text: string): readonly Permission[] {
  if (text === 'all') return ALL_PERMISSIONS;
  if (text === 'default') return DEFAULT_PERMISSIONS;
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const wrong = words.filter((word) => !isPermission(word));
  if (wrong.length === 0) return words.filter(isPermission);
  throw new InvalidArgumentError(
    `There is no permission ${wrong.join(', ')}; there are ${ALL_PERMISSIONS.join(', ')}.`,
  );
}

function sizeOrNone(text: string): Limit {
  if (text === 'none') return NONE;
  const size = parseSize(text);
  if (size !== undefined) return size;
  throw new InvalidArgumentError('A size is written as 1048576, 500MiB or 1.5G.');
}

function rateOrNone(text: string): Limit {
  const limit = sizeOrNone(text);
  if (limit === NONE || limit >= KiB) return limit;
  throw new InvalidArgumentError('A rate is at least 1KiB a second.');
}

function countOrNone(text: string): Limit {
  if (text === 'none') return NONE;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number is wanted.');
}

function dateOrNever(text: string): Limit {
  if (text === 'never') return NONE;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new InvalidArgumentError('A date is written as 2027-01-31 or 2027-01-31T18:00Z.');
}

import type { Clock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import { DEFAULT_PERMISSIONS, type Permission } from '../base/permission.ts';
import type { Database } from '../database/database.ts';
import { type Account, type Unconfirmed, checkAccountName, toAccount } from './account.ts';

/** An account with the string its password is checked against. */
export interface StoredAccount extends Account {
  readonly stored: string;
}

/** What no password is right for. */
export const NO_PASSWORD = '*';

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
}

/** The accounts, in the database. Every change is durable when its promise resolves. */
export class Accounts {
  readonly #database: Database;
  readonly #clock: Clock;
  #revision = 0;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Differs from its last value if anybody, here or in another process, may have changed an account. */
  async revision(): Promise<string> {
    return `${this.#revision}.${await this.#database.outsideChanges()}`;
  }

  async find(name: string): Promise<StoredAccount | undefined> {
    const [account] = await this.#read('name', name);
    return account;
  }

  async get(id: number): Promise<StoredAccount | undefined> {
    const [account] = await this.#read('id', id);
    return account;
  }

  /** How many there are. */
  async count(): Promise<number> {
    const { count } = await this.#database.query
      .selectFrom('accounts')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return count;
  }

  /** All of them, by name. */
  list(): Promise<readonly StoredAccount[]> {
    return this.#read();
  }

  /**
   * @param stored a hash made by Passwords, or an imported one
   * @throws Failure `already-exists`, `name-refused`
   */
  async add(name: string, stored: string, changes: AccountChanges = {}): Promise<StoredAccount> {
    checkAccountName(name);
    if (await this.find(name)) {
      throw new Failure('already-exists', `There is an account ${name} already`);
    }
    const now = this.#clock.now();
    await this.#database.write(async (write) => {
      const home = await write
        .insertInto('homes')
        .values({
          location: changes.home ?? `homes/${name}`,
          quota_bytes: null,
          quota_files: null,
          max_file_bytes: null,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      await write
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
        .execute();
    });
    return this.set(name, changes);
  }

  /** Makes an account without a password of its own, or changes it where it is different. */
  async provide(
    name: string,
    changes: AccountChanges,
  ): Promise<{ readonly account: StoredAccount; readonly isNew: boolean }> {
    const account = await this.find(name);
    if (!account) return { account: await this.add(name, NO_PASSWORD, changes), isNew: true };
    if (isAsWanted(account, changes)) return { account, isNew: false };
    return { account: await this.set(name, changes), isNew: false };
  }

  /** @throws Failure `not-found` */
  async set(name: string, changes: AccountChanges): Promise<StoredAccount> {
    const account = await this.#required(name);
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
    await this.#database.write(async (write) => {
      if (Object.keys(ofAccount).length > 0) {
        await write.updateTable('accounts').set(ofAccount).where('id', '=', account.id).execute();
      }
      if (Object.keys(ofHome).length > 0) {
        await write.updateTable('homes').set(ofHome).where('id', '=', account.homeId).execute();
      }
    });
    await this.#changed();
    return this.#required(name);
  }

  /** The operator's new password: sessions opened with the old one end. @throws Failure `not-found` */
  async setPassword(name: string, stored: string): Promise<void> {
    const account = await this.#required(name);
    const set = { password: stored, password_set_at: this.#clock.now() };
    await this.#database.write((write) =>
      write.updateTable('accounts').set(set).where('id', '=', account.id).execute(),
    );
    await this.#changed();
  }

  /** The same password in a better hash, unless it has been changed meanwhile. */
  async rehash(account: StoredAccount, stored: string): Promise<void> {
    await this.#database.write((write) =>
      write
        .updateTable('accounts')
        .set({ password: stored })
        .where('id', '=', account.id)
        .where('password', '=', account.stored)
        .execute(),
    );
  }

  /** Removes the account and all that is recorded of its home; the files stay. @throws Failure `not-found` */
  async remove(name: string): Promise<Account> {
    const account = await this.#required(name);
    await this.#database.write(async (write) => {
      await write.deleteFrom('accounts').where('id', '=', account.id).execute();
      for (const table of ['uploads', 'digests', 'journal'] as const) {
        await write.deleteFrom(table).where('home_id', '=', account.homeId).execute();
      }
      await write.deleteFrom('homes').where('id', '=', account.homeId).execute();
    });
    await this.#changed();
    return account;
  }

  async #changed(): Promise<void> {
    this.#revision += 1;
    await this.#database.durable();
  }

  async #required(name: string): Promise<StoredAccount> {
    const account = await this.find(name);
    if (!account) throw new Failure('not-found', `There is no account ${name}`);
    return account;
  }

  async #read(column?: 'id' | 'name', value?: number | string): Promise<StoredAccount[]> {
    let rows = this.#database.query.selectFrom('accounts').selectAll().orderBy('name');
    if (column !== undefined && value !== undefined) rows = rows.where(column, '=', value);
    const found = await rows.execute();
    if (found.length === 0) return [];
    const homes = await this.#database.query
      .selectFrom('homes')
      .selectAll()
      .where(
        'id',
        'in',
        found.map((row) => row.home_id),
      )
      .execute();
    const byId = new Map(homes.map((home) => [home.id, home]));
    return found.flatMap((row) => {
      const home = byId.get(row.home_id);
      return home ? [{ ...toAccount(row, home), stored: row.password }] : [];
    });
  }
}

/** All that can be set of this account, as it is. */
export function profileOf(account: Account): Required<AccountChanges> {
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
  };
}

/** True if nothing of this would change anything. */
function isAsWanted(account: Account, changes: AccountChanges): boolean {
  const now = profileOf(account);
  const { permissions, ...others } = defined(changes);
  return (
    (permissions === undefined || isSame(permissions, now.permissions)) &&
    Object.entries(others).every(([name, value]) => now[name as keyof typeof others] === value)
  );
}

function isSame(some: readonly Permission[], others: readonly Permission[]): boolean {
  return new Set(some).symmetricDifference(new Set(others)).size === 0;
}

/** The properties that have a value: `undefined` means "as it was". */
function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]: Exclude<T[K], undefined> };
}

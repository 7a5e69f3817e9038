import type { Clock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import type { Database } from '../database/database.ts';
import { type Account, checkAccountName, toAccount } from './account.ts';
import { type NewAccount, insertAccount, updateAccount, updatePassword } from './account-rows.ts';
import type { AccountChanges } from './changes.ts';
import { Groups } from './groups.ts';
import { isAsWanted } from './profile.ts';

/** An account with the string its password is checked against. */
export interface StoredAccount extends Account {
  readonly stored: string;
}

/** What no password is right for. */
export const NO_PASSWORD = '*';

/** How many accounts are kept in memory, for the next login. */
const MAX_KNOWN = 1000;

/** What becomes of an account that is there. */
export interface AccountChange {
  readonly name: string;
  readonly changes: AccountChanges;
  /** A new password, if any. */
  readonly stored?: string | undefined;
}

/** The accounts, in the database. Every change is durable when its promise resolves. */
export class Accounts {
  readonly groups: Groups;
  readonly #database: Database;
  readonly #clock: Clock;
  #revision = 0;
  #known = { revision: '', byName: new Map<string, StoredAccount>() };

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.groups = new Groups(database, () => this.#changed());
  }

  /** Differs from its last value if anybody, here or in another process, may have changed an account. */
  async revision(): Promise<string> {
    return `${this.#revision}.${await this.#database.outsideChanges()}`;
  }

  /** As it is now. It is read again only if anybody may have changed one since the last time. */
  async find(name: string): Promise<StoredAccount | undefined> {
    const revision = await this.revision();
    if (revision !== this.#known.revision || this.#known.byName.size >= MAX_KNOWN) {
      this.#known = { revision, byName: new Map() };
    }
    const { byName } = this.#known;
    const known = byName.get(name);
    if (known) return known;
    const [account] = await this.#read('name', name);
    // To what held before it was read: whatever has changed meanwhile makes that void.
    if (account) byName.set(name, account);
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
    await this.#database.write((write) => insertAccount(write, { name, stored, changes, now }));
    await this.#changed();
    return this.#required(name);
  }

  /**
   * Adds and changes many in one transaction: all of it happens, or nothing.
   * @throws Failure `name-refused`; `not-found` if one that is to be changed is not there
   */
  async bring(
    additions: readonly Omit<NewAccount, 'now'>[],
    changes: readonly AccountChange[],
  ): Promise<void> {
    const now = this.#clock.now();
    for (const { name } of additions) checkAccountName(name);
    const known = new Map((await this.list()).map((account) => [account.name, account]));
    await this.#database.write(async (write) => {
      for (const addition of additions) await insertAccount(write, { ...addition, now });
      for (const { name, changes: wanted, stored } of changes) {
        const account = known.get(name);
        if (!account) throw missing(name);
        await updateAccount(write, account, wanted);
        if (stored !== undefined) await updatePassword(write, account, stored, now);
      }
    });
    await this.#changed();
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
    await this.#database.write((write) => updateAccount(write, account, changes));
    await this.#changed();
    return this.#required(name);
  }

  /** The operator's new password: sessions opened with the old one end. @throws Failure `not-found` */
  async setPassword(name: string, stored: string): Promise<void> {
    const account = await this.#required(name);
    const now = this.#clock.now();
    await this.#database.write((write) => updatePassword(write, account, stored, now));
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
    this.#revision += 1;
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
    if (!account) throw missing(name);
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

function missing(name: string): Failure {
  return new Failure('not-found', `There is no account ${name}`);
}

import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Passwords } from '../accounts/passwords/passwords.ts';
import type { AccountChanges } from '../accounts/changes.ts';
import type { Vault } from '../vault/vault.ts';

interface Parts {
  readonly accounts: Accounts;
  readonly passwords: Passwords;
  readonly vault: Vault;
}

/** The accounts, for a program. What it returns never holds a password. */
export class AccountBook {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** All of them, by name. */
  async list(): Promise<readonly Account[]> {
    return (await this.#parts.accounts.list()).map(withoutPassword);
  }

  async find(name: string): Promise<Account | undefined> {
    const account = await this.#parts.accounts.find(name);
    return account && withoutPassword(account);
  }

  /** Files that are in its home already count. @throws Failure `already-exists`, `name-refused` */
  async add(name: string, password: string, changes: AccountChanges = {}): Promise<Account> {
    const { accounts, passwords, vault } = this.#parts;
    const account = await accounts.add(name, await passwords.hash(password), changes);
    await vault.audit(account.homeId, true);
    return withoutPassword(account);
  }

  /** What is not named stays. @throws Failure `not-found` */
  async set(name: string, changes: AccountChanges): Promise<Account> {
    const { accounts, vault } = this.#parts;
    const account = await accounts.set(name, changes);
    if (changes.home !== undefined) await vault.audit(account.homeId, true);
    return withoutPassword(account);
  }

  /** Sessions that were opened with the old one end. @throws Failure `not-found` */
  async setPassword(name: string, password: string): Promise<void> {
    const { accounts, passwords } = this.#parts;
    await accounts.setPassword(name, await passwords.hash(password));
  }

  /** The files in its home stay. @throws Failure `not-found` */
  async remove(name: string): Promise<void> {
    await this.#parts.accounts.remove(name);
  }
}

function withoutPassword(account: Account & { readonly stored?: string }): Account {
  const { ...shown } = account;
  delete shown.stored;
  return shown;
}

import type { Accounts, StoredAccount } from '../accounts/accounts.ts';
import { isUsable, mayComeFrom } from '../accounts/account.ts';
import type { Clock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import type { HomeSession } from './home-session.ts';
import type { Siblings } from '../base/siblings.ts';

/** How often the accounts of open sessions are looked at again, if anybody has changed any. */
const LOOK_AGAIN_MS = 200;

/** The sessions that are open. Sees to it that what an operator changes acts on them. */
export class Visits implements Disposable {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #siblings: Siblings;
  readonly #open = new Set<HomeSession>();
  readonly #countByAccount = new Map<number, number>();
  readonly #timer: NodeJS.Timeout;
  #seenRevision: string | undefined;
  #isLooking = false;
  #looks = 0;

  constructor(accounts: Accounts, clock: Clock, log: Log, siblings: Siblings) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#log = log;
    this.#siblings = siblings;
    this.#timer = setInterval(() => void this.#look(), LOOK_AGAIN_MS).unref();
  }

  add(session: HomeSession): void {
    this.#open.add(session);
    this.#count(session.account.id, 1);
  }

  remove(session: HomeSession): void {
    if (this.#open.delete(session)) this.#count(session.account.id, -1);
  }

  /** Open sessions of an account, in all processes of this server. */
  countOf(accountId: number): number {
    const here = this.#countByAccount.get(accountId) ?? 0;
    return here + this.#siblings.held(sessionsOf(accountId));
  }

  /** All that are open. */
  [Symbol.iterator](): Iterator<HomeSession> {
    return this.#open.values();
  }

  find(id: string): HomeSession | undefined {
    return [...this.#open].find((session) => session.id === id);
  }

  endAll(reason: Failure): void {
    for (const session of this.#open) session.end(reason);
  }

  /**
   * Which look was the last one: as long as there is no other, nobody can have been overlooked who
   * is about to be added.
   */
  get lastLook(): number {
    return this.#looks;
  }

  /** Looks at every account, at the latest with the next look that is due. */
  async lookAgain(): Promise<void> {
    this.#seenRevision = undefined;
    await this.#look();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #count(accountId: number, more: number): void {
    const count = (this.#countByAccount.get(accountId) ?? 0) + more;
    if (count === 0) this.#countByAccount.delete(accountId);
    else this.#countByAccount.set(accountId, count);
    this.#siblings.tell(sessionsOf(accountId), count);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const revision = await this.#accounts.revision();
      this.#looks += 1;
      const isChanged = revision !== this.#seenRevision;
      this.#seenRevision = revision;
      const fresh = isChanged ? await this.#fresh() : undefined;
      for (const session of this.#open) this.#check(session, fresh);
    } catch (error) {
      this.#log.error('The accounts of open sessions could not be read', { error });
    } finally {
      this.#isLooking = false;
    }
  }

  async #fresh(): Promise<Map<number, StoredAccount>> {
    if (this.#open.size === 0) return new Map();
    const accounts = await this.#accounts.list();
    return new Map(accounts.map((account) => [account.id, account]));
  }

  #check(session: HomeSession, fresh: Map<number, StoredAccount> | undefined): void {
    const account = fresh ? fresh.get(session.account.id) : session.account;
    if (!account || !isUsable(account, this.#clock.now())) {
      session.end(new Failure('forbidden', 'This account is not active any more'));
    } else if (account.passwordSetAt !== session.account.passwordSetAt) {
      session.end(new Failure('forbidden', 'The password has been changed: log in again'));
    } else if (fresh && !mayComeFrom(account, session.visitor.address)) {
      session.end(
        new Failure('forbidden', 'This account may not be used from this address any more'),
      );
    } else session.account = account;
  }
}

/** What siblings call the sessions of one account. */
function sessionsOf(accountId: number): string {
  return `sessions/${accountId}`;
}

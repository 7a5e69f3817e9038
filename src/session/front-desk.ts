import { randomUUID } from 'node:crypto';
import { isUsable, mayComeFrom } from '../accounts/account.ts';
import type { Accounts, StoredAccount } from '../accounts/accounts.ts';
import type { CredentialCache } from '../accounts/credential-cache.ts';
import type { Passwords } from '../accounts/passwords/passwords.ts';
import type { LoginThrottle } from '../accounts/throttle.ts';
import type { Clock } from '../base/clock.ts';
import type { EncryptionPolicy } from '../base/encryption-policy.ts';
import type { EventSource } from '../base/events.ts';
import { Failure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { networkOf } from '../base/network.ts';
import type { SessionEvent } from '../base/session-event.ts';
import type { TransferEvent } from '../base/transfer-event.ts';
import type { Vault } from '../vault/vault.ts';
import type { Bandwidth } from './bandwidth.ts';
import type { Authority } from './authority.ts';
import { HomeSession } from './home-session.ts';
import type { Doorkeeper } from './doorkeeper.ts';
import type { Admission, Reception, Session, Visitor } from './session.ts';
import type { Visits } from './visits.ts';

/** What the front desk works with. */
export interface FrontDeskParts {
  readonly doorkeeper: Doorkeeper;
  readonly accounts: Accounts;
  readonly passwords: Passwords;
  readonly throttle: LoginThrottle;
  /** Absent if verified logins are not to be remembered. */
  readonly cache: CredentialCache | undefined;
  readonly vault: Vault;
  readonly visits: Visits;
  readonly transfers: EventSource<TransferEvent>;
  readonly bandwidth: Bandwidth;
  readonly sessions: EventSource<SessionEvent>;
  /** Absent if the accounts alone know who may come in. */
  readonly authority?: Authority | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxSessionsPerAccount: number;
}

/** The end of a session that nobody ended but its visitor. */
const LEFT = 'The visitor has left';

/** Lets visitors in, by name and password. */
export class FrontDesk implements Reception {
  readonly #parts: FrontDeskParts;
  #maxSessionsPerAccount: number;
  #isClosed = false;

  constructor(parts: FrontDeskParts) {
    this.#parts = parts;
    this.#maxSessionsPerAccount = parts.maxSessionsPerAccount;
  }

  admit(address: string): Admission {
    if (this.#isClosed) throw stopping();
    return this.#parts.doorkeeper.admit(address);
  }

  async encryptionOf(name: string): Promise<EncryptionPolicy | undefined> {
    return (await this.#parts.accounts.find(name))?.tls;
  }

  async login(
    name: string,
    password: string,
    visitor: Visitor,
    signal?: AbortSignal,
  ): Promise<Session> {
    if (this.#isClosed) throw stopping();
    const { doorkeeper, throttle, visits, sessions, clock } = this.#parts;
    await this.#waitForTurn(visitor.address, name, signal);
    const look = visits.lastLook;
    const account =
      (await this.#admitted(name, password, visitor, signal)) ??
      (await this.#known(name, password, visitor, signal));
    const isWelcome = account !== undefined && mayComeFrom(account, visitor.address);
    if (!isWelcome || !isUsable(account, clock.now())) {
      throttle.failed(visitor.address, name);
      sessions.emit({ kind: 'refused', time: clock.now(), account: name, ...visitor });
      doorkeeper.failedLogin(visitor.address, name, password);
      throw new Failure('forbidden', 'The name or the password is not right');
    }
    throttle.succeeded(visitor.address, name);
    const session = await this.#open(account, visitor);
    // What was changed on the way in acts on this session like on those that were open.
    if (visits.lastLook !== look) await visits.lookAgain();
    return session;
  }

  /** Another limit from now on; sessions that are open stay. */
  configure({ maxSessionsPerAccount }: Pick<FrontDeskParts, 'maxSessionsPerAccount'>): void {
    this.#maxSessionsPerAccount = maxSessionsPerAccount;
  }

  /** Ends every session, and lets nobody in any more. */
  close(): void {
    this.#isClosed = true;
    this.#parts.visits.endAll(stopping());
  }

  async #waitForTurn(address: string, name: string, signal?: AbortSignal): Promise<void> {
    const { throttle, clock } = this.#parts;
    const delay = throttle.delay(address, name);
    if (delay === 0) return;
    const leave = throttle.enter(address);
    if (!leave) throw new Failure('locked', 'Too many login attempts wait: try again later');
    try {
      await clock.sleep(delay, signal);
    } finally {
      leave();
    }
  }

  /** The account of somebody whom the authority lets in. */
  async #admitted(
    name: string,
    password: string,
    { address, protocol }: Visitor,
    signal?: AbortSignal,
  ): Promise<StoredAccount | undefined> {
    const { authority, accounts, vault } = this.#parts;
    const admission = await authority?.({ name, password, address, protocol }, signal);
    if (!admission) return undefined;
    const { account, isNew } = await accounts.provide(name, admission);
    // A home that was there before has contents, which count.
    if (isNew) await vault.audit(account.homeId, true);
    return account;
  }

  /** The account with this name and password. */
  async #known(
    name: string,
    password: string,
    visitor: Visitor,
    signal?: AbortSignal,
  ): Promise<StoredAccount | undefined> {
    const account = await this.#parts.accounts.find(name);
    const party = networkOf(visitor.address);
    return (await this.#isRight(account, password, party, signal)) ? account : undefined;
  }

  /** Takes the same time for every name, known or not. */
  async #isRight(
    account: StoredAccount | undefined,
    password: string,
    party: string,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const { accounts, passwords, cache } = this.#parts;
    if (account && cache?.has(account.id, account.stored, password)) return true;
    const { ok, outdated } = await passwords.verify(password, account?.stored, signal, party);
    if (!account || !ok) return false;
    if (outdated) {
      // The imported hash has done its last service.
      const stored = await passwords.hash(password);
      await accounts.rehash(account, stored);
      cache?.remember(account.id, stored, password);
    } else cache?.remember(account.id, account.stored, password);
    return true;
  }

  async #open(account: StoredAccount, visitor: Visitor): Promise<Session> {
    const { visits, vault, transfers, sessions, bandwidth, clock, log } = this.#parts;
    const maxSessions = account.maxSessions ?? this.#maxSessionsPerAccount;
    const home = await vault.home(account.homeId, account.home);
    if (this.#isClosed) throw stopping();
    if (visits.countOf(account.id) >= maxSessions) {
      throw new Failure('locked', 'This account has too many sessions');
    }
    const id = sessionId();
    const whose = { session: id, account: account.name, ...visitor };
    const session = new HomeSession(
      {
        id,
        visitor,
        home,
        transfers,
        bandwidth: bandwidth.enter(account.id, account.rates),
        clock,
        log: log.with({ session: id, account: account.name }),
      },
      account,
      (ended) => {
        visits.remove(ended);
        sessions.emit({
          kind: 'ended',
          time: clock.now(),
          ...whose,
          reason: ended.endReason ?? LEFT,
        });
      },
    );
    visits.add(session);
    sessions.emit({ kind: 'opened', time: clock.now(), ...whose });
    return session;
  }
}

/** 48 random bits, of which Node keeps some in store. */
function sessionId(): string {
  return randomUUID().replace('-', '').slice(0, 12);
}

function stopping(): Failure {
  return new Failure('shutting-down', 'The server is stopping');
}

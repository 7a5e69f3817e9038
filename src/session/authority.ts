import type { AccountChanges } from '../accounts/changes.ts';

/** What somebody says who wants to come in. */
export interface Login {
  readonly name: string;
  readonly password: string;
  /** The peer's IP address. */
  readonly address: string;
  readonly protocol: string;
}

/** What holds for somebody who is let in: their account is made, or changed to this. */
export type Admission = Omit<AccountChanges, 'enabled'>;

/**
 * Somebody else who knows who may come in; asked before the accounts are. Undefined leaves it to
 * the accounts. What it throws is in the log, and nobody comes in.
 */
export type Authority = (login: Login, signal?: AbortSignal) => Promise<Admission | undefined>;

import type { Accounts } from '../accounts/accounts.ts';
import type { Settings } from '../config/settings.ts';
import type { Inspection } from '../database/inspect.ts';
import type { Vault } from '../vault/vault.ts';

/** How it stands: `warning` is for what works and may not tomorrow, or not for everybody. */
export type State = 'ok' | 'warning' | 'problem';

/** What a look has found, in sentences for people. */
export interface Finding {
  readonly state: State;
  readonly says: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** What checks look at. */
export interface Patient {
  readonly settings: Settings;
  readonly records: Inspection;
  /** Absent where the records cannot be opened, or not without being changed. */
  readonly opened: { readonly accounts: Accounts; readonly vault: Vault } | undefined;
  /** The processes that serve from the data folder now. */
  readonly pids: readonly number[];
}

/** One thing that is looked at. */
export interface Check {
  readonly name: string;
  /** True if its time grows with what is stored. */
  readonly isSlow?: true;
  readonly look: (patient: Patient) => Promise<readonly Finding[]> | readonly Finding[];
}

export function ok(says: string): Finding {
  return { state: 'ok', says };
}

export function warning(says: string, advice: string): Finding {
  return { state: 'warning', says, advice };
}

export function problem(says: string, advice: string): Finding {
  return { state: 'problem', says, advice };
}

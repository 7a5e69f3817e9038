import { Failure } from '../../base/failure.ts';
import { checkAccountName } from '../account.ts';
import { type AccountChange, NO_PASSWORD, type StoredAccount } from '../accounts.ts';
import type { NewAccount } from '../account-rows.ts';
import { describeStored, whyNotImported } from '../passwords/passwords.ts';
import { differencesOf } from '../profile.ts';
import type { Entry, Reading } from './entry.ts';

/** What may become of accounts that are there already; by default they stay as they are. */
export interface ImportRules {
  /** Takes over what the file says of them, but for their passwords. */
  readonly update: boolean;
  /** Takes over their passwords, too; sessions opened with the old ones end. */
  readonly updatePasswords: boolean;
}

/** What becomes of one account. */
export interface Step {
  readonly name: string;
  readonly kind: 'added' | 'locked' | 'changed' | 'same' | 'kept';
  /** What people should know of it, in pieces of sentences; the first tells of its password. */
  readonly says: readonly string[];
  readonly addition?: Omit<NewAccount, 'now'>;
  readonly change?: AccountChange;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Why nothing is to be done at all. */
  readonly problems: readonly string[];
}

/** Decides what becomes of each account of a file, beside those that are there. */
export function planImport(
  { entries, problems }: Reading,
  accounts: readonly StoredAccount[],
  groups: readonly string[],
  rules: ImportRules,
): Plan {
  const known = new Map(accounts.map((account) => [account.name, account]));
  const homes = homesOf(entries, accounts);
  return {
    steps: entries.map((entry) => {
      const account = known.get(entry.name);
      const step = account ? renewal(entry, account, rules) : addition(entry);
      const others = (homes.get(locationOf(entry, account)) ?? []).filter(
        (name) => name !== entry.name,
      );
      if (step.kind === 'same' || step.kind === 'kept') return step;
      const shares =
        others.length > 0
          ? [`shares its home with ${someOf(others)}: each counts what it uploads itself`]
          : [];
      return { ...step, says: [...step.says, ...entry.remarks, ...shares] };
    }),
    problems: [
      ...problems,
      ...entries.flatMap((entry) => nameProblems(entry, entries)),
      ...entries.flatMap((entry) => groupProblems(entry, groups)),
    ],
  };
}

function addition({ name, password, changes }: Entry): Step {
  const locked = lockedBecause(password);
  const stored = password === undefined || locked !== undefined ? NO_PASSWORD : password;
  return {
    name,
    kind: locked === undefined ? 'added' : 'locked',
    says: locked === undefined ? [describeStored(stored)] : [locked],
    addition: { name, stored, changes },
  };
}

function renewal(entry: Entry, account: StoredAccount, rules: ImportRules): Step {
  const { name, password, changes } = entry;
  const differences = differencesOf(account, changes);
  const isOther = rules.updatePasswords && password !== undefined && password !== account.stored;
  const locked = isOther ? lockedBecause(password) : undefined;
  const stored = isOther && locked === undefined ? password : undefined;
  const kept = locked === undefined ? [] : [`${locked}: its password stays`];
  if (differences.length === 0 && stored === undefined) return { name, kind: 'same', says: kept };
  const says = [...differences, ...(stored === undefined ? [] : ['password'])].join(', ');
  return rules.update
    ? { name, kind: 'changed', says: [says, ...kept], change: { name, changes, stored } }
    : { name, kind: 'kept', says: [`the file differs in ${says}`] };
}

function lockedBecause(password: string | undefined): string | undefined {
  if (password === undefined) return 'the file has no password for it';
  return password === NO_PASSWORD ? 'it has no password' : whyNotImported(password);
}

function nameProblems({ name, where }: Entry, entries: readonly Entry[]): string[] {
  const first = entries.find((other) => other.name === name);
  if (first && first.where !== where) return [`${where}: ${name} stands in ${first.where} already`];
  try {
    checkAccountName(name);
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [`${where}: ${JSON.stringify(name)}: ${error.message}`];
  }
}

function groupProblems({ where, changes }: Entry, groups: readonly string[]): string[] {
  const { group } = changes;
  if (group === undefined || group === null || groups.includes(group)) return [];
  return [`${where}: there is no group ${group} yet: carryon group add ${group}`];
}

/** Who has which home, once all is done. */
function homesOf(
  entries: readonly Entry[],
  accounts: readonly StoredAccount[],
): ReadonlyMap<string, readonly string[]> {
  const known = new Map(accounts.map((account) => [account.name, account]));
  const places = new Map(accounts.map(({ name, home }) => [name, home]));
  for (const entry of entries) places.set(entry.name, locationOf(entry, known.get(entry.name)));
  return Map.groupBy(places.keys(), (name) => places.get(name) ?? '');
}

function locationOf({ name, changes }: Entry, account: StoredAccount | undefined): string {
  return changes.home ?? account?.home ?? `homes/${name}`;
}

function someOf(names: readonly string[]): string {
  const [first = '', ...others] = names;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

import type { EncryptionPolicy } from '../../../base/encryption-policy.ts';
import { sessionOf, type State } from '../state.ts';
import type { Desk } from '../visit.ts';

/** What holds for whoever is logged in; before that, for everybody. */
export function policyOf(state: State, desk: Desk): EncryptionPolicy {
  return sessionOf(state)?.encryption ?? policyOfServer(desk);
}

/** What holds where no account says otherwise. */
export function policyOfServer({ encryption }: Desk): EncryptionPolicy {
  return encryption?.options.policy ?? 'off';
}

import { abilities } from './abilities.ts';
import { certificate } from './certificate.ts';
import { type Check, type Finding, type Patient, problem } from './check.ts';
import { clock } from './clock.ts';
import { disk } from './disk.ts';
import { descriptors } from './limits.ts';
import { permissions } from './permissions.ts';
import { listening, passive } from './ports.ts';
import { drift, records } from './records.ts';

/** Everything that is looked at, in the order in which it is told. */
export const CHECKS: readonly Check[] = [
  { name: 'ports', look: listening },
  { name: 'passive', look: passive },
  { name: 'certificate', look: certificate },
  { name: 'clock', look: clock },
  { name: 'permissions', look: permissions },
  { name: 'disk', look: disk },
  { name: 'file system', look: abilities },
  { name: 'open files', look: descriptors },
  { name: 'records', look: records },
  { name: 'ledger', isSlow: true, look: drift },
];

/** A finding, and the check that found it. */
export interface Result extends Finding {
  readonly check: string;
}

/** Looks at everything, one after the other, and tells as it goes. A check that fails is a problem itself. */
export async function* examine(
  patient: Patient,
  isQuick: boolean,
): AsyncGenerator<Result, void, void> {
  for (const { name, isSlow, look } of CHECKS) {
    if (isQuick && isSlow) continue;
    for (const finding of await attempt(look, patient)) yield { check: name, ...finding };
  }
}

async function attempt(look: Check['look'], patient: Patient): Promise<readonly Finding[]> {
  try {
    return await look(patient);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [problem(`This could not be looked at: ${why}`, 'Look at what it says.')];
  }
}

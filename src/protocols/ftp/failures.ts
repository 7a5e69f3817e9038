import { asFailure, type Code, Failure, failed } from '../../base/failure.ts';
import type { Log, LogFields } from '../../base/log.ts';
import type { Reply } from '../../wire/ftp/reply.ts';

/**
 * Where a failure is met: before anything was opened, before a verb that gives a name to
 * something new (RFC 959 knows 553 for those), or while data flowed.
 */
export type Situation = 'asking' | 'naming' | 'flowing';

/** The reply codes of RFC 959 §4.2, RFC 1123 §4.1.3.4 (554) for every way in which the core can fail. */
export const FAILURE_REPLIES = {
  'not-found': { asking: 550 },
  'already-exists': { asking: 550, naming: 553 },
  'not-a-directory': { asking: 550 },
  'is-a-directory': { asking: 550, naming: 553 },
  'not-empty': { asking: 550 },
  'name-refused': { asking: 550, naming: 553 },
  forbidden: { asking: 550, flowing: 426 },
  'quota-exceeded': { asking: 552 },
  'storage-full': { asking: 452 },
  'offset-mismatch': { asking: 554, flowing: 451 },
  'length-inconsistent': { asking: 550, flowing: 451 },
  'digest-mismatch': { asking: 550 },
  'upload-gone': { asking: 550, flowing: 451 },
  unfinished: { asking: 450 },
  locked: { asking: 450, flowing: 426 },
  interrupted: { asking: 426 },
  'storage-failed': { asking: 451 },
  'shutting-down': { asking: 421 },
} as const satisfies Record<
  Code,
  { readonly asking: number; readonly naming?: number; readonly flowing?: number }
>;

/** The reply to a failure; what is no Failure is told in general words. */
export function replyTo(thrown: unknown, situation: Situation): Reply {
  const failure = asFailure(thrown);
  const row: { asking: number; naming?: number; flowing?: number } = FAILURE_REPLIES[failure.code];
  return { code: row[situation] ?? row.asking, lines: [sentence(failure)] };
}

/** Logs what the operator should know: mistakes of ours, and a store that does not do its work. */
export function logFailure(
  log: Log,
  message: string,
  error: unknown,
  fields: LogFields = {},
): void {
  if (!(error instanceof Failure)) log.error(message, { ...fields, error });
  else if (failed(error, 'storage-failed', 'storage-full')) {
    log.warn(message, { ...fields, error });
  }
}

/** The sentence, on one line whatever is in it. */
function sentence(failure: Failure): string {
  // oxlint-disable-next-line no-control-regex -- a reply line cannot hold any of them
  return failure.message.replaceAll(/[\x00-\x1f\x7f]+/g, ' ');
}

/** When the same request may be tried again: never as it is, at once, or after something has changed. */
export type Retry = 'never' | 'same' | 'after';

/**
 * Every way in which the core can refuse or fail, with the default advice on retrying.
 * The union is closed: each protocol and the command line hold one table
 * `satisfies Record<Code, …>`, so a new row does not compile until every table has it.
 */
export const RETRY = {
  'not-found': 'never',
  'already-exists': 'never',
  'not-a-directory': 'never',
  'is-a-directory': 'never',
  'not-empty': 'never',
  'name-refused': 'never',
  forbidden: 'never',
  'quota-exceeded': 'after',
  'storage-full': 'after',
  'offset-mismatch': 'same',
  'length-inconsistent': 'never',
  'digest-mismatch': 'never',
  'upload-gone': 'same',
  unfinished: 'after',
  locked: 'after',
  interrupted: 'same',
  'storage-failed': 'after',
  'shutting-down': 'after',
} as const satisfies Record<string, Retry>;

export type Code = keyof typeof RETRY;

export const CODES = Object.keys(RETRY) as readonly Code[];

export interface FailureOptions {
  /** What the log should know and the user should not. */
  readonly cause?: unknown;
  readonly retry?: Retry;
  /** The offset in bytes that would have been accepted, where one would have been. */
  readonly offset?: number;
}

/** An expected failure: a closed code for programs, a sentence for the user, a cause for the log. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: Code;
  readonly retry: Retry;
  readonly offset: number | undefined;

  constructor(code: Code, sentence: string, options: FailureOptions = {}) {
    super(sentence, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retry = options.retry ?? RETRY[code];
    this.offset = options.offset;
  }
}

/** Any thrown value as a Failure; what is not one already becomes `storage-failed`, told in general words. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure('storage-failed', 'The server could not do this; its log says why', {
    cause: thrown,
  });
}

/** True for a Failure with one of these codes. */
export function failed(thrown: unknown, ...codes: readonly Code[]): thrown is Failure {
  return thrown instanceof Failure && codes.includes(thrown.code);
}

import type { Retry } from '../base/failure.ts';

/**
 * Every way in which a client can fail, with the default advice on retrying. The union is closed:
 * whoever turns a code into something else holds one table `satisfies Record<Trouble, …>`.
 */
export const TROUBLES = {
  /** No connection, or none in time. */
  unreachable: 'same',
  'connection-lost': 'same',
  /** The other side has neither sent nor taken anything for too long. */
  stalled: 'same',
  /** The server says that it will do later, by a reply of the 4yz kind. */
  busy: 'same',
  'not-found': 'never',
  'already-exists': 'never',
  'not-a-folder': 'never',
  'login-refused': 'never',
  'certificate-refused': 'never',
  /** The server will not do this, by a reply of the 5yz kind. */
  refused: 'never',
  /** The server, or a setting of ours, does not have what this would need. */
  unsupported: 'never',
  /** Quota or disk, on the other side. */
  'no-room': 'after',
  /** What the other side says cannot be understood or believed. */
  'protocol-broken': 'never',
  /** An offset of ours was not accepted: it has to be asked for anew. */
  'offset-refused': 'same',
  'verification-failed': 'never',
  /** It seems right, but a proof was asked for and there is none. */
  'proof-missing': 'never',
  'source-changed': 'never',
  /** Somebody else writes, or has written, where we wanted to. */
  'target-busy': 'after',
  /** A file or disk on this side. */
  'local-failed': 'never',
  /** The budget for retries is used up. */
  'gave-up': 'never',
  /** The user, or the program that uses this, has said so. */
  interrupted: 'never',
} as const satisfies Record<string, Retry>;

export type Trouble = keyof typeof TROUBLES;

export interface TransferFailureOptions {
  readonly cause?: unknown;
  readonly retry?: Retry;
  /** The server's reply code, where there was one. */
  readonly replyCode?: number;
  /** The offset in bytes that the server would have accepted, where it said one. */
  readonly offset?: number;
}

/** An expected failure of a transfer: a closed code, a sentence, and whether to try again. */
export class TransferFailure extends Error {
  override readonly name = 'TransferFailure';
  readonly code: Trouble;
  readonly retry: Retry;
  readonly replyCode: number | undefined;
  readonly offset: number | undefined;

  constructor(code: Trouble, sentence: string, options: TransferFailureOptions = {}) {
    super(sentence, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retry = options.retry ?? TROUBLES[code];
    this.replyCode = options.replyCode;
    this.offset = options.offset;
  }
}

/** True for a TransferFailure with one of these codes. */
export function troubled(thrown: unknown, ...codes: readonly Trouble[]): thrown is TransferFailure {
  return thrown instanceof TransferFailure && codes.includes(thrown.code);
}

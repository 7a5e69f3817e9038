import { CommanderError } from 'commander';
import { type Code, Failure } from '../base/failure.ts';
import { TransferFailure, type Trouble } from '../client/transfer-failure.ts';
import { SettingsError } from '../config/settings.ts';
import { printable } from '../telemetry/printable.ts';

/** What this program ends with, for scripts. */
export const EXIT = {
  ok: 0,
  other: 1,
  usage: 2,
  folderNotFound: 3,
  fileNotFound: 4,
  gaveUp: 5,
  refused: 6,
  noRoom: 7,
  verificationFailed: 8,
  sourceChanged: 11,
  busy: 12,
  someFailed: 23,
  interrupted: 130,
  terminated: 143,
} as const;

/** The exit code for each way in which the core can refuse or fail. */
export const EXIT_BY_CODE = {
  'not-found': EXIT.fileNotFound,
  'already-exists': EXIT.other,
  'not-a-directory': EXIT.folderNotFound,
  'is-a-directory': EXIT.other,
  'not-empty': EXIT.other,
  'name-refused': EXIT.usage,
  forbidden: EXIT.refused,
  'quota-exceeded': EXIT.noRoom,
  'storage-full': EXIT.noRoom,
  'offset-mismatch': EXIT.verificationFailed,
  'length-inconsistent': EXIT.verificationFailed,
  'digest-mismatch': EXIT.verificationFailed,
  'upload-gone': EXIT.fileNotFound,
  unfinished: EXIT.other,
  locked: EXIT.busy,
  interrupted: EXIT.gaveUp,
  'storage-failed': EXIT.other,
  'shutting-down': EXIT.gaveUp,
} as const satisfies Record<Code, number>;

/** The exit code for each way in which a transfer can fail. */
export const EXIT_BY_TROUBLE = {
  unreachable: EXIT.gaveUp,
  'connection-lost': EXIT.gaveUp,
  stalled: EXIT.gaveUp,
  busy: EXIT.gaveUp,
  'not-found': EXIT.fileNotFound,
  'already-exists': EXIT.other,
  'not-a-folder': EXIT.folderNotFound,
  'login-refused': EXIT.refused,
  'certificate-refused': EXIT.refused,
  refused: EXIT.refused,
  unsupported: EXIT.other,
  'no-room': EXIT.noRoom,
  'protocol-broken': EXIT.other,
  'offset-refused': EXIT.gaveUp,
  'verification-failed': EXIT.verificationFailed,
  'proof-missing': EXIT.verificationFailed,
  'source-changed': EXIT.sourceChanged,
  'target-busy': EXIT.busy,
  'local-failed': EXIT.other,
  'gave-up': EXIT.gaveUp,
  interrupted: EXIT.interrupted,
} as const satisfies Record<Trouble, number>;

/** The end of a command that has said all there is to say, or says it here. */
export class Ended extends Error {
  override readonly name = 'Ended';
  readonly exit: number;
  readonly lines: readonly string[];

  constructor(exit: number, lines: readonly string[] = []) {
    super(lines.join(' '));
    this.exit = exit;
    this.lines = lines;
  }
}

/** What to say on stderr about something thrown, and what to end with. */
export function verdictOn(thrown: unknown): {
  readonly lines: readonly string[];
  readonly exit: number;
} {
  if (thrown instanceof CommanderError) {
    // It has said everything itself; asking for help is no error.
    return { lines: [], exit: thrown.exitCode === 0 ? EXIT.ok : EXIT.usage };
  }
  if (thrown instanceof Ended) return { lines: thrown.lines, exit: thrown.exit };
  if (thrown instanceof TransferFailure) {
    return { lines: [printable(thrown.message)], exit: exitOf(thrown) };
  }
  if (thrown instanceof SettingsError) return { lines: thrown.problems, exit: EXIT.usage };
  if (thrown instanceof Failure) {
    const cause = thrown.cause instanceof Error ? [`  because: ${thrown.cause.message}`] : [];
    return { lines: [thrown.message, ...cause], exit: EXIT_BY_CODE[thrown.code] };
  }
  return { lines: [explain(thrown)], exit: EXIT.other };
}

/** What a failed transfer ends with; a full disk on this side is as bad as one on the other. */
export function exitOf({ code, cause }: TransferFailure): number {
  const local = code === 'local-failed' && cause instanceof Error && 'code' in cause;
  return (local && EXIT_BY_ERRNO[String(cause.code)]) || EXIT_BY_TROUBLE[code];
}

const EXIT_BY_ERRNO: Readonly<Record<string, number>> = {
  ENOENT: EXIT.fileNotFound,
  ENOSPC: EXIT.noRoom,
  EDQUOT: EXIT.noRoom,
};

/** System errors in words that help; what is left is a bug, and says where it is. */
function explain(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const code = 'code' in thrown ? thrown.code : undefined;
  if (code === 'EADDRINUSE') return `${thrown.message}: another program listens there already`;
  if (code === 'EACCES') return `${thrown.message}: this user may not do that`;
  return code === undefined ? (thrown.stack ?? thrown.message) : thrown.message;
}

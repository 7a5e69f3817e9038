import { CommanderError } from 'commander';
import { type Code, Failure } from '../base/failure.ts';
import { SettingsError } from '../config/settings.ts';

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

/** What to say on stderr about something thrown, and what to end with. */
export function verdictOn(thrown: unknown): {
  readonly lines: readonly string[];
  readonly exit: number;
} {
  if (thrown instanceof CommanderError) {
    // It has said everything itself; asking for help is no error.
    return { lines: [], exit: thrown.exitCode === 0 ? EXIT.ok : EXIT.usage };
  }
  if (thrown instanceof SettingsError) return { lines: thrown.problems, exit: EXIT.usage };
  if (thrown instanceof Failure) {
    const cause = thrown.cause instanceof Error ? [`  because: ${thrown.cause.message}`] : [];
    return { lines: [thrown.message, ...cause], exit: EXIT_BY_CODE[thrown.code] };
  }
  return { lines: [explain(thrown)], exit: EXIT.other };
}

/** System errors in words that help; what is left is a bug, and says where it is. */
function explain(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const code = 'code' in thrown ? thrown.code : undefined;
  if (code === 'EADDRINUSE') return `${thrown.message}: another program listens there already`;
  if (code === 'EACCES') return `${thrown.message}: this user may not do that`;
  return code === undefined ? (thrown.stack ?? thrown.message) : thrown.message;
}

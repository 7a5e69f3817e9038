import { asFailure, type Code, Failure } from '../../base/failure.ts';

/** What an error number of the operating system means to a user. */
const MEANINGS: Readonly<Record<string, readonly [Code, string]>> = {
  ENOENT: ['not-found', 'There is nothing under this name'],
  // A link that goes in circles leads nowhere, like one whose target is gone.
  ELOOP: ['not-found', 'There is nothing under this name'],
  ENOTDIR: ['not-a-directory', 'This is not a folder'],
  EISDIR: ['is-a-directory', 'This is a folder'],
  ENOTEMPTY: ['not-empty', 'The folder is not empty'],
  EEXIST: ['already-exists', 'The name is taken'],
  ENAMETOOLONG: ['name-refused', 'The name is too long'],
  // Some file systems know names that they cannot store.
  EILSEQ: ['name-refused', 'The storage cannot hold this name'],
  EINVAL: ['name-refused', 'The storage cannot hold this name'],
  EACCES: ['forbidden', 'The server itself may not do this here'],
  EPERM: ['forbidden', 'The server itself may not do this here'],
  EBUSY: ['forbidden', 'The system is using this itself'],
  ETXTBSY: ['forbidden', 'The system is using this itself'],
  EXDEV: ['forbidden', 'This lies on another file system, and cannot go there in one step'],
  ENXIO: ['forbidden', 'This is not a regular file'],
  EAGAIN: ['locked', 'Another program holds this file'],
  ENOSPC: ['storage-full', 'The disk is full'],
  EDQUOT: ['storage-full', 'The disk is full'],
  EFBIG: ['storage-full', 'The disk cannot hold a file of this size'],
  // Nobody's fault and nothing that a permission would help: an operator has to look.
  EROFS: ['storage-failed', 'The storage takes no changes now'],
  EIO: ['storage-failed', 'The disk reported an error'],
  EMFILE: ['storage-failed', 'The server has too many files open'],
  ENFILE: ['storage-failed', 'The server has too many files open'],
};

/**
 * The Failure that an error of the operating system is, with the error as its cause. The sentence
 * never holds a path: the system's own text would show where the home lies.
 * Anything that is no such error comes back as it is: a mistake of ours must not look like the disk's.
 */
export function osFailure(thrown: unknown): unknown {
  const errno = errnoOf(thrown);
  if (errno === undefined) return thrown;
  const meaning = MEANINGS[errno];
  if (meaning === undefined) return asFailure(thrown);
  return new Failure(meaning[0], meaning[1], { cause: thrown });
}

/** The name of the error number (`ENOENT`), undefined for anything but an error of the system. */
export function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('errno' in thrown) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** The answer for what is missing, hidden or outside: one and the same, so that nothing shows. */
export function notFound(cause?: unknown): Failure {
  return new Failure('not-found', 'There is nothing under this name', { cause });
}

export function notADirectory(): Failure {
  return new Failure('not-a-directory', 'This is not a folder');
}

/** The answer to whoever still uses a tree that has been closed. */
export function closedHome(): Failure {
  return new Failure('shutting-down', 'The home has been closed');
}

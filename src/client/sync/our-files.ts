/**
 * The names under which a transfer of ours keeps what is not complete. They are neither copied nor
 * removed: the next run continues with them.
 */
const LOCAL = /\.part(?:\.journal|\.lock)$/;
const REMOTE = /^\..+\.[0-9a-f]{8}\.(?:part|old)$/;

/** True for a file of ours beside a local target. @param siblings all names in its folder */
export function isOurLocalFile(name: string, siblings: ReadonlySet<string>): boolean {
  if (LOCAL.test(name)) return true;
  // A file that somebody called so is theirs, unless what belongs to ours is there.
  return name.endsWith('.part') && ['.journal', '.lock'].some((end) => siblings.has(name + end));
}

/** True for an upload of ours that is not complete, on a server that does not stage them itself. */
export function isOurRemoteFile(name: string): boolean {
  return REMOTE.test(name);
}

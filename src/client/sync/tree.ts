/** One thing in a tree, on this side or the other. */
export interface TreeEntry {
  readonly kind: 'file' | 'folder' | 'other';
  /** Bytes; undefined where nobody tells. */
  readonly size: number | undefined;
  /** Milliseconds since 1970 (UTC). */
  readonly modified: number | undefined;
}

/** What could not be looked at, or is left out, and why. */
export interface Skipped {
  readonly path: string;
  readonly reason: string;
  /** True if it is as it should be, and nobody has to do anything. */
  readonly isExpected: boolean;
}

/** A folder with all that is in it, by its path below that folder: names with `/` between. */
export interface Tree {
  readonly entries: ReadonlyMap<string, TreeEntry>;
  readonly skipped: readonly Skipped[];
}

/** Decides what belongs to the trees. @param path below the folder, names with `/` between */
export type Filter = (path: string, kind: TreeEntry['kind']) => boolean;

export function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** The folder that holds it; empty for what lies at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** True if `path` lies somewhere below the folder. */
export function isBelow(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}

/** Folders before what is in them, and everything in an order that is the same everywhere. */
export function inOrder(paths: Iterable<string>): string[] {
  // No name holds a NUL, which comes before all that one can hold.
  const keys = Array.from(paths, (path) => path.replaceAll('/', '\0'));
  // oxlint-disable-next-line require-array-sort-compare -- by code units, as fast as it goes
  return keys.toSorted().map((key) => key.replaceAll('\0', '/'));
}

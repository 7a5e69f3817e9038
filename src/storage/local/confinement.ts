import type { BigIntStats } from 'node:fs';
import type { Path } from '../../base/path.ts';
import type { StoreFacts } from '../store.ts';
import { isHidden } from './hidden.ts';

/** What to hold: only a folder, or whatever is there. */
export type Wanted = 'folder' | 'anything';

/** One object of the home, found to be inside; what is done through `path` is done to it. */
export interface Held extends Disposable {
  /** Leads to this object; with `/name` behind it, to that name in this folder. */
  readonly path: string;
  /** The real path of it, as other programs find it. */
  where(): string;
  stats(): BigIntStats;
  /** Opens the object itself. @returns a descriptor, the caller's to close */
  open(flags: number): number;
  /** Afterwards: throws Failure `not-found` if it may have been another object meanwhile. */
  confirm(): void;
}

/** Holds objects of one home and nothing outside of it. */
export interface Confinement extends Disposable {
  readonly kind: StoreFacts['confinement'];
  /** The home itself, as the beginning of a path for {@link hold}. */
  readonly root: string;
  /**
   * Holds what `path` leads to, following links.
   * @param path begins with `root` or the `path` of something held.
   * @throws Failure `not-found` for what is outside or hidden, else the error of the system
   */
  hold(path: string, wanted: Wanted): Held;
  /**
   * The facts about what has this name, where they can be told at once: the name is in a folder
   * near the root, and no link is in the way. Undefined says nothing.
   */
  glance(path: Path): BigIntStats | undefined;
  /** True if the home has been removed since, whatever may be under its name by now. */
  isRemoved(): boolean;
}

/** True if `where` is the home or below it, and in no folder of staged bytes; both real paths. */
export function isInside(where: string, home: string): boolean {
  if (where === home) return true;
  const prefix = home.endsWith('/') ? home : `${home}/`;
  return where.startsWith(prefix) && !isHidden(where.slice(prefix.length));
}

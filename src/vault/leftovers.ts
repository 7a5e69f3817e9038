import { type Path, comparablePath, isWithin } from '../base/path.ts';
import type { JournalRow } from '../database/tables.ts';
import type { Claim } from './claim.ts';

/** One thing that could not be brought to an end, because the disk or the database failed. */
export type Leftover =
  /** An upload that nobody writes any more, and whose record does not say so. */
  | { readonly kind: 'upload'; readonly homeId: number; readonly claim: Claim }
  /** A commit that was announced, of which it is not known whether it was made or recorded. */
  | {
      readonly kind: 'commit';
      readonly homeId: number;
      readonly claim: Claim;
      readonly paths: readonly Path[];
    }
  /** The same for a change of names. */
  | {
      readonly kind: 'change';
      readonly homeId: number;
      readonly id: number;
      readonly paths: readonly Path[];
    }
  /** Names that nobody changes any more, and that are locked. */
  | { readonly kind: 'lock'; readonly homeId: number; readonly paths: readonly Path[] }
  /** Staged files without a record. */
  | { readonly kind: 'staged'; readonly homeId: number };

/**
 * What this process has begun and could not end. It is mended as what a dead process has left
 * (mend.ts), as soon as disk and database work again.
 */
export class Leftovers {
  readonly #all = new Set<Leftover>();

  get all(): readonly Leftover[] {
    return [...this.#all];
  }

  add(...these: readonly Leftover[]): void {
    for (const one of these) this.#all.add(one);
  }

  remove(these: readonly Leftover[]): void {
    for (const one of these) this.#all.delete(one);
  }

  /** True if this upload is held by nobody, whatever its record says. */
  hasUpload(id: string): boolean {
    return this.all.some((one) => 'claim' in one && one.claim.id === id);
  }

  /** True if nobody can tell yet what the ledger has to say of one of these names. */
  concern(homeId: number, paths: readonly Path[]): boolean {
    if (this.#all.size === 0) return false;
    const wanted = paths.map(comparablePath);
    return this.all.some(
      (one) =>
        (one.kind === 'commit' || one.kind === 'change') &&
        one.homeId === homeId &&
        one.paths
          .map(comparablePath)
          .some((left) => wanted.some((path) => isWithin(path, left) || isWithin(left, path))),
    );
  }
}

/** A change of names that nobody has settled. */
export function changeOf(row: JournalRow): Leftover {
  const paths = [row.path, row.to_path].filter((path) => path !== null) as Path[];
  return { kind: 'change', homeId: row.home_id, id: row.id, paths };
}

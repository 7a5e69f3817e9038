import { inOrder, isBelow, type Tree, type TreeEntry } from './tree.ts';

/** One change of names in the target. Paths are below both tops. */
export type Step =
  | { readonly kind: 'make-folder'; readonly path: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'remove-folder'; readonly path: string };

export interface TransferStep {
  readonly kind: 'transfer';
  readonly path: string;
  /** Bytes, where known. */
  readonly size: number | undefined;
  /** Milliseconds since 1970 (UTC), as the source tells it. */
  readonly modified: number | undefined;
  /** False if it replaces a file. */
  readonly isNew: boolean;
}

export interface Plan {
  /** Makes room for what comes, in an order in which it can be done. */
  readonly before: readonly Step[];
  /** In any order. */
  readonly transfers: readonly TransferStep[];
  /** What the source does not have, the inside before the outside. */
  readonly after: readonly Step[];
  /** Files that need nothing. */
  readonly same: readonly string[];
  /** What cannot be done, and why. */
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
}

export interface PlanOptions {
  /** Whether a file on both sides is the same. */
  readonly isSame: (path: string, source: TreeEntry, target: TreeEntry) => boolean;
  /** Removes what the source does not have. */
  readonly removes: boolean;
  /** Why the target cannot hold a name; undefined if it can. */
  readonly refusesName: (name: string) => string | undefined;
  /** Leaves alone what is there, even if it differs. */
  readonly keepsExisting: boolean;
}

/**
 * What has to be done so that the target holds what the source holds. Nothing that the source
 * could not show, or that a filter left out, is removed from the target.
 */
export function planSync(source: Tree, target: Tree, options: PlanOptions): Plan {
  const { isSame, removes, refusesName, keepsExisting } = options;
  const before: Step[] = [];
  const transfers: TransferStep[] = [];
  const same: string[] = [];
  const refused: { path: string; reason: string }[] = [];
  /** Tops of what was refused: what is below goes with it. */
  const closed: string[] = [];
  const refuse = (path: string, reason: string) => {
    refused.push({ path, reason });
    closed.push(path);
  };

  for (const path of inOrder(source.entries.keys())) {
    const entry = source.entries.get(path);
    if (!entry || entry.kind === 'other' || closed.some((top) => isBelow(path, top))) continue;
    const reason = refusesName(path.slice(path.lastIndexOf('/') + 1));
    if (reason !== undefined) {
      refuse(path, reason);
      continue;
    }
    const there = target.entries.get(path);
    const isInTheWay = there !== undefined && there.kind !== entry.kind;
    if (isInTheWay && (!removes || there.kind === 'other')) {
      refuse(path, `there is ${WHAT[there.kind]} with this name on the other side`);
      continue;
    }
    if (isInTheWay) before.push(...removal(path, target));
    if (entry.kind === 'folder') {
      if (there?.kind !== 'folder') before.push({ kind: 'make-folder', path });
    } else if (there?.kind === 'file' && (keepsExisting || isSame(path, entry, there))) {
      same.push(path);
    } else {
      const { size, modified } = entry;
      transfers.push({ kind: 'transfer', path, size, modified, isNew: there?.kind !== 'file' });
    }
  }
  return { before, transfers, after: removes ? surplus(source, target) : [], same, refused };
}

/** How many things a plan takes away. */
export function removalsOf({ before, after }: Plan): number {
  return [...before, ...after].filter(({ kind }) => kind !== 'make-folder').length;
}

const WHAT = { file: 'a file', folder: 'a folder', other: 'something else' } as const;

/** What only the target has, the inside before the outside. */
function surplus(source: Tree, target: Tree): Step[] {
  // What could not be looked at may well be there.
  const unknown = source.skipped.map(({ path }) => path);
  const isKnown = (path: string) =>
    !unknown.some((top) => path === top || isBelow(path, top) || isBelow(top, path));
  /** Where a file of the source is, a folder of the target was removed before. */
  const isReplaced = (path: string) =>
    [...above(path)].some((folder) => source.entries.get(folder)?.kind === 'file');
  return inOrder(target.entries.keys())
    .toReversed()
    .filter((path) => !source.entries.has(path) && isKnown(path) && !isReplaced(path))
    .flatMap((path) => step(path, target));
}

/** Removes what is there with all that is in it, as far as it was seen. */
function removal(top: string, target: Tree): Step[] {
  const paths = target.entries.keys().filter((path) => path === top || isBelow(path, top));
  return inOrder(paths)
    .toReversed()
    .flatMap((path) => step(path, target));
}

function step(path: string, target: Tree): Step[] {
  const kind = target.entries.get(path)?.kind;
  // What is neither file nor folder was not put there by us.
  if (kind === undefined || kind === 'other') return [];
  return [{ kind: kind === 'folder' ? 'remove-folder' : 'remove', path }];
}

function* above(path: string): Generator<string> {
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) yield path.slice(0, at);
}

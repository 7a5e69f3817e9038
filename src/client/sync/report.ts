import { inOrder, type Tree, type TreeEntry } from './tree.ts';

/** How a path compares: the same, only in the target, only in the source, different, not known. */
export type Mark = '=' | '-' | '+' | '*' | '!';

export interface Finding {
  readonly mark: Mark;
  readonly path: string;
  /** Why it is not known. */
  readonly reason?: string;
}

/** Compares two trees, files only: a folder without files holds nothing that could differ. */
export function compareTrees(
  source: Tree,
  target: Tree,
  isSame: (path: string, source: TreeEntry, target: TreeEntry) => boolean | string,
): Finding[] {
  const findings = new Map<string, Finding>();
  const add = (mark: Mark, path: string, reason?: string) =>
    findings.set(path, { mark, path, ...(reason !== undefined && { reason }) });
  for (const path of new Set([...source.entries.keys(), ...target.entries.keys()])) {
    const [one, other] = [source.entries.get(path), target.entries.get(path)];
    if (one?.kind === 'file' && other?.kind === 'file') {
      const verdict = isSame(path, one, other);
      if (typeof verdict === 'string') add('!', path, verdict);
      else add(verdict ? '=' : '*', path);
    } else if (one?.kind === 'file') add(other ? '*' : '+', path);
    else if (other?.kind === 'file') add(one ? '*' : '-', path);
  }
  for (const { path, reason, isExpected } of [...source.skipped, ...target.skipped]) {
    if (!isExpected) add('!', path, reason);
  }
  return inOrder(findings.keys()).flatMap((path) => findings.get(path) ?? []);
}

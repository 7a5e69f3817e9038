import { failed, Failure } from '../../../base/failure.ts';
import { parsePath, type Path } from '../../../base/path.ts';
import type { Seen } from '../../../session/session.ts';
import type { Inside } from '../visit.ts';
import { compilePattern, isPattern, type Pattern } from './pattern.ts';

/** What a listing is to show. */
export type Target =
  | { readonly kind: 'folder'; readonly path: Path; readonly only?: Pattern }
  | { readonly kind: 'entry'; readonly path: Path; readonly entry: Seen };

/** A target, and how the visitor wrote the part of it that stands before each name. */
export type Named = Target & { readonly prefix: string };

/**
 * Finds what a path of LIST, NLST or STAT means: what has that name, or, where nothing has,
 * all names in a folder that fit the pattern in its last part.
 * @param itself a folder is told of as what has that name, not opened
 * @throws Failure as Session.stat does
 */
export async function findTarget(
  { phase, desk }: Inside,
  text: string,
  itself: boolean,
): Promise<Named> {
  const { session, folder } = phase;
  const path = parsePath(text, folder);
  const slash = text.lastIndexOf('/') + 1;
  try {
    const entry = await session.stat(path);
    if (entry.kind !== 'folder')
      return { kind: 'entry', path, entry, prefix: text.slice(0, slash) };
    if (itself) return { kind: 'entry', path, entry: { ...entry, name: text || '.' }, prefix: '' };
    return { kind: 'folder', path, prefix: text === '' || text.endsWith('/') ? text : `${text}/` };
  } catch (error) {
    const last = text.slice(slash);
    if (!failed(error, 'not-found') || !isPattern(last)) throw error;
    if (last.length > desk.options.maxPatternLength) {
      throw new Failure('name-refused', 'The pattern is too long', { cause: error });
    }
    const around = parsePath(text.slice(0, slash), folder);
    const { kind } = await session.stat(around);
    if (kind !== 'folder') throw error;
    const only = compilePattern(last);
    return { kind: 'folder', path: around, only, prefix: text.slice(0, slash) };
  }
}

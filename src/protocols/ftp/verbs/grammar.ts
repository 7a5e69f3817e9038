import { parsePath, ROOT, type Path } from '../../../base/path.ts';
import { parseOffset } from '../../../wire/ftp/sizes.ts';
import { parseRestartMarker, takesMarkers } from '../restart-marker.ts';
import type { State } from '../state.ts';

/** How the argument of a verb is written, and how it becomes a value. */
export interface Grammar<A> {
  /** As HELP and a 501 show it; empty for no argument. */
  readonly syntax: string;
  /** There is no text that it cannot read. */
  readonly takesAnything?: true;
  /**
   * @param text what stood behind the verb and one space, to the end of the line
   * @returns undefined if it cannot be read: 501
   * @throws Failure `name-refused` for a path that cannot be
   */
  parse(text: string, state: State): A | undefined;
}

/** No argument. */
export const nothing: Grammar<true> = {
  syntax: '',
  parse: (text) => (text.trim() === '' ? true : undefined),
};

/** Anything, or nothing at all. */
export function anything(syntax: string): Grammar<string> {
  return { syntax, takesAnything: true, parse: (text) => text };
}

/** Anything but nothing. */
export function something(syntax: string): Grammar<string> {
  return { syntax, parse: (text) => (text === '' ? undefined : text) };
}

/** Whatever `read` can read. */
export function parsed<A>(syntax: string, read: (text: string) => A | undefined): Grammar<A> {
  return { syntax, parse: (text) => read(text.trim()) };
}

/** One path. All of the rest of the line is the name: spaces belong to it. */
export const path: Grammar<Path> = {
  syntax: '<path>',
  parse: (text, state) => (text === '' ? undefined : parsePath(text, folderOf(state))),
};

/** One path, or the current folder. */
export const optionalPath: Grammar<Path> = {
  syntax: '[<path>]',
  takesAnything: true,
  parse: (text, state) => parsePath(text, folderOf(state)),
};

/**
 * Where a transfer begins: a number of bytes from 0 to 2^53 − 1, or where data has restart markers,
 * one of ours.
 */
export const restartPoint: Grammar<number> = {
  syntax: '<offset or marker>',
  parse: (text, { representation }) => {
    const word = text.trim();
    const isMarker = takesMarkers(representation) && word !== '0';
    return isMarker ? parseRestartMarker(word) : parseOffset(word);
  },
};

/** Where relative names begin. */
export function folderOf(state: State): Path {
  return state.phase.kind === 'inside' ? state.phase.folder : ROOT;
}

import { Failure } from './failure.ts';
import { comparable, encodeName } from './name.ts';

declare const brand: unique symbol;

/**
 * An absolute, normalised path inside one home: begins with `/`, has no empty, `.` or `..`
 * segment and, but for the root itself, no trailing slash. Only {@link parsePath} and the
 * functions here make one, so a Path needs no second check anywhere.
 */
export type Path = string & { readonly [brand]: 'Path' };

/** The home itself. */
export const ROOT = '/' as Path;

/** The longest name, in bytes (POSIX NAME_MAX on Linux). */
export const MAX_NAME_BYTES = 255;

/** The longest path, in bytes (below PATH_MAX, leaving room for the home's own path). */
export const MAX_PATH_BYTES = 3072;

/** What is a path as it is: absolute, with no segment that begins with a dot, and none that is empty. */
// oxlint-disable-next-line no-control-regex -- these three are in no path
const PLAIN = /^(?:\/[^\0\r\n/.][^\0\r\n/]*)+$/;

/**
 * Reads what a client typed, relative to `base` unless it begins with `/`.
 * @throws Failure `name-refused` for NUL, CR or LF, a `..` above the root, or too long a name.
 */
export function parsePath(text: string, base: Path = ROOT): Path {
  if (text.length * 3 <= MAX_NAME_BYTES && PLAIN.test(text)) return text as Path;
  // oxlint-disable-next-line no-control-regex -- these three are exactly what is refused
  if (/[\0\r\n]/.test(text)) {
    throw new Failure('name-refused', 'A name cannot hold NUL, CR or LF');
  }
  const segments = text.startsWith('/') ? [] : segmentsOf(base);
  for (const segment of text.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) {
      throw new Failure('name-refused', 'There is nothing above the root');
    }
  }
  const path = fromSegments(segments);
  // A UTF-16 unit is at most three bytes of UTF-8: the exact count is needed only near the limits.
  if (path.length * 3 > MAX_NAME_BYTES) refuseLong(path, segments);
  return path;
}

/** The path of `name` in `folder`; `name` must be a single segment. */
export function child(folder: Path, name: string): Path {
  return (folder === ROOT ? `/${name}` : `${folder}/${name}`) as Path;
}

/** The folder that holds `path`; the root holds itself. */
export function parentOf(path: Path): Path {
  return (path.slice(0, path.lastIndexOf('/')) || ROOT) as Path;
}

/** The last segment; the root's is empty. */
export function nameOf(path: Path): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The names from the root down; none for the root. */
export function segmentsOf(path: Path): string[] {
  return path === ROOT ? [] : path.slice(1).split('/');
}

/** The same path as everybody writes it who means it, for comparing; kept is what was said. */
export function comparablePath(path: Path): Path {
  return comparable(path) as Path;
}

/** True if `path` is `folder` or lies somewhere below it. */
export function isWithin(path: Path, folder: Path): boolean {
  return path === folder || folder === ROOT || path.startsWith(`${folder}/`);
}

/** `path` as it is called after `from`, which is it or holds it, has become `to`. */
export function rebase(path: Path, from: Path, to: Path): Path {
  return fromSegments([...segmentsOf(to), ...segmentsOf(path).slice(segmentsOf(from).length)]);
}

function fromSegments(segments: readonly string[]): Path {
  return `/${segments.join('/')}` as Path;
}

function refuseLong(path: Path, segments: readonly string[]): void {
  if (encodeName(path).length > MAX_PATH_BYTES) {
    throw new Failure('name-refused', `A path cannot be longer than ${MAX_PATH_BYTES} bytes`);
  }
  if (segments.some((name) => encodeName(name).length > MAX_NAME_BYTES)) {
    throw new Failure('name-refused', `A name cannot be longer than ${MAX_NAME_BYTES} bytes`);
  }
}

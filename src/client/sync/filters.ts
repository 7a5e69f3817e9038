import { createRequire } from 'node:module';
import type picomatch from 'picomatch';
import { onDemand } from '../../base/on-demand.ts';
import { Failure } from '../../base/failure.ts';
import type { Filter } from './tree.ts';

export interface FilterOptions {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

const matcher = onDemand(() => createRequire(import.meta.url)('picomatch') as typeof picomatch);

interface Rule {
  readonly onlyFolders: boolean;
  readonly matches: (path: string) => boolean;
}

/**
 * A filter from patterns as people write them: `*.mkv` fits a name at any depth, `raw/*.mkv` a path
 * from the top, `cache/` folders only, `**` any number of folders, `{a,b}` either. What fits an
 * exclude is left out, a folder with all that is in it. With includes, files have to fit one of
 * them, or lie in a folder that does.
 * @throws Failure `name-refused` for what is no pattern
 */
export function compileFilter({ include, exclude }: FilterOptions): Filter {
  const excludes = exclude.map(rule);
  const includes = include.map(rule);
  return (path, kind) => {
    const isFolder = kind === 'folder';
    const fits = ({ onlyFolders, matches }: Rule) => (isFolder || !onlyFolders) && matches(path);
    if (excludes.some(fits)) return false;
    // A folder has to be looked into: what is wanted may be inside.
    if (includes.length === 0 || isFolder) return true;
    return (
      includes.some(fits) || foldersOf(path).some((folder) => includesFolder(includes, folder))
    );
  };
}

function includesFolder(includes: readonly Rule[], folder: string): boolean {
  return includes.some(({ matches }) => matches(folder));
}

/** All folders above it, the topmost first. */
function foldersOf(path: string): string[] {
  const names = path.split('/');
  return names.slice(0, -1).map((_, index) => names.slice(0, index + 1).join('/'));
}

function rule(pattern: string): Rule {
  const onlyFolders = pattern.endsWith('/');
  const bare = pattern.replace(/\/+$/, '');
  const anchored = bare.replace(/^\/+/, '');
  if (anchored === '') throw new Failure('name-refused', `"${pattern}" is no pattern`);
  try {
    // Without a slash it is about names, wherever they are.
    const isAnywhere = !bare.includes('/');
    const match = matcher()(isAnywhere ? `**/${anchored}` : anchored, {
      dot: true,
      nonegate: true,
    });
    return { onlyFolders, matches: (path) => match(path) };
  } catch (error) {
    throw new Failure('name-refused', `"${pattern}" is no pattern`, { cause: error });
  }
}

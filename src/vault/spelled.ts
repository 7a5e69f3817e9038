import { comparable } from '../base/name.ts';
import { type Path, nameOf, parentOf } from '../base/path.ts';

/** A path in all forms in which it is met, for a query that finds it in any. */
export interface Spelled {
  readonly folder: string;
  readonly folderComposed: string;
  readonly folderDecomposed: string;
  readonly name: string;
  readonly nameComposed: string;
  readonly nameDecomposed: string;
}

/** True for nearly all: a name that has one form only needs one look, not nine. */
export function isSpelledAlike({ folder, name, ...other }: Spelled): boolean {
  return (
    folder === other.folderComposed &&
    folder === other.folderDecomposed &&
    name === other.nameComposed &&
    name === other.nameDecomposed
  );
}

export function spelled(path: Path): Spelled {
  const [folder, name] = [parentOf(path), nameOf(path)];
  return {
    folder,
    folderComposed: comparable(folder),
    folderDecomposed: folder.normalize('NFD'),
    name,
    nameComposed: comparable(name),
    nameDecomposed: name.normalize('NFD'),
  };
}

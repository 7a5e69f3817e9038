import type { Permission } from '../../../base/permission.ts';
import type { Seen, Session } from '../../../session/session.ts';
import { formatFacts, formatMode, type FactName } from '../../../wire/ftp/facts.ts';
import { formatTimeValue } from '../../../wire/ftp/time.ts';

/** RFC 3659 §7.5.5: what each letter promises of a file, and what it takes. */
const FILE_LETTERS = [
  ['a', ['append', 'write']],
  ['d', ['delete']],
  ['f', ['rename']],
  ['r', ['read']],
  ['w', ['overwrite']],
] as const satisfies readonly (readonly [string, readonly Permission[]])[];

const FOLDER_LETTERS = [
  ['c', ['write']],
  ['d', ['delete']],
  ['e', []],
  ['f', ['rename']],
  ['l', ['list']],
  ['m', ['make-folder']],
  ['p', ['delete']],
] as const satisfies readonly (readonly [string, readonly Permission[]])[];

const TYPES = {
  file: 'file',
  folder: 'dir',
  link: 'OS.unix=slink',
  other: 'OS.unix=other',
} as const satisfies Record<Seen['kind'], string>;

/** Tells about entries to one session, with the facts it has chosen. */
export class FactTeller {
  readonly #chosen: readonly FactName[];
  readonly #ofFile: string;
  readonly #ofFolder: string;

  constructor(session: Session, chosen: readonly FactName[]) {
    this.#chosen = chosen;
    const granted = (letters: readonly (readonly [string, readonly Permission[]])[]): string =>
      letters
        .filter(([, needs]) => needs.length === 0 || needs.some((need) => session.may(need)))
        .map(([letter]) => letter)
        .join('');
    this.#ofFile = granted(FILE_LETTERS);
    this.#ofFolder = granted(FOLDER_LETTERS);
  }

  /** A line of MLSD, or the middle one of MLST, without its end. */
  line(entry: Seen, name: string): string {
    const facts: [string, string][] = [];
    for (const fact of this.#chosen) {
      const value = this.#value(entry, fact);
      if (value !== undefined) facts.push([fact, value]);
    }
    return formatFacts(facts, name);
  }

  #value(entry: Seen, fact: FactName): string | undefined {
    switch (fact) {
      case 'type':
        return TYPES[entry.kind];
      case 'size':
        return entry.kind === 'file' ? String(entry.size) : undefined;
      case 'modify':
        return formatTimeValue(entry.modified);
      case 'perm':
        return this.#permissions(entry);
      case 'unique':
        return entry.unique;
      case 'UNIX.mode':
        return formatMode(entry.mode);
      case 'X.partial':
        return entry.partial ? '1' : undefined;
    }
  }

  #permissions({ kind, partial }: Seen): string {
    if (kind === 'folder') return this.#ofFolder;
    // What has not come whole cannot be fetched yet.
    return partial ? this.#ofFile.replace('r', '') : this.#ofFile;
  }
}

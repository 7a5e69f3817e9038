import { CHECKSUMS, type Checksum } from '../../../base/digest.ts';
import { nameOf, parentOf, type Path } from '../../../base/path.ts';
import type { Permission } from '../../../base/permission.ts';
import type { KnownDigest, Seen, Session } from '../../../session/session.ts';
import { digestFact, formatMode, isFactValue, type FactName } from '../../../wire/ftp/facts.ts';
import { timeValues } from '../../../wire/ftp/time.ts';

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

/** Facts that kind and mode decide, and whether all has come. */
const SHARED: ReadonlySet<FactName> = new Set(['type', 'perm', 'UNIX.mode', 'X.partial']);

/** What a line says of an entry alone, and not of all that are alike. */
interface Own {
  readonly fact: FactName;
  /** What stands before it. */
  readonly before: string;
  /** The same with the name of the fact. */
  readonly named: string;
}

/** The lines of entries that are alike: what they share is made once. */
interface Form extends Pick<Seen, 'kind' | 'mode' | 'partial'> {
  readonly own: readonly Own[];
  /** What stands between the last of these and the name. */
  readonly rest: string;
}

/** Tells about entries to one session, with the facts it has chosen. */
export class FactTeller {
  readonly #session: Session;
  readonly #chosen: readonly FactName[];
  /** Of which digests are told, if they are recorded. */
  readonly #algorithms: readonly Checksum[];
  readonly #ofFile: string;
  readonly #ofFolder: string;
  readonly #timeOf = timeValues();
  /** Of the entry before: most in a folder are alike. */
  #form: Form | undefined;

  constructor(session: Session, chosen: readonly FactName[]) {
    this.#session = session;
    this.#chosen = chosen;
    this.#algorithms = session.may('read')
      ? CHECKSUMS.filter((algorithm) => chosen.includes(digestFact(algorithm)))
      : [];
    const granted = (letters: readonly (readonly [string, readonly Permission[]])[]): string =>
      letters
        .filter(([, needs]) => needs.length === 0 || needs.some((need) => session.may(need)))
        .map(([letter]) => letter)
        .join('');
    this.#ofFile = granted(FILE_LETTERS);
    this.#ofFolder = granted(FOLDER_LETTERS);
  }

  /** Lines of MLSD, as one text: V8 puts together one long one sooner than many short ones. */
  async lines(folder: Path, entries: readonly Seen[]): Promise<string> {
    const known = await this.#digests(folder, entries);
    let text = '';
    for (const entry of entries) {
      text = `${this.#append(text, entry, known.get(entry.name))}${entry.name}\r\n`;
    }
    return text;
  }

  /** The middle line of MLST without its end. */
  async line(entry: Seen, path: Path): Promise<string> {
    if (this.#algorithms.length === 0) return this.#append('', entry) + path;
    const { kind, partial, version } = entry;
    const named = { name: nameOf(path), kind, version, ...(partial && { partial }) };
    const known = await this.#digests(parentOf(path), [named]);
    return this.#append('', entry, known.get(named.name)) + path;
  }

  /** Never computed for this: whoever lists a folder does not ask for all of it to be read. */
  async #digests(
    folder: Path,
    entries: readonly Pick<Seen, 'name' | 'kind' | 'version' | 'partial'>[],
  ): ReturnType<Session['recordedDigests']> {
    if (this.#algorithms.length === 0) return new Map();
    const files = entries.filter(({ kind, partial }) => kind === 'file' && !partial);
    return this.#session.recordedDigests(folder, files, this.#algorithms);
  }

  /** The text with the facts behind it, and the space before the name. */
  #append(text: string, entry: Seen, digests: readonly KnownDigest[] = []): string {
    const { own, rest } = this.#formOf(entry);
    let longer = text;
    for (const { fact, before, named } of own) {
      const value = this.#value(entry, fact, digests);
      longer += value === undefined ? before : `${named}${value};`;
    }
    return longer + rest;
  }

  #formOf(entry: Seen): Form {
    const last = this.#form;
    const { kind, mode, partial } = entry;
    if (last && last.kind === kind && last.mode === mode && last.partial === partial) return last;
    const own: Own[] = [];
    let before = '';
    for (const fact of this.#chosen) {
      if (isShared(fact, kind)) {
        const value = this.#value(entry, fact, []);
        if (value !== undefined) before += `${fact}=${value};`;
      } else {
        own.push({ fact, before, named: `${before}${fact}=` });
        before = '';
      }
    }
    this.#form = { kind, mode, ...(partial && { partial }), own, rest: `${before} ` };
    return this.#form;
  }

  #value(entry: Seen, fact: FactName, digests: readonly KnownDigest[]): string | undefined {
    switch (fact) {
      case 'type':
        return TYPES[entry.kind];
      case 'size':
        return entry.kind === 'file' ? String(entry.size) : undefined;
      case 'modify':
        return this.#timeOf(entry.modified);
      case 'perm':
        return this.#permissions(entry);
      case 'unique':
        // The only value that is made elsewhere.
        return isFactValue(entry.unique) ? entry.unique : undefined;
      case 'UNIX.mode':
        return formatMode(entry.mode);
      case 'X.partial':
        return entry.partial ? '1' : undefined;
      case 'X.sha-256':
      case 'X.sha-512':
      case 'X.sha-1':
      case 'X.md5':
      case 'X.crc32':
        return digests.find(({ algorithm }) => digestFact(algorithm) === fact)?.hex;
    }
  }

  #permissions({ kind, partial }: Seen): string {
    if (kind === 'folder') return this.#ofFolder;
    // What has not come whole cannot be fetched yet.
    return partial ? this.#ofFile.replace('r', '') : this.#ofFile;
  }
}

/** True for a fact that is the same of all entries of a kind with the same mode, whole or not. */
function isShared(fact: FactName, kind: Seen['kind']): boolean {
  return SHARED.has(fact) || (fact === 'size' && kind !== 'file');
}

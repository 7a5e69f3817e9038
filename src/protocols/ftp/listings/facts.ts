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

/** Tells about entries to one session, with the facts it has chosen. */
export class FactTeller {
  readonly #session: Session;
  readonly #chosen: readonly FactName[];
  /** Of which digests are told, if they are recorded. */
  readonly #algorithms: readonly Checksum[];
  readonly #ofFile: string;
  readonly #ofFolder: string;
  readonly #timeOf = timeValues();
  readonly #modes = new Map<number, string>();

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

  /** Lines of MLSD without their ends. */
  async lines(folder: Path, entries: readonly Seen[]): Promise<string[]> {
    const known = await this.#digests(folder, entries);
    return entries.map((entry) => this.#line(entry, entry.name, known.get(entry.name)));
  }

  /** The middle line of MLST without its end. */
  async line(entry: Seen, path: Path): Promise<string> {
    if (this.#algorithms.length === 0) return this.#line(entry, path);
    const { kind, partial, version } = entry;
    const named = { name: nameOf(path), kind, version, ...(partial && { partial }) };
    const known = await this.#digests(parentOf(path), [named]);
    return this.#line(entry, path, known.get(named.name));
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

  #line(entry: Seen, name: string, digests: readonly KnownDigest[] = []): string {
    let text = '';
    for (const fact of this.#chosen) {
      const value = this.#value(entry, fact, digests);
      if (value !== undefined) text += `${fact}=${value};`;
    }
    return `${text} ${name}`;
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
        return this.#modeOf(entry.mode);
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

  /** Nearly all files of a folder have the same. */
  #modeOf(mode: number): string {
    let shown = this.#modes.get(mode);
    if (shown === undefined) this.#modes.set(mode, (shown = formatMode(mode)));
    return shown;
  }

  #permissions({ kind, partial }: Seen): string {
    if (kind === 'folder') return this.#ofFolder;
    // What has not come whole cannot be fetched yet.
    return partial ? this.#ofFile.replace('r', '') : this.#ofFile;
  }
}

import type { Clock } from '../../src/base/clock.ts';
import { Failure } from '../../src/base/failure.ts';
import { ROOT, type Path, nameOf, parentOf } from '../../src/base/path.ts';
import type {
  Entry,
  Instead,
  ReadableFile,
  StagedFile,
  Store,
  StoreFacts,
  Tree,
} from '../../src/storage/store.ts';
import { checkInstead } from '../../src/storage/instead.ts';
import { Died, type Life } from '../vault/mortal.ts';
import type { Chance } from './chance.ts';
import { ForgetfulFile } from './forgetful-file.ts';
import { type FileNode, ForgetfulNames, type NameChange, type Node } from './forgetful-names.ts';

/** Staged files have names of their own, which no path can be. */
const staged = (id: string): string => `#${id}`;
const isStaged = (name: string): boolean => name.startsWith('#');

/** What is left of the homes, from one life of the machine to the next. */
type Homes = ReadonlyMap<string, ForgetfulNames>;

/**
 * A store in memory that keeps of everything what the contract of storage/store.ts promises and not
 * one thing more: {@link left} is what a power cut leaves. Every operation has a step at which the
 * machine may die: then its effect is there, but not durable.
 */
export class ForgettingStore implements Store {
  readonly #homes: Map<string, ForgetfulNames>;
  readonly #life: Life;
  readonly #clock: Clock;

  constructor(life: Life, clock: Clock, homes: Homes = new Map()) {
    this.#homes = new Map(homes);
    this.#life = life;
    this.#clock = clock;
  }

  async openTree(location: string): Promise<Tree> {
    const names = this.#homes.get(location) ?? new ForgetfulNames();
    this.#homes.set(location, names);
    return new ForgettingTree(names, this.#life, this.#clock);
  }

  /** What a power cut leaves, for another life. */
  left(chance: Chance, life: Life): ForgettingStore {
    const homes = [...this.#homes].map(([at, names]) => [at, names.left(chance)] as const);
    return new ForgettingStore(life, this.#clock, new Map(homes));
  }

  /** What the end of the process leaves: everything, durable or not. */
  kept(life: Life): ForgettingStore {
    return new ForgettingStore(life, this.#clock, this.#homes);
  }
}

let lastId = 0;

class ForgettingTree implements Tree {
  readonly facts: StoreFacts = { sharesBlocks: false, confinement: 'race-free' };
  readonly #names: ForgetfulNames;
  readonly #life: Life;
  readonly #clock: Clock;

  constructor(names: ForgetfulNames, life: Life, clock: Clock) {
    this.#names = names;
    this.#life = life;
    this.#clock = clock;
  }

  async stat(path: Path): Promise<Entry> {
    alive(this.#life);
    return this.#entry(path, this.#find(path));
  }

  glance(): undefined {
    alive(this.#life);
  }

  async freeBytes(): Promise<undefined> {}

  async *list(folder: Path): AsyncGenerator<readonly Entry[]> {
    alive(this.#life);
    const names = this.#names.names().filter((name) => !isStaged(name)) as Path[];
    const inside = names.filter((name) => parentOf(name) === folder);
    yield inside.map((name) => this.#entry(name, this.#find(name)));
  }

  async openFile(path: Path): Promise<ReadableFile> {
    alive(this.#life);
    const node = asFile(this.#find(path));
    return {
      descriptor: undefined,
      entry: this.#entry(path, node),
      read: (into, position) => node.file.read(into, position),
      [Symbol.asyncDispose]: async () => {},
    };
  }

  async makeFolder(path: Path): Promise<void> {
    this.#checkFree(path);
    await this.#durably({
      [path]: { kind: 'folder', id: (lastId += 1), modified: this.#clock.now() },
    });
  }

  async makeLink(): Promise<void> {
    fail('name-refused');
  }

  async removeFolder(path: Path): Promise<void> {
    alive(this.#life);
    if (this.#find(path).kind === 'file') fail('not-a-directory');
    const names = this.#names.names();
    if (names.some((name) => parentOf(name as Path) === path)) fail('not-empty');
    await this.#durably({ [path]: undefined });
  }

  async removeFile(path: Path): Promise<void> {
    alive(this.#life);
    asFile(this.#find(path));
    await this.#durably({ [path]: undefined });
  }

  async move(from: Path, to: Path): Promise<void> {
    alive(this.#life);
    const node = asFile(this.#find(from));
    if (this.#names.get(to)?.kind === 'folder') fail('is-a-directory');
    await this.#durably({ [from]: undefined, [to]: { ...node, revision: node.revision + 1 } });
  }

  async setModified(path: Path, modified: number): Promise<void> {
    alive(this.#life);
    const node = asFile(this.#find(path));
    this.#names.change({ [path]: { ...node, modified, revision: node.revision + 1 } });
    this.#life.step();
  }

  async setMode(path: Path): Promise<void> {
    alive(this.#life);
    const node = asFile(this.#find(path));
    this.#names.change({ [path]: { ...node, revision: node.revision + 1 } });
    this.#life.step();
  }

  async stage(id: string): Promise<StagedFile> {
    return this.#stage(id, new ForgetfulFile());
  }

  async stageCopy(id: string, from: Path, length: number): Promise<StagedFile> {
    alive(this.#life);
    const { file } = asFile(this.#find(from));
    if (length > file.size) fail('offset-mismatch', file.size);
    return this.#stage(id, file.copy(length));
  }

  async openStaged(id: string): Promise<StagedFile> {
    alive(this.#life);
    return this.#opened(this.#staged(id));
  }

  async stagedSize(id: string): Promise<number | undefined> {
    alive(this.#life);
    return this.#names.get(staged(id)) && this.#staged(id).file.size;
  }

  async listStaged(): Promise<readonly string[]> {
    alive(this.#life);
    return this.#names.names().flatMap((name) => (isStaged(name) ? [name.slice(1)] : []));
  }

  async dropStaged(id: string): Promise<void> {
    alive(this.#life);
    // Never durable by itself: a power cut may bring it back.
    if (this.#names.get(staged(id))) this.#names.change({ [staged(id)]: undefined });
    this.#life.step();
  }

  async publish(id: string, path: Path, instead?: Instead): Promise<Entry> {
    alive(this.#life);
    if (this.#names.get(path)?.kind === 'folder') fail('is-a-directory');
    const there = this.#names.get(path);
    checkInstead(there && this.#entry(path, there), instead);
    const before = this.#staged(id);
    const node = { ...before, revision: before.revision + 1 };
    this.#names.change({ [path]: node, [staged(id)]: undefined });
    this.#life.step();
    // Only the folder of the new name is synced: a power cut may bring the old one back.
    this.#names.harden(this.#names.change({ [path]: node }));
    return this.#entry(path, node);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #durably(change: NameChange): Promise<void> {
    alive(this.#life);
    this.#names.change(change);
    this.#life.step();
    this.#names.harden(change);
  }

  async #stage(id: string, file: ForgetfulFile): Promise<StagedFile> {
    this.#checkFree(staged(id));
    const node: FileNode = {
      kind: 'file',
      id: (lastId += 1),
      file,
      revision: 0,
      modified: this.#clock.now(),
    };
    this.#names.change({ [staged(id)]: node });
    this.#life.step();
    return this.#opened(node);
  }

  #opened(node: FileNode): StagedFile {
    const { file } = node;
    const life = this.#life;
    return {
      descriptor: undefined,
      read: (into, position) => file.read(into, position),
      size: async () => file.size,
      write: async (chunks, position) => {
        alive(life);
        file.write(chunks, position);
        life.step();
      },
      truncate: async (length) => {
        alive(life);
        file.truncate(length);
        life.step();
      },
      setMode: async () => {
        alive(life);
      },
      setModified: () => {
        alive(life);
      },
      sync: async () => {
        alive(life);
        const point = file.beginSync();
        const names = this.#names.pending(isStaged);
        life.step();
        file.endSync(point);
        this.#names.harden(...names);
      },
      [Symbol.asyncDispose]: async () => {},
    };
  }

  #staged(id: string): FileNode {
    const node = this.#names.get(staged(id));
    return node === undefined ? fail('upload-gone') : asFile(node);
  }

  #find(path: Path): Node {
    if (path === ROOT) return { kind: 'folder', id: 0, modified: 0 };
    return this.#names.get(path) ?? fail('not-found');
  }

  #checkFree(name: string): void {
    alive(this.#life);
    if (this.#names.get(name)) fail('already-exists');
  }

  #entry(path: Path, node: Node): Entry {
    return {
      name: nameOf(path),
      kind: node.kind,
      size: node.kind === 'file' ? node.file.size : 0,
      modified: node.modified,
      mode: 0o644,
      unique: String(node.id),
      version: node.kind === 'file' ? `${node.id}.${node.revision}` : String(node.id),
    };
  }
}

/** @throws Died */
function alive(life: Life): void {
  if (life.isOver) throw new Died();
}

function asFile(node: Node): FileNode {
  return node.kind === 'file' ? node : fail('is-a-directory');
}

function fail(code: ConstructorParameters<typeof Failure>[0], offset?: number): never {
  throw new Failure(code, `This is ${code}`, offset === undefined ? {} : { offset });
}

import type { Clock } from '../../base/clock.ts';
import { type Code, Failure } from '../../base/failure.ts';
import { nameOf, parentOf, type Path, ROOT, segmentsOf } from '../../base/path.ts';
import { checkInstead } from '../instead.ts';
import type { Entry, Instead, ReadableFile, StagedFile, StoreFacts, Tree } from '../store.ts';
import { Content } from './content.ts';
import { MemoryFile, MemoryStagedFile } from './files.ts';
import {
  contains,
  entryOf,
  type FileNode,
  type FolderNode,
  type Named,
  newFile,
  newFolder,
  type Node,
  type Place,
  placeIn,
} from './nodes.ts';

/** What stays of a home when its tree is closed. */
export interface MemoryHome {
  readonly root: FolderNode;
  readonly staged: Map<string, FileNode>;
  nextId: number;
}

const SLICE = 256;

/** One home in memory. There are no links, nothing is hidden, and everything is durable at once. */
export class MemoryTree implements Tree {
  readonly facts: StoreFacts = { sharesBlocks: false, confinement: 'race-free' };
  readonly #state: MemoryHome;
  readonly #clock: Clock;
  #isOpen = true;

  constructor(home: MemoryHome, clock: Clock) {
    this.#state = home;
    this.#clock = clock;
  }

  async stat(path: Path): Promise<Entry> {
    return entryOf(this.#find(path));
  }

  async freeBytes(): Promise<undefined> {}

  glance(path: Path): Entry | undefined {
    try {
      return entryOf(this.#find(path));
    } catch {
      return undefined;
    }
  }

  async *list(folder: Path): AsyncGenerator<readonly Entry[]> {
    const children = [...this.#folder(folder).children.values()];
    for (let at = 0; at < children.length; at += SLICE) {
      yield children.slice(at, at + SLICE).map(entryOf);
    }
  }

  async openFile(path: Path): Promise<ReadableFile> {
    const named = this.#find(path);
    return new MemoryFile(entryOf(named), asFile(named));
  }

  async makeFolder(path: Path): Promise<void> {
    if (path === ROOT) fail('already-exists', 'The name is taken');
    const place = this.#place(path);
    if (place.named) fail('already-exists', 'The name is taken');
    this.#put(place, { name: nameOf(path), node: newFolder(this.#newId(), this.#clock.now()) });
  }

  async makeLink(): Promise<void> {
    fail('name-refused', 'There are no links here');
  }

  async removeFolder(path: Path): Promise<void> {
    const place = this.#place(path);
    const { node } = existing(place);
    if (node.kind === 'file') fail('not-a-directory', 'This is not a folder');
    if (node.children.size > 0) fail('not-empty', 'The folder is not empty');
    this.#remove(place);
  }

  async removeFile(path: Path): Promise<void> {
    const place = this.#place(path);
    asFile(existing(place));
    this.#remove(place);
  }

  async move(from: Path, to: Path): Promise<void> {
    const source = this.#place(from);
    const target = this.#place(to);
    const { node } = existing(source);
    const there = target.named?.node;
    if (there && there !== node) {
      if (node.kind === 'folder') fail('already-exists', 'The name is taken');
      if (there.kind === 'folder') fail('is-a-directory', 'A folder has this name');
    }
    if (contains(node, target.folder)) fail('name-refused', 'A folder cannot go into itself');
    this.#remove(source);
    node.revision += 1;
    this.#put(target, { name: nameFor(target, to, node), node });
  }

  async setModified(path: Path, modified: number): Promise<void> {
    const { node } = this.#find(path);
    node.modified = modified;
    node.revision += 1;
  }

  async setMode(path: Path, mode: number): Promise<void> {
    const { node } = this.#find(path);
    node.mode = mode & 0o777;
    node.revision += 1;
  }

  async stage(id: string): Promise<StagedFile> {
    return this.#stage(id, new Content());
  }

  async stageCopy(id: string, from: Path, length: number): Promise<StagedFile> {
    const { content } = asFile(this.#find(from));
    const { size } = content;
    if (length > size) {
      throw new Failure('offset-mismatch', `The file has only ${size} bytes`, { offset: size });
    }
    return this.#stage(id, content.copy(length));
  }

  async openStaged(id: string): Promise<StagedFile> {
    return this.#opened(this.#staged(id));
  }

  async stagedSize(id: string): Promise<number | undefined> {
    return this.#home().staged.get(checkId(id))?.content.size;
  }

  async listStaged(): Promise<readonly string[]> {
    return [...this.#home().staged.keys()];
  }

  async dropStaged(id: string): Promise<void> {
    this.#home().staged.delete(checkId(id));
  }

  async publish(id: string, path: Path, instead?: Instead): Promise<Entry> {
    if (path === ROOT) fail('is-a-directory', 'This is a folder');
    const place = this.#place(path);
    if (place.named?.node.kind === 'folder') fail('is-a-directory', 'A folder has this name');
    checkInstead(place.named && entryOf(place.named), instead);
    const node = this.#staged(id);
    this.#home().staged.delete(id);
    node.revision += 1;
    const named = { name: nameFor(place, path, node), node };
    this.#put(place, named);
    return entryOf(named);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false;
  }

  #home(): MemoryHome {
    if (!this.#isOpen) fail('shutting-down', 'The home has been closed');
    return this.#state;
  }

  #find(path: Path): Named {
    let named: Named = { name: '', node: this.#home().root };
    for (const name of segmentsOf(path)) named = existing(placeIn(asFolder(named), name));
    return named;
  }

  #folder(path: Path): FolderNode {
    return asFolder(this.#find(path));
  }

  #place(path: Path): Place {
    if (path === ROOT) fail('forbidden', 'The root stays as it is');
    return placeIn(this.#folder(parentOf(path)), nameOf(path));
  }

  #put({ folder, key }: Place, named: Named): void {
    folder.children.set(key, named);
    this.#touch(folder);
  }

  #remove({ folder, key }: Place): void {
    folder.children.delete(key);
    this.#touch(folder);
  }

  #touch(folder: FolderNode): void {
    folder.modified = this.#clock.now();
    folder.revision += 1;
  }

  #stage(id: string, content: Content): StagedFile {
    const { staged } = this.#home();
    if (staged.has(checkId(id))) fail('already-exists', 'The name is taken');
    const node = newFile(this.#newId(), content, this.#clock.now());
    staged.set(id, node);
    return this.#opened(node);
  }

  #opened(node: FileNode): StagedFile {
    return new MemoryStagedFile(node, () => this.#clock.now());
  }

  #staged(id: string): FileNode {
    const node = this.#home().staged.get(checkId(id));
    return node ?? fail('upload-gone', 'The bytes of this upload are not there any more');
  }

  #newId(): number {
    const home = this.#home();
    home.nextId += 1;
    return home.nextId;
  }
}

/** The name as it came; but where something is replaced, its spelling stays, as on a disk. */
function nameFor({ named }: Place, path: Path, node: Node): string {
  return named && named.node !== node ? named.name : nameOf(path);
}

function existing(place: Place): Named {
  return place.named ?? fail('not-found', 'There is nothing under this name');
}

function asFolder({ node }: Named): FolderNode {
  return node.kind === 'folder' ? node : fail('not-a-directory', 'This is not a folder');
}

function asFile({ node }: Named): FileNode {
  return node.kind === 'file' ? node : fail('is-a-directory', 'This is a folder');
}

function checkId(id: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(id)) return id;
  return fail('name-refused', 'This cannot be the id of an upload');
}

function fail(code: Code, sentence: string): never {
  throw new Failure(code, sentence);
}

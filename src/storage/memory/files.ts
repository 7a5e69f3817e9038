import { Failure } from '../../base/failure.ts';
import type { Entry, ReadableFile, StagedFile } from '../store.ts';
import type { FileNode } from './nodes.ts';

/** A file that is read: the one that was opened, whatever has its name by now. */
export class MemoryFile implements ReadableFile {
  readonly descriptor = undefined;
  readonly entry: Entry;
  readonly #node: FileNode;
  #isOpen = true;

  constructor(entry: Entry, node: FileNode) {
    this.entry = entry;
    this.#node = node;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    checkOpen(this.#isOpen);
    return this.#node.content.read(into, position);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false;
  }
}

export class MemoryStagedFile implements StagedFile {
  readonly descriptor = undefined;
  readonly #node: FileNode;
  readonly #now: () => number;
  #isOpen = true;

  constructor(node: FileNode, now: () => number) {
    this.#node = node;
    this.#now = now;
  }

  async write(chunks: readonly Uint8Array[], position: number): Promise<void> {
    this.#change().content.write(chunks, position);
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    checkOpen(this.#isOpen);
    return this.#node.content.read(into, position);
  }

  async truncate(length: number): Promise<void> {
    this.#change().content.truncate(length);
  }

  async setMode(mode: number): Promise<void> {
    this.#change().mode = mode & 0o777;
  }

  setModified(modified: number): void {
    this.#change().modified = modified;
  }

  async sync(): Promise<void> {
    checkOpen(this.#isOpen);
  }

  async size(): Promise<number> {
    checkOpen(this.#isOpen);
    return this.#node.content.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false;
  }

  #change(): FileNode {
    checkOpen(this.#isOpen);
    this.#node.modified = this.#now();
    this.#node.revision += 1;
    return this.#node;
  }
}

function checkOpen(isOpen: boolean): void {
  if (!isOpen) throw new Failure('storage-failed', 'The file has been closed');
}

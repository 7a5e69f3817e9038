import type { Chance } from './chance.ts';
import type { ForgetfulFile } from './forgetful-file.ts';

/** What a name leads to. Two names may lead to one. */
export type Node = FileNode | FolderNode;

export interface FileNode {
  readonly kind: 'file';
  readonly id: number;
  readonly file: ForgetfulFile;
  /** Rises with every change but those of the bytes; a change that is lost takes it back. */
  readonly revision: number;
  readonly modified: number;
}

export interface FolderNode {
  readonly kind: 'folder';
  readonly id: number;
  readonly modified: number;
}

/** Names that come to lead somewhere, or with undefined nowhere, all at once. */
export type NameChange = Readonly<Record<string, Node | undefined>>;

/**
 * The names on a disk that forgets: of the changes that were not made durable, a power cut leaves
 * any, each whole or not at all.
 */
export class ForgetfulNames {
  readonly #now: Map<string, Node>;
  readonly #durable: Map<string, Node>;
  #pending: NameChange[] = [];

  constructor(names: ReadonlyMap<string, Node> = new Map()) {
    this.#now = new Map(names);
    this.#durable = new Map(names);
  }

  get(name: string): Node | undefined {
    return this.#now.get(name);
  }

  names(): string[] {
    return [...this.#now.keys()];
  }

  /** Makes a change that everybody sees and nothing but {@link harden} makes durable. */
  change(change: NameChange): NameChange {
    apply(change, this.#now);
    this.#pending.push(change);
    return change;
  }

  /** Makes changes durable; what was pending for their names before them is history. */
  harden(...changes: readonly NameChange[]): void {
    for (const change of changes) {
      const at = this.#pending.indexOf(change);
      apply(change, this.#durable);
      this.#pending = this.#pending.flatMap((one, position) => {
        if (one === change) return [];
        return position < at ? [without(one, Object.keys(change))] : [one];
      });
    }
  }

  /** The changes that are not durable and touch only such names. */
  pending(concerns: (name: string) => boolean): NameChange[] {
    return this.#pending.filter((change) => Object.keys(change).every(concerns));
  }

  /** What a power cut leaves. */
  left(chance: Chance): ForgetfulNames {
    const names = new Map(this.#durable);
    for (const change of this.#pending) if (chance.yes(0.5)) apply(change, names);
    const survivors = new Map<ForgetfulFile, ForgetfulFile>();
    const survivor = (file: ForgetfulFile): ForgetfulFile => {
      const known = survivors.get(file) ?? file.left(chance);
      survivors.set(file, known);
      return known;
    };
    return new ForgetfulNames(
      new Map(
        [...names].map(([name, node]) => [
          name,
          node.kind === 'file' ? { ...node, file: survivor(node.file) } : node,
        ]),
      ),
    );
  }
}

function without(change: NameChange, names: readonly string[]): NameChange {
  return Object.fromEntries(Object.entries(change).filter(([name]) => !names.includes(name)));
}

function apply(change: NameChange, names: Map<string, Node>): void {
  for (const [name, node] of Object.entries(change)) {
    if (node === undefined) names.delete(name);
    else names.set(name, node);
  }
}

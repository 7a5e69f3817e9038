import { comparable } from '../../base/name.ts';
import type { Entry } from '../store.ts';
import type { Content } from './content.ts';

/** A file, named or staged; `revision` rises with every change, its name included. */
export interface FileNode {
  readonly kind: 'file';
  readonly id: number;
  readonly content: Content;
  modified: number;
  mode: number;
  revision: number;
}

export interface FolderNode {
  readonly kind: 'folder';
  readonly id: number;
  /** By the comparable form of the name. */
  readonly children: Map<string, Named>;
  modified: number;
  mode: number;
  revision: number;
}

export type Node = FileNode | FolderNode;

/** A node under the name as it came. */
export interface Named {
  readonly name: string;
  readonly node: Node;
}

/** A folder of a home and the key of a name in it, whether or not anything has the name. */
export interface Place {
  readonly folder: FolderNode;
  readonly key: string;
  readonly named: Named | undefined;
}

/** A new file with these bytes. */
export function newFile(id: number, content: Content, now: number): FileNode {
  return { kind: 'file', id, content, modified: now, mode: 0o644, revision: 0 };
}

export function newFolder(id: number, now: number): FolderNode {
  return { kind: 'folder', id, children: new Map(), modified: now, mode: 0o755, revision: 0 };
}

export function placeIn(folder: FolderNode, name: string): Place {
  const key = comparable(name);
  return { folder, key, named: folder.children.get(key) };
}

export function entryOf({ name, node }: Named): Entry {
  return {
    name,
    kind: node.kind,
    size: node.kind === 'file' ? node.content.size : 0,
    modified: node.modified,
    mode: node.mode,
    unique: String(node.id),
    version: `${node.id}.${node.revision}`,
  };
}

/** True if `node` is `folder` or lies somewhere below it. */
export function contains(folder: Node, node: Node): boolean {
  if (folder === node) return true;
  if (folder.kind === 'file') return false;
  return folder.children.values().some((child) => contains(child.node, node));
}

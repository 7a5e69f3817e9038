import assert from 'node:assert/strict';
import { type Code, Failure } from '../../src/base/failure.ts';
import { parsePath } from '../../src/base/path.ts';
import type { Entry, Tree } from '../../src/storage/store.ts';

/** A fresh home for one case. */
export interface Subject extends AsyncDisposable {
  readonly tree: Tree;
  /** Opens the same home once more, as another session or a later start would. */
  readonly reopen: () => Promise<Tree>;
}

/** One sentence about every store, and how it is shown. */
export type Case = readonly [sentence: string, show: (subject: Subject) => Promise<void>];

export const at = parsePath;

let uploads = 0;

/** Stages a text under a new id. */
export async function staged(tree: Tree, text: string): Promise<string> {
  uploads += 1;
  const id = `upload-${uploads}`;
  await using file = await tree.stage(id);
  await file.write([Buffer.from(text)], 0);
  await file.sync();
  return id;
}

/** Uploads a text. */
export async function put(tree: Tree, path: string, text: string): Promise<Entry> {
  return tree.publish(await staged(tree, text), at(path));
}

/** The text of a file. */
export async function text(tree: Tree, path: string): Promise<string> {
  await using file = await tree.openFile(at(path));
  const into = Buffer.alloc(file.entry.size);
  const count = await file.read(into, 0);
  return into.subarray(0, count).toString();
}

/** All that an entry tells, also what it makes up only when it is asked. */
export function facts(entry: Entry | undefined): Entry | undefined {
  if (!entry) return undefined;
  const { name, kind, linked, size, modified, mode, unique, version } = entry;
  return { name, kind, ...(linked && { linked }), size, modified, mode, unique, version };
}

/** All entries of a folder, by name. */
export async function entries(tree: Tree, path: string): Promise<Map<string, Entry>> {
  const found = new Map<string, Entry>();
  for await (const slice of tree.list(at(path))) {
    for (const entry of slice) {
      assert.ok(!found.has(entry.name), `${entry.name} is listed twice`);
      found.set(entry.name, entry);
    }
  }
  return found;
}

export async function names(tree: Tree, path: string): Promise<string[]> {
  return [...(await entries(tree, path)).keys()].toSorted();
}

/** Asserts that it fails with this code; the failure is the answer. */
export async function fails(code: Code, doing: Promise<unknown>): Promise<Failure> {
  try {
    await doing;
  } catch (error) {
    assert.ok(error instanceof Failure, `not a Failure: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  return assert.fail(`succeeded, and did not fail with ${code}`);
}

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { type PlanOptions, type Plan, planSync, removalsOf } from './plan.ts';
import { compareTrees } from './report.ts';
import { folderOf, type Skipped, type Tree, type TreeEntry } from './tree.ts';

/** `a/` is a folder, `l@` something else, `f=3` a file of that size, with the folders above it. */
function tree(text: string, skipped: readonly Skipped[] = []): Tree {
  const entries = new Map<string, TreeEntry>();
  for (const word of text.split(' ').filter((word) => word !== '')) {
    const [path = '', size] = word.replace(/[/@]$/, '').split('=');
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      entries.set(path.slice(0, at), { kind: 'folder', size: undefined, modified: 0 });
    }
    const kind = word.endsWith('/') ? 'folder' : word.endsWith('@') ? 'other' : 'file';
    entries.set(path, { kind, size: kind === 'file' ? Number(size) : undefined, modified: 0 });
  }
  return { entries, skipped };
}

const OPTIONS: PlanOptions = {
  isSame: (_path, one, other) => one.size === other.size,
  removes: false,
  refusesName: () => undefined,
  keepsExisting: false,
};

function planned(source: Tree, target: Tree, options: Partial<PlanOptions> = {}): Plan {
  return planSync(source, target, { ...OPTIONS, ...options });
}

function refuseBad(name: string): string | undefined {
  return name === 'bad' ? 'no such name' : undefined;
}

const SIGNS = { 'make-folder': 'mkdir', transfer: 'copy', remove: 'rm', 'remove-folder': 'rmdir' };

function stepsOf({ before, transfers, after }: Plan) {
  return [...before, ...transfers, ...after];
}

function told(plan: Plan): string {
  return stepsOf(plan)
    .map(({ kind, path }) => `${SIGNS[kind]} ${path}`)
    .join(', ');
}

suite('a plan', () => {
  test('copies what is new or differs, folders before what is in them', () => {
    const plan = planned(tree('b/c/f=1 a=1 same=1 empty/'), tree('a=2 same=1'));
    assert.equal(told(plan), 'mkdir b, mkdir b/c, mkdir empty, copy a, copy b/c/f');
    assert.deepEqual(plan.same, ['same']);
  });

  test('removes nothing unless it is told to, and then the inside before the outside', () => {
    const [source, target] = [tree('a=1'), tree('a=1 x=1 d/e/f=1')];
    assert.equal(told(planned(source, target)), '');
    const plan = planned(source, target, { removes: true });
    assert.equal(told(plan), 'rm x, rm d/e/f, rmdir d/e, rmdir d');
    assert.equal(removalsOf(plan), 4);
  });

  test('does not remove what it could not see, nor the folders above it', () => {
    const source = tree('d/', [{ path: 'd/secret', reason: 'EACCES', isExpected: false }]);
    const plan = planned(source, tree('d/secret/x=1 d/y=1'), { removes: true });
    assert.equal(told(plan), 'rm d/y');
  });

  test('puts a file where a folder was, and a folder where a file was, only when it may remove', () => {
    const [source, target] = [tree('a=1 b/f=1'), tree('a/x=1 b=1')];
    const kept = planned(source, target);
    assert.equal(told(kept), '');
    assert.deepEqual(
      kept.refused.map(({ path }) => path),
      ['a', 'b'],
    );
    const plan = planned(source, target, { removes: true });
    assert.equal(told(plan), 'rm a/x, rmdir a, rm b, mkdir b, copy a, copy b/f');
  });

  test('reports names that the other side cannot hold, with all below them once', () => {
    const plan = planned(tree('bad/x/y=1 bader=1'), tree(''), { refusesName: refuseBad });
    assert.equal(told(plan), 'copy bader');
    assert.deepEqual(plan.refused, [{ path: 'bad', reason: 'no such name' }]);
  });

  test('neither copies nor removes what is no file', () => {
    assert.equal(told(planned(tree('l@'), tree('m@'), { removes: true })), '');
  });
});

/** The tree after the steps of a plan; fails where a step cannot be done. */
function carriedOut(plan: Plan, source: Tree, target: Tree): Tree {
  const entries = new Map(target.entries);
  for (const { kind, path } of stepsOf(plan)) {
    const isEmpty = ![...entries.keys()].some((one) => folderOf(one) === path);
    if (kind === 'remove' || kind === 'remove-folder') {
      assert.equal(entries.get(path)?.kind, kind === 'remove' ? 'file' : 'folder');
      assert.ok(isEmpty);
      entries.delete(path);
    } else {
      const folder = folderOf(path);
      assert.ok(folder === '' || entries.get(folder)?.kind === 'folder', path);
      assert.notEqual(entries.get(path)?.kind, 'folder');
      const entry = source.entries.get(path);
      if (entry) entries.set(path, entry);
    }
  }
  return { entries, skipped: [] };
}

test('carried out with --delete, step by step, a plan makes any tree like any other', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'a.b');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
  const file = fc.tuple(path, fc.nat(2));
  const trees = fc.array(file, { maxLength: 8 }).map((files) => {
    const taken: string[] = [];
    for (const [path, size] of files) {
      // No path can be a file and a folder.
      const isFree = taken.every(
        (one) =>
          !`${one.split('=')[0]}/`.startsWith(`${path}/`) &&
          !`${path}/`.startsWith(`${one.split('=')[0]}/`),
      );
      if (isFree) taken.push(`${path}=${size}`);
    }
    return tree(taken.join(' '));
  });
  fc.assert(
    fc.property(trees, trees, (source, target) => {
      const plan = planned(source, target, { removes: true });
      const after = carriedOut(plan, source, target);
      assert.deepEqual(new Map(after.entries), new Map(source.entries));
      assert.equal(told(planned(source, after, { removes: true })), '');
    }),
  );
});

test('a comparison marks every file, and what could not be looked at', () => {
  const source = tree('a=1 b=1 d/n=1 x=1', [
    { path: 'locked', reason: 'EACCES', isExpected: false },
    { path: 'link', reason: 'a symbolic link', isExpected: true },
  ]);
  const target = tree('a=1 b=2 m=1 x/y=1');
  const found = compareTrees(source, target, (_path, one, other) => one.size === other.size);
  assert.deepEqual(
    found.map(({ mark, path }) => mark + path),
    ['=a', '*b', '+d/n', '!locked', '-m', '*x', '-x/y'],
  );
});

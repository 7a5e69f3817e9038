import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Failure } from '../../src/base/failure.ts';
import type { Tree } from '../../src/storage/store.ts';
import { noDescriptorStaysOpen } from './descriptors.ts';
import { localHome } from './local-home.ts';
import { at, names, put, text } from './subject.ts';
import type { Swapping } from './swapping-thread.ts';

noDescriptorStaysOpen();

const MILLISECONDS = 1500;

/** All that a session could do through a folder called `door` and to a file called `sheet`. */
const ATTEMPTS: readonly ((tree: Tree, round: number) => Promise<unknown>)[] = [
  async (tree) => assert.equal(await text(tree, '/door/name'), 'inside'),
  async (tree) => assert.equal(await text(tree, '/sheet'), 'inside'),
  async (tree) => assert.ok(!(await names(tree, '/door')).includes('only outside')),
  async (tree) => assert.notEqual((await tree.stat(at('/door/name'))).size, 'outside!'.length),
  async (tree) => assert.notEqual((await tree.stat(at('/sheet'))).size, 'outside!'.length),
  async (tree) => tree.stat(at('/door/only outside')).then(() => assert.fail('seen')),
  (tree, round) => tree.makeFolder(at(`/door/made ${round}`)),
  (tree, round) => tree.removeFolder(at(`/door/made ${round - 1}`)),
  (tree) => tree.removeFolder(at('/door/empty outside')),
  (tree) => tree.removeFile(at('/door/only outside')),
  (tree, round) => put(tree, `/door/uploaded ${round}`, 'x'),
  (tree) => put(tree, '/door/replaced', 'x'),
  (tree, round) => tree.move(at(`/door/uploaded ${round - 1}`), at('/door/replaced')),
  (tree) => tree.move(at('/door/only outside'), at('/stolen')),
  (tree) => tree.setModified(at('/sheet'), 0),
  (tree) => tree.setModified(at('/door/name'), 0),
  async (tree, round) => {
    await using file = await tree.stageCopy(`copy-${round}`, at('/sheet'), 6);
    const into = Buffer.alloc(6);
    await file.read(into, 0);
    assert.equal(into.toString(), 'inside');
  },
];

test(
  'links that are swapped in and out while they are used never lead outside',
  { skip: process.platform !== 'linux' && 'only Linux confines without a race' },
  async () => {
    await using made = await localHome();
    const { tree, home, outside } = made;
    for (const [folder, content] of [
      [join(home, 'door'), 'inside'],
      [outside, 'outside!'],
    ] as const) {
      mkdirSync(folder, { recursive: true });
      for (const name of ['name', 'replaced']) writeFileSync(join(folder, name), content);
    }
    writeFileSync(join(home, 'sheet'), 'inside');
    writeFileSync(join(outside, 'only outside'), 'outside!');
    mkdirSync(join(outside, 'empty outside'));
    for (const name of readdirSync(outside)) utimesSync(join(outside, name), 1000, 1000);
    const before = snapshot(outside);

    const swapping: Swapping = {
      stop: new SharedArrayBuffer(8),
      swaps: [
        { path: join(home, 'door'), target: outside },
        { path: join(home, 'sheet'), target: join(outside, 'name') },
      ],
    };
    const flags = new Int32Array(swapping.stop);
    const thread = new Worker(new URL('swapping-thread.ts', import.meta.url), {
      workerData: swapping,
    });
    const ended = new Promise<void>((resolve, reject) => {
      thread.once('exit', () => resolve()).once('error', reject);
    });
    let done = 0;
    let refused = 0;
    try {
      const end = performance.now() + MILLISECONDS;
      for (let round = 1; performance.now() < end; round += 1) {
        for (const attempt of ATTEMPTS) {
          try {
            await attempt(tree, round);
            done += 1;
          } catch (error) {
            if (!(error instanceof Failure)) throw error;
            refused += 1;
          }
        }
      }
    } finally {
      Atomics.store(flags, 0, 1);
      await ended;
    }

    assert.deepEqual(snapshot(outside), before);
    assert.ok(!existsSync(join(home, 'stolen')));
    assert.ok(done > 0 && refused > 0 && Atomics.load(flags, 1) > 10, 'there was no race');
  },
);

function snapshot(folder: string): unknown {
  const own = statSync(folder, { bigint: true });
  const inside = readdirSync(folder)
    .toSorted()
    .map((name) => {
      const { mtimeNs, ctimeNs } = statSync(join(folder, name), { bigint: true });
      return [name, mtimeNs, ctimeNs];
    });
  return [own.mtimeNs, own.ctimeNs, inside, readFileSync(join(folder, 'name'), 'utf8')];
}

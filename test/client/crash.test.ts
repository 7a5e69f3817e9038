import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { before, suite, test } from 'node:test';
import { MiB } from '../../src/base/size.ts';
import { type RemoteFacts, TransferFailure } from '../../src/client/index.ts';
import { runDoomed, watchFileSystem } from './doomed.ts';
import { at, PLAIN, STAGED } from './memory-remote.ts';
import { noise, openScene, type Scene } from './scene.ts';

/** More than two checkpoints, and no whole number of pieces. */
const SIZE = 17 * MiB + 777;
const content = noise(SIZE);
/** One that is worth segments. */
const large = noise(33 * MiB);
const old = noise(99, 5);

/** What a dead process leaves behind besides its files: a lock that nobody holds, here by hand. */
async function bury(scene: Scene): Promise<void> {
  await rm(scene.local('a.part.lock'), { force: true });
}

async function openDownload(facts: RemoteFacts, bytes = content): Promise<Scene> {
  const scene = await openScene(facts, {}, 4);
  scene.remote.files.put(at('a'), bytes, 1_000_000);
  await scene.write('a', old);
  return scene;
}

const openLarge = () => openDownload(STAGED, large);
const getWhole = (scene: Scene) => scene.get('a');
const getSegments = (scene: Scene) => scene.get('a', { segments: 2 });

/** How many calls a whole download makes. */
async function countCalls(
  open: () => Promise<Scene>,
  run: (scene: Scene) => Promise<unknown>,
): Promise<number> {
  await using scene = await open();
  const endless = { at: Number.MAX_SAFE_INTEGER, isMade: true, end: 'killed' } as const;
  return (await runDoomed(() => run(scene), endless)).calls;
}

/** The first and the last calls, before and after they are made, and some between. */
function* steps(calls: number): Generator<{ readonly at: number; readonly isMade: boolean }> {
  for (let at = 0; at < calls; at += 1) {
    const matters = at < 6 || at > calls - 18;
    if (matters || at % 5 === 0) yield { at, isMade: true };
    if (matters) yield { at, isMade: false };
  }
}

suite('a process that dies at any step', { concurrency: 4 }, () => {
  before(watchFileSystem);

  for (const [end, facts] of [
    ['killed', PLAIN],
    ['power-cut', STAGED],
  ] as const) {
    test(`a download, ${end}: the same command continues`, async () => {
      const calls = await countCalls(() => openDownload(facts), getWhole);
      assert.ok(calls > 40, `${calls} calls`);
      let resumed = 0;
      for (const step of steps(calls)) {
        await using scene = await openDownload(facts);
        const { isDead } = await runDoomed(() => getWhole(scene), { ...step, end });
        assert.ok(isDead);
        await bury(scene);
        const shown = await scene.read('a');
        assert.ok(shown?.equals(old) || shown?.equals(content), `step ${step.at}`);
        const outcome = await scene.get('a');
        resumed = Math.max(resumed, outcome.wasThere ? 0 : outcome.resumed);
        assert.ok((await scene.read('a'))?.equals(content), `step ${step.at}`);
        const left = (await scene.names()).filter((name) => name !== 'a');
        // Between the rename and the last step, a journal that nobody needs is left.
        const isLeft = outcome.wasThere && left.join() === 'a.part.journal';
        assert.ok(left.length === 0 || isLeft, `step ${step.at}: ${left.join()}`);
      }
      assert.ok(resumed >= 16 * MiB, `at most ${resumed} bytes were kept`);
    });
  }

  test('a download in segments: the same command continues', async () => {
    const calls = await countCalls(openLarge, getSegments);
    for (let step = 10; step < calls; step += 11) {
      await using scene = await openLarge();
      await runDoomed(() => getSegments(scene), { at: step, isMade: true, end: 'power-cut' });
      await bury(scene);
      await getSegments(scene);
      assert.ok((await scene.read('a'))?.equals(large), `step ${step}`);
    }
  });

  for (const facts of [STAGED, PLAIN]) {
    test(`an upload to a server that is ${facts.uploads}: the same command continues`, async () => {
      const size = 3 * MiB + 5;
      const open = async () => {
        const scene = await openScene(facts, {}, 4);
        await scene.write('a', noise(size));
        return scene;
      };
      for (const moved of [0, 0.1, 0.5, 1].map((part) => part * size)) {
        for (const request of ['stat', 'promise', 'write', 'move', 'setModified', 'digest']) {
          await using scene = await open();
          const { promise: abandoned, resolve } = Promise.withResolvers<void>();
          const { promise: silence, reject } = Promise.withResolvers<void>();
          scene.remote.onRequest = (asked) => {
            if (asked !== request || scene.remote.moved < moved) return;
            resolve();
            return silence;
          };
          silence.catch(() => {});
          const first = scene.put('a').catch(() => {});
          await Promise.race([first, abandoned]);
          scene.remote.onRequest = () => {};
          const outcome = await scene.put('a');
          assert.equal(outcome.size, size);
          // Only so that it lets go of its file.
          reject(new TransferFailure('interrupted', 'Gone'));
          await first;
          assert.ok(scene.remote.files.committed(at('a'))?.bytes.equals(noise(size)));
        }
      }
    });
  }
});

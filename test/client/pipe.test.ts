import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MiB } from '../../src/base/size.ts';
import { fails } from './fails.ts';
import { at, PLAIN, STAGED } from './memory-remote.ts';
import { noise, openScene } from './scene.ts';

const SIZE = 3 * MiB + 7;

suite('a download into a stream', () => {
  for (const [what, facts, oddities] of [
    ['a server with digests', STAGED, {}],
    ['a server without', PLAIN, {}],
    ['one that cannot begin in the middle', { ...PLAIN, readsFromOffset: false }, {}],
    ['one that ignores where to begin', PLAIN, { ignoresOffset: true }],
    ['one that tells no sizes', PLAIN, { hidesSizes: true }],
  ] as const) {
    test(`gives each byte once from ${what}, whatever is cut`, async () => {
      await using scene = await openScene(facts, oddities);
      scene.remote.files.put(at('a'), noise(SIZE));
      scene.remote.faults.push({ kind: 'cut', after: 9 }, { kind: 'cut', after: 2 * MiB });
      const chunks: Buffer[] = [];
      const outcome = await scene.pipe('a', async (chunk) => void chunks.push(chunk));
      assert.ok(Buffer.concat(chunks).equals(noise(SIZE)));
      assert.deepEqual([outcome.size, outcome.attempts], [SIZE, 3]);
      assert.equal(outcome.proof.kind, facts === STAGED ? 'digest' : 'size');
    });
  }

  test('ends where the file becomes another: what was given away cannot be taken back', async () => {
    for (const modified of [1000, 90_000]) {
      await using scene = await openScene(PLAIN);
      scene.remote.files.put(at('a'), noise(SIZE), 1000);
      scene.remote.faults.push({ kind: 'cut', after: MiB });
      const change = (): void => scene.remote.files.put(at('a'), noise(SIZE, 1), modified);
      const chunks: Buffer[] = [];
      const write = async (chunk: Buffer): Promise<void> => {
        if (chunks.push(chunk) === 5) change();
      };
      await assert.rejects(scene.pipe('a', write), fails('source-changed'));
      assert.ok(noise(MiB).equals(Buffer.concat(chunks)));
    }
  });

  test('says so when the digest is another', async () => {
    await using scene = await openScene(STAGED);
    scene.remote.files.put(at('a'), noise(SIZE));
    scene.remote.corrupt = (bytes) => (bytes[0] = 1);
    await assert.rejects(
      scene.pipe('a', () => Promise.resolve()),
      fails('verification-failed'),
    );
  });

  test('waits for whoever takes the bytes', async () => {
    await using scene = await openScene(STAGED);
    scene.remote.files.put(at('a'), noise(SIZE));
    let isBusy = false;
    await scene.pipe('a', async () => {
      assert.ok(!isBusy);
      isBusy = true;
      await new Promise(setImmediate);
      isBusy = false;
    });
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Item, TransferFailure, transferAll } from '../../src/client/index.ts';
import { at, STAGED } from './memory-remote.ts';
import { noise, openScene, type Scene } from './scene.ts';

const COUNT = 40;

async function items(scene: Scene): Promise<Item[]> {
  const options = { clock: scene.clock };
  const all: Item[] = [];
  for (let index = 0; index < COUNT; index += 1) {
    const [down, up] = [`down${index}`, `up${index}`];
    scene.remote.files.put(at(down), noise(index * 100, index));
    all.push({ kind: 'download', path: at(down), target: scene.local(down), options });
    await scene.write(up, noise(index * 50, index + COUNT));
    all.push({ kind: 'upload', source: scene.local(up), path: at(up), options });
  }
  return all;
}

suite('many transfers', () => {
  test('run over few connections, and each is reported in its place', async () => {
    await using scene = await openScene(STAGED, {}, 3);
    const all = await items(scene);
    let ended = 0;
    const onEnd = (): void => void (ended += 1);
    const results = await transferAll(scene.pool, all, { parallel: 4, onEnd });
    assert.deepEqual(
      results.map(({ item }) => item),
      all,
    );
    assert.ok(results.every((result) => 'outcome' in result));
    assert.deepEqual([ended, scene.remote.logins], [2 * COUNT, 3]);
    assert.ok((await scene.read('down7'))?.equals(noise(700, 7)));
    assert.ok(scene.remote.files.committed(at('up9'))?.bytes.equals(noise(450, 49)));
  });

  test('one that fails does not stop the others', async () => {
    await using scene = await openScene(STAGED, {}, 2);
    const all = await items(scene);
    scene.remote.files.remove(at('down3'));
    const results = await transferAll(scene.pool, all, { parallel: 2 });
    const failed = results.flatMap((result) => ('failure' in result ? [result.failure.code] : []));
    assert.deepEqual(failed, ['not-found']);
  });

  test('what would fail for all is tried once', async () => {
    await using scene = await openScene(STAGED, {}, 1);
    const all = await items(scene);
    let tries = 0;
    scene.remote.onRequest = () => {
      tries += 1;
      throw new TransferFailure('login-refused', 'Not you');
    };
    const results = await transferAll(scene.pool, all);
    assert.ok(
      results.every((result) => 'failure' in result && result.failure.code === 'login-refused'),
    );
    assert.deepEqual([results.length, tries], [2 * COUNT, 1]);
  });

  test('an abort ends all of them', async () => {
    await using scene = await openScene(STAGED, {}, 2);
    const all = await items(scene);
    const abort = new AbortController();
    let ended = 0;
    const onEnd = (): void => {
      ended += 1;
      if (ended === 5) abort.abort();
    };
    const { signal } = abort;
    const results = await transferAll(scene.pool, all, { parallel: 2, signal, onEnd });
    const done = results.filter((result) => 'outcome' in result).length;
    assert.ok(done >= 5 && done <= 6, `${done}`);
  });
});

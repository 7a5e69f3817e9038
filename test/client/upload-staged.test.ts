import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { upload } from '../../src/client/index.ts';
import { KiB, MiB } from '../../src/base/size.ts';
import { at, STAGED } from './memory-remote.ts';
import { noise, openScene, type Scene } from './scene.ts';
import { fails } from './fails.ts';

const SIZE = 5 * MiB + 12_345;
/** More than what is promised without a reason. */
const LARGE = 65 * MiB + 3;
const UNPROMISED = { ...STAGED, takesPromises: false };
const MUTE = { ...STAGED, takesPromises: false, digests: [], digestsRanges: false };

function stored(scene: Scene): Buffer | undefined {
  return scene.remote.files.committed(at('a'))?.bytes;
}

suite('uploads to a server that stages them', () => {
  for (const [what, facts, size, proof] of [
    ['a small one, promised', STAGED, SIZE, 'digest'],
    ['a large one, hashed on its way', STAGED, LARGE, 'digest'],
    ['without promises', UNPROMISED, SIZE, 'digest'],
    ['without digests', MUTE, SIZE, 'size'],
    ['an empty one', STAGED, 0, 'digest'],
    ['one of a byte', STAGED, 1, 'digest'],
  ] as const) {
    test(`a file arrives: ${what}`, async () => {
      await using scene = await openScene(facts);
      await scene.write('a', noise(size));
      const outcome = await scene.put('a');
      assert.deepEqual(
        [outcome.size, outcome.moved, outcome.resumed, outcome.proof.kind],
        [size, size, 0, proof],
      );
      assert.ok(stored(scene)?.equals(noise(size)));
    });

    test(`a cut one goes on from another process: ${what}`, async () => {
      await using scene = await openScene(facts);
      await scene.write('a', noise(size));
      scene.remote.faults.push({ kind: 'cut', after: Math.floor(size * 0.7) });
      await assert.rejects(scene.put('a', { retries: 0 }), fails('gave-up'));
      assert.equal(stored(scene), undefined);
      const outcome = await scene.put('a');
      const canProve = facts !== MUTE;
      const kept = canProve ? Math.max(0, Math.floor(size * 0.7) - 1) : 0;
      assert.ok(outcome.resumed >= kept, `${outcome.resumed}`);
      assert.equal(outcome.resumed + outcome.moved, size);
      assert.ok(stored(scene)?.equals(noise(size)));
    });

    test(`the lost confirmation of a complete one is no failure: ${what}`, async () => {
      await using scene = await openScene(facts);
      await scene.write('a', noise(size));
      scene.remote.faults.push({ kind: 'reply-lost' });
      const outcome = await scene
        .put('a', { overwrite: 'refuse' })
        .catch((error: unknown) => error);
      // Without digests nobody can tell that the file there is ours.
      if (facts === MUTE) assert.ok(fails('already-exists')(outcome));
      else assert.ok(!(outcome instanceof Error), String(outcome));
      assert.ok(stored(scene)?.equals(noise(size)));
    });
  }

  test('the time of the file is set, unless it is not wanted', async () => {
    await using scene = await openScene(STAGED);
    await scene.write('a', noise(9));
    await scene.put('a');
    const set = scene.remote.files.committed(at('a'))?.modified;
    assert.notEqual(set, 1_700_000_000_000);
    await scene.write('a', noise(10));
    await scene.put('a', { setTimes: false });
    assert.equal(scene.remote.files.committed(at('a'))?.modified, 1_700_000_000_000);
  });

  test('what the server has under any name is not sent', async () => {
    await using scene = await openScene(STAGED);
    await scene.write('a', noise(SIZE));
    scene.remote.files.put(at('other'), noise(SIZE));
    const outcome = await scene.put('a');
    assert.deepEqual([outcome.wasThere, outcome.moved], [true, 0]);
    assert.ok(stored(scene)?.equals(noise(SIZE)));
  });

  test('what the server has under this name is not sent, though it takes no promises', async () => {
    await using scene = await openScene(UNPROMISED);
    await scene.write('a', noise(SIZE));
    scene.remote.files.put(at('a'), noise(SIZE));
    assert.equal((await scene.put('a')).wasThere, true);
  });

  test('a cut replacement of a large file goes on, too, and the old one stays until then', async () => {
    await using scene = await openScene(STAGED);
    await scene.write('a', noise(LARGE));
    scene.remote.files.put(at('a'), noise(LARGE, 1));
    scene.remote.faults.push({ kind: 'cut', after: LARGE - 1000 });
    await assert.rejects(scene.put('a', { retries: 0 }), fails('gave-up'));
    assert.ok(stored(scene)?.equals(noise(LARGE, 1)));
    const outcome = await scene.put('a');
    assert.deepEqual([outcome.resumed, outcome.moved], [LARGE - 1000, 1000]);
    assert.ok(stored(scene)?.equals(noise(LARGE)));
  });

  test('a replacement of the same size whose last byte has come, and no more, is completed', async () => {
    await using scene = await openScene(STAGED);
    await scene.write('a', noise(SIZE));
    scene.remote.files.put(at('a'), noise(SIZE, 1));
    scene.remote.faults.push({ kind: 'cut', after: SIZE });
    await assert.rejects(scene.put('a', { retries: 0 }), fails('gave-up'));
    const outcome = await scene.put('a');
    assert.deepEqual([outcome.resumed, outcome.moved], [SIZE - 1, 1]);
    assert.ok(stored(scene)?.equals(noise(SIZE)));
  });

  for (const size of [SIZE, LARGE]) {
    test(`what somebody else has begun under this name is dropped, of ${size} bytes`, async () => {
      await using scene = await openScene(STAGED);
      await scene.write('a', noise(size));
      scene.remote.files.leave(at('a'), noise(MiB, 3));
      const outcome = await scene.put('a');
      assert.deepEqual([outcome.resumed, outcome.moved], [0, size]);
      assert.ok(stored(scene)?.equals(noise(size)));
    });
  }

  test('an unfinished upload that cannot be proven goes on under a promise', async () => {
    for (const seed of [0, 3]) {
      await using scene = await openScene({ ...STAGED, digestsRanges: false });
      await scene.write('a', noise(LARGE));
      scene.remote.files.leave(at('a'), noise(64 * MiB, seed));
      const outcome = await scene.put('a');
      assert.equal(outcome.moved, LARGE - 64 * MiB + 1 + (seed === 0 ? 0 : LARGE));
      assert.ok(stored(scene)?.equals(noise(LARGE)));
    }
  });

  test('one that cannot be proven by anything is begun anew, or trusted', async () => {
    for (const resume of ['auto', 'trust'] as const) {
      await using scene = await openScene(MUTE);
      await scene.write('a', noise(SIZE));
      scene.remote.files.leave(at('a'), noise(MiB + 1));
      const outcome = await scene.put('a', { resume });
      assert.equal(outcome.resumed, resume === 'trust' ? MiB : 0);
      assert.ok(stored(scene)?.equals(noise(SIZE)));
    }
  });

  test('one longer than the file is dropped', async () => {
    await using scene = await openScene(UNPROMISED);
    await scene.write('a', noise(SIZE));
    scene.remote.files.leave(at('a'), noise(SIZE + 9));
    assert.equal((await scene.put('a')).resumed, 0);
    assert.ok(stored(scene)?.equals(noise(SIZE)));
  });

  test('resume never sends all', async () => {
    await using scene = await openScene(STAGED);
    await scene.write('a', noise(SIZE));
    scene.remote.files.put(at('b'), noise(SIZE));
    const outcome = await scene.put('a', { resume: 'never' });
    assert.deepEqual([outcome.moved, outcome.proof.kind], [SIZE, 'digest']);
  });

  test('resume never goes on with what it has sent itself', async () => {
    await using scene = await openScene(STAGED);
    await scene.write('a', noise(SIZE));
    scene.remote.files.leave(at('a'), noise(MiB));
    scene.remote.faults.push({ kind: 'cut', after: 3 * MiB }, { kind: 'reply-lost' });
    const outcome = await scene.put('a', { resume: 'never' });
    assert.deepEqual([outcome.resumed, outcome.moved], [0, SIZE]);
    assert.ok(stored(scene)?.equals(noise(SIZE)));
  });

  test('what is spoilt on its way is never shown, and sent once more', async () => {
    await using scene = await openScene(STAGED);
    await scene.write('a', noise(SIZE));
    scene.remote.files.put(at('a'), noise(9));
    scene.remote.corrupt = (bytes) => (bytes[3] = 7);
    await assert.rejects(scene.put('a'), fails('refused', 'verification-failed'));
    assert.ok(stored(scene)?.equals(noise(9)));
  });

  test('without a promise it is found out afterwards, and sent once more', async () => {
    await using scene = await openScene(UNPROMISED);
    await scene.write('a', noise(SIZE));
    scene.remote.corrupt = (bytes) => {
      bytes[3] = 7;
      scene.remote.corrupt = () => {};
    };
    assert.equal((await scene.put('a')).moved, 2 * SIZE);
    assert.ok(stored(scene)?.equals(noise(SIZE)));
  });

  for (const facts of [STAGED, UNPROMISED]) {
    test(`a source that grows while it is sent is sent anew${facts === STAGED ? '' : ', unpromised'}`, async () => {
      await using scene = await openScene(facts);
      const source = await scene.write('a', noise(SIZE));
      scene.remote.onMoved = () => {
        if (scene.remote.moved < 3 * MiB) return;
        scene.remote.onMoved = () => {};
        appendFileSync(source, 'more');
      };
      const outcome = await scene.put('a');
      assert.equal(outcome.size, SIZE + 4);
      assert.ok(stored(scene)?.equals(Buffer.concat([noise(SIZE), Buffer.from('more')])));
    });
  }

  test('a source that never stops changing is given up, and nothing of it is shown', async () => {
    await using scene = await openScene(STAGED);
    const source = await scene.write('a', noise(SIZE));
    scene.remote.onMoved = () => appendFileSync(source, 'more');
    await assert.rejects(scene.put('a'), fails('source-changed'));
    assert.equal(stored(scene), undefined);
  });

  test('an account that may only write sends small files with a promise and large ones without proof', async () => {
    await using scene = await openScene(STAGED, { isDropBox: true });
    await scene.write('a', noise(SIZE));
    assert.equal((await scene.put('a')).proof.kind, 'digest');
    await scene.write('a', noise(LARGE));
    scene.remote.files.remove(at('a'));
    assert.equal((await scene.put('a')).proof.kind, 'size');
    await scene.write('a', noise(LARGE, 2));
    assert.equal((await scene.put('a', { requireVerify: true })).proof.kind, 'digest');
  });

  test('what may not be replaced, is no file, or is not there', async () => {
    await using scene = await openScene(STAGED);
    await assert.rejects(scene.put('a'), fails('local-failed'));
    await scene.write('a', noise(SIZE));
    scene.remote.files.put(at('a'), noise(9));
    await assert.rejects(scene.put('a', { overwrite: 'refuse' }), fails('already-exists'));
    await assert.rejects(upload(scene.pool, scene.local('.'), at('a')), fails('local-failed'));
    assert.ok(stored(scene)?.equals(noise(9)));
  });

  test('an abort keeps what the server has', async () => {
    await using scene = await openScene(STAGED);
    await scene.write('a', noise(SIZE));
    const abort = new AbortController();
    scene.remote.onMoved = () => {
      if (scene.remote.moved > 3 * MiB) abort.abort();
    };
    await assert.rejects(scene.put('a', { signal: abort.signal }), fails('interrupted'));
    scene.remote.onMoved = () => {};
    assert.ok((await scene.put('a')).resumed > 3 * MiB - 64 * KiB);
  });

  test('a stream arrives, survives cuts, and has a bound', async () => {
    await using scene = await openScene(STAGED);
    const bytes = noise(SIZE);
    async function* stream(): AsyncGenerator<Buffer> {
      yield bytes.subarray(0, 1000);
      yield bytes.subarray(1000, MiB);
      yield bytes.subarray(MiB);
    }
    scene.remote.faults.push({ kind: 'cut', after: MiB });
    const { clock } = scene;
    const outcome = await upload(scene.pool, stream(), at('a'), { clock });
    assert.deepEqual([outcome.size, outcome.attempts], [SIZE, 2]);
    assert.ok(stored(scene)?.equals(noise(SIZE)));
    const spool = { folder: scene.local('.'), maxBytes: MiB };
    await assert.rejects(
      upload(scene.pool, stream(), at('b'), { spool, clock }),
      fails('unsupported'),
    );
    assert.deepEqual(await scene.names(), []);
  });
});

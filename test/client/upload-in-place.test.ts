import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { MiB } from '../../src/base/size.ts';
import { SourceFile } from '../../src/client/local/source-file.ts';
import { TransferFailure } from '../../src/client/index.ts';
import { fingerprint, partialPath } from '../../src/client/transfer/upload/partial-name.ts';
import { fails } from './fails.ts';
import { at, PLAIN } from './memory-remote.ts';
import { noise, openScene, type Scene } from './scene.ts';

const SIZE = 5 * MiB + 12_345;
const DIGESTS = { ...PLAIN, digests: ['sha-1', 'md5'] as const };
const BACKWARD = { ...PLAIN, readsFromOffset: false };

function stored(scene: Scene): Buffer | undefined {
  return scene.remote.files.committed(at('a'))?.bytes;
}

/** Under which name the file is received. */
async function partial(scene: Scene): Promise<ReturnType<typeof at>> {
  await using file = await SourceFile.open(scene.local('a'));
  return partialPath(at('a'), await fingerprint(file, new AbortController().signal));
}

suite('uploads to a server that writes in place', () => {
  for (const [what, facts, verify, proof] of [
    ['with digests', DIGESTS, 'auto', 'digest'],
    ['without', PLAIN, 'auto', 'size'],
    ['without, read back', PLAIN, 'full', 'read-back'],
    ['without, read back from the beginning', BACKWARD, 'full', 'read-back'],
    ['with digests that are not wanted', DIGESTS, 'size', 'size'],
  ] as const) {
    for (const size of [0, 1, SIZE]) {
      test(`a file of ${size} bytes arrives under its name when it is whole: ${what}`, async () => {
        await using scene = await openScene(facts);
        await scene.write('a', noise(size));
        scene.remote.files.put(at('a'), noise(9));
        scene.remote.onMoved = () => assert.ok(stored(scene)?.equals(noise(9)));
        const outcome = await scene.put('a', { verify });
        assert.deepEqual([outcome.size, outcome.proof.kind], [size, proof]);
        assert.ok(stored(scene)?.equals(noise(size)));
        assert.deepEqual(scene.remote.files.paths(), ['/a']);
      });
    }

    test(`a cut one goes on from another process: ${what}`, async () => {
      await using scene = await openScene(facts);
      await scene.write('a', noise(SIZE));
      scene.remote.faults.push({ kind: 'cut', after: 3 * MiB });
      await assert.rejects(scene.put('a', { retries: 0 }), fails('gave-up'));
      const outcome = await scene.put('a', { verify });
      assert.equal(outcome.resumed, 3 * MiB);
      assert.ok(stored(scene)?.equals(noise(SIZE)));
      assert.deepEqual(scene.remote.files.paths(), ['/a']);
    });

    test(`what cannot be the beginning of the file is dropped: ${what}`, async () => {
      await using scene = await openScene(facts);
      await scene.write('a', noise(SIZE));
      for (const left of [noise(3 * MiB, 4), noise(SIZE + 1), noise(SIZE, 4)]) {
        scene.remote.files.put(await partial(scene), left);
        const outcome = await scene.put('a', { verify });
        assert.equal(outcome.resumed, outcome.wasThere ? SIZE : 0);
        assert.ok(stored(scene)?.equals(noise(SIZE)));
      }
    });
  }

  test('a lost confirmation is no failure, and nothing is sent again', async () => {
    await using scene = await openScene(DIGESTS);
    await scene.write('a', noise(SIZE));
    scene.remote.faults.push({ kind: 'reply-lost' });
    assert.equal((await scene.put('a')).moved, SIZE);
  });

  for (const facts of [PLAIN, DIGESTS]) {
    test('nor is a move of which nobody hears that it was made', async () => {
      await using scene = await openScene(facts);
      await scene.write('a', noise(SIZE));
      scene.remote.files.put(at('a'), noise(SIZE, 1));
      let isLost = false;
      scene.remote.onRequest = (request) => {
        if (request !== 'move' || isLost) return;
        isLost = true;
        for (const path of scene.remote.files.paths()) {
          if (path !== at('a')) scene.remote.files.move(path, at('a'));
        }
        throw new TransferFailure('connection-lost', 'Lost');
      };
      const outcome = await scene.put('a');
      assert.deepEqual([outcome.moved, outcome.wasThere], [SIZE, false]);
      assert.ok(stored(scene)?.equals(noise(SIZE)));
    });
  }

  test('a partial that is spoilt is found by its end, in the middle, or by the digest', async () => {
    for (const where of [10, Math.floor(MiB / 2) + 100, 3 * MiB - 9]) {
      await using scene = await openScene(where < MiB && where > 10 ? DIGESTS : PLAIN);
      await scene.write('a', noise(SIZE));
      const left = noise(3 * MiB);
      left[where] = (left[where] ?? 0) ^ 1;
      scene.remote.files.put(await partial(scene), left);
      assert.equal((await scene.put('a')).resumed, 0);
      assert.ok(stored(scene)?.equals(noise(SIZE)));
    }
  });

  test('what cannot be read at all is begun anew, or trusted', async () => {
    for (const resume of ['auto', 'trust', 'never'] as const) {
      await using scene = await openScene(PLAIN, { isDropBox: true });
      await scene.write('a', noise(SIZE));
      scene.remote.files.put(await partial(scene), noise(3 * MiB));
      const outcome = await scene.put('a', { resume });
      assert.equal(outcome.resumed, resume === 'trust' ? 3 * MiB : 0);
      assert.ok(stored(scene)?.equals(noise(SIZE)));
    }
  });

  test('resume never goes on with what it has sent itself', async () => {
    await using scene = await openScene(DIGESTS);
    await scene.write('a', noise(SIZE));
    scene.remote.files.put(await partial(scene), noise(MiB));
    scene.remote.faults.push({ kind: 'cut', after: 3 * MiB }, { kind: 'reply-lost' });
    const outcome = await scene.put('a', { resume: 'never' });
    assert.deepEqual([outcome.resumed, outcome.moved], [0, SIZE]);
    assert.ok(stored(scene)?.equals(noise(SIZE)));
  });

  test('one that still grows for a while is waited for', async () => {
    await using scene = await openScene(PLAIN);
    await scene.write('a', noise(SIZE));
    const path = await partial(scene);
    scene.remote.files.put(path, noise(MiB));
    let looks = 0;
    scene.remote.onRequest = (request, asked) => {
      if (request !== 'stat' || asked !== path) return;
      looks += 1;
      if (looks === 2) scene.remote.files.put(path, noise(2 * MiB));
    };
    assert.equal((await scene.put('a')).resumed, 2 * MiB);
  });

  test('one that never stops growing is left to whoever writes it', async () => {
    await using scene = await openScene(PLAIN);
    await scene.write('a', noise(SIZE));
    const path = await partial(scene);
    let grown = MiB;
    scene.remote.files.put(path, noise(grown));
    scene.remote.onRequest = (request, asked) => {
      if (request !== 'stat' || asked !== path) return;
      grown += 1000;
      scene.remote.files.put(path, noise(grown));
    };
    assert.equal((await scene.put('a')).resumed, 0);
    assert.ok(stored(scene)?.equals(noise(SIZE)));
    assert.deepEqual(scene.remote.files.paths().toSorted(), [path, at('a')].toSorted());
  });

  test('somebody who writes into it is found by its size', async () => {
    await using scene = await openScene(PLAIN);
    await scene.write('a', noise(SIZE));
    const path = await partial(scene);
    scene.remote.onRequest = (request, asked) => {
      const there = scene.remote.files.committed(path)?.bytes;
      if (request !== 'stat' || asked !== path || !there) return;
      scene.remote.onRequest = () => {};
      scene.remote.files.put(path, Buffer.concat([there, noise(10)]));
    };
    assert.equal((await scene.put('a')).moved, 2 * SIZE);
    assert.ok(stored(scene)?.equals(noise(SIZE)));
  });

  test('a server that replaces nothing: the old one is moved aside, and back if that fails', async () => {
    await using scene = await openScene(PLAIN, { keepsTargets: true });
    await scene.write('a', noise(SIZE));
    scene.remote.files.put(at('a'), noise(9));
    let moves = 0;
    scene.remote.onRequest = (request) => {
      if (request !== 'move') return;
      moves += 1;
      if (moves === 3) throw new TransferFailure('refused', 'Not now');
    };
    await assert.rejects(scene.put('a'), fails('refused'));
    assert.ok(stored(scene)?.equals(noise(9)));
    await scene.put('a');
    assert.ok(stored(scene)?.equals(noise(SIZE)));
    assert.deepEqual(scene.remote.files.paths(), ['/a']);
  });

  test('one that is lost while the old one is aside: the same command ends it', async () => {
    await using scene = await openScene(PLAIN, { keepsTargets: true });
    await scene.write('a', noise(SIZE));
    scene.remote.files.put(at('a'), noise(9));
    let moves = 0;
    scene.remote.onRequest = (request) => {
      if (request !== 'move') return;
      moves += 1;
      if (moves === 3) throw new TransferFailure('connection-lost', 'Lost');
    };
    await scene.put('a');
    assert.ok(stored(scene)?.equals(noise(SIZE)));
    assert.deepEqual(scene.remote.files.paths(), ['/a']);
  });

  test('what is there already is not sent, where it can be proven', async () => {
    for (const facts of [PLAIN, DIGESTS]) {
      await using scene = await openScene(facts);
      await scene.write('a', noise(SIZE));
      scene.remote.files.put(at('a'), noise(SIZE));
      assert.equal((await scene.put('a')).moved, facts === PLAIN ? SIZE : 0);
    }
  });

  test('what may not be replaced is not, also if it comes at the last moment', async () => {
    await using scene = await openScene(PLAIN);
    await scene.write('a', noise(SIZE));
    scene.remote.onMoved = () => scene.remote.files.put(at('a'), noise(9));
    await assert.rejects(scene.put('a', { overwrite: 'refuse' }), fails('already-exists'));
    await assert.rejects(scene.put('a', { overwrite: 'refuse' }), fails('already-exists'));
    assert.ok(stored(scene)?.equals(noise(9)));
  });

  test('a proof that is asked for and cannot be had: nothing gets the name', async () => {
    await using scene = await openScene(PLAIN);
    await scene.write('a', noise(SIZE));
    await assert.rejects(scene.put('a', { requireVerify: true }), fails('proof-missing'));
    assert.equal(stored(scene), undefined);
    const outcome = await scene.put('a', { requireVerify: true, verify: 'full' });
    assert.equal(outcome.resumed, SIZE);
  });

  test('in place, if the user wants it: from what is there, where that is the beginning', async () => {
    for (const [left, resumed] of [
      [noise(3 * MiB), 3 * MiB],
      [noise(SIZE, 1), 0],
      [noise(SIZE + 5), 0],
    ] as const) {
      await using scene = await openScene(PLAIN);
      await scene.write('a', noise(SIZE));
      scene.remote.files.put(at('a'), left);
      assert.equal((await scene.put('a', { inPlace: true })).resumed, resumed);
      assert.ok(stored(scene)?.equals(noise(SIZE)));
      assert.deepEqual(scene.remote.files.paths(), ['/a']);
    }
  });

  test('a source that changes while it is sent is sent anew, and leaves no mixture', async () => {
    await using scene = await openScene(PLAIN);
    const source = await scene.write('a', noise(SIZE));
    scene.remote.onMoved = () => {
      if (scene.remote.moved < 3 * MiB) return;
      scene.remote.onMoved = () => {};
      appendFileSync(source, 'more');
    };
    await scene.put('a');
    assert.ok(stored(scene)?.equals(Buffer.concat([noise(SIZE), Buffer.from('more')])));
    assert.deepEqual(scene.remote.files.paths(), ['/a']);
  });

  test('a server that tells no sizes', async () => {
    await using scene = await openScene(PLAIN, { hidesSizes: true });
    await scene.write('a', noise(SIZE));
    scene.remote.faults.push({ kind: 'cut', after: MiB });
    assert.equal((await scene.put('a')).attempts, 2);
    assert.ok(stored(scene)?.equals(noise(SIZE)));
  });

  test('a name as long as names can be', async () => {
    await using scene = await openScene(PLAIN);
    const name = 'é'.repeat(127);
    await scene.write(name, noise(10));
    scene.remote.onRequest = (_, path) => assert.ok(Buffer.byteLength(path) <= 256, path);
    await scene.put(name);
  });
});

import assert from 'node:assert/strict';
import { appendFile, mkdir, stat, truncate, writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { KiB, MiB } from '../../src/base/size.ts';
import { at, PLAIN, STAGED } from './memory-remote.ts';
import { fails } from './fails.ts';
import { noise, openScene, type Scene } from './scene.ts';

const SIZE = 5 * MiB + 12_345;
const DIGESTS = { ...PLAIN, digests: ['sha-256'] as const, digestsRanges: true };

/** Leaves a part of `bytes` on this side, as a transfer does that was cut. */
async function leavePart(scene: Scene, bytes: number): Promise<void> {
  scene.remote.faults.push({ kind: 'cut', after: bytes });
  await assert.rejects(scene.get('a', { retries: 0 }), { code: 'gave-up' });
}

suite('downloads', () => {
  test('a file arrives, is proven by digest, has its time, and leaves nothing beside it', async () => {
    await using scene = await openScene(STAGED);
    scene.remote.files.put(at('a'), noise(SIZE), 1_600_000_000_000);
    const outcome = await scene.get('a');
    assert.deepEqual(outcome, {
      size: SIZE,
      resumed: 0,
      moved: SIZE,
      attempts: 1,
      proof: { kind: 'digest', algorithm: 'sha-256' },
      wasThere: false,
    });
    assert.ok((await scene.read('a'))?.equals(noise(SIZE)));
    assert.equal((await stat(scene.local('a'))).mtimeMs, 1_600_000_000_000);
    assert.deepEqual(await scene.names(), ['a']);
  });

  test('an empty file and one of a byte arrive', async () => {
    await using scene = await openScene(PLAIN);
    for (const size of [0, 1]) {
      scene.remote.files.put(at('a'), noise(size));
      assert.equal((await scene.get('a')).size, size);
      assert.ok((await scene.read('a'))?.equals(noise(size)));
    }
    assert.deepEqual(await scene.names(), ['a']);
  });

  test('the phases are told in order, and the bytes add up', async () => {
    await using scene = await openScene(STAGED);
    scene.remote.files.put(at('a'), noise(SIZE));
    await scene.get('a');
    const phases = scene.events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []));
    assert.deepEqual(phases, ['connecting', 'checking', 'transferring', 'verifying', 'committing']);
    const moved = scene.events.map((event) => (event.kind === 'moved' ? event.bytes : 0));
    assert.equal(
      moved.reduce((sum, bytes) => sum + bytes, 0),
      SIZE,
    );
  });

  test('the same command goes on where another process was cut, and says so', async () => {
    await using scene = await openScene(STAGED);
    scene.remote.files.put(at('a'), noise(SIZE));
    await leavePart(scene, 3 * MiB + 100);
    const { resumed, moved } = await scene.get('a');
    assert.equal(resumed, 3 * MiB + 100);
    assert.ok(moved < SIZE - 3 * MiB + 70 * KiB, `${moved}`);
    assert.ok((await scene.read('a'))?.equals(noise(SIZE)));
    assert.deepEqual(await scene.names(), ['a']);
  });

  test('the old file stays until the new one is whole', async () => {
    await using scene = await openScene(STAGED);
    await scene.write('a', noise(99, 7));
    scene.remote.files.put(at('a'), noise(SIZE));
    await leavePart(scene, MiB);
    assert.ok((await scene.read('a'))?.equals(noise(99, 7)));
    await scene.get('a');
    assert.ok((await scene.read('a'))?.equals(noise(SIZE)));
  });

  test('what is here already is proven and not fetched; equal size alone proves nothing', async () => {
    await using scene = await openScene(STAGED);
    scene.remote.files.put(at('a'), noise(SIZE));
    await scene.write('a', noise(SIZE));
    const there = await scene.get('a');
    assert.deepEqual([there.wasThere, there.moved], [true, 0]);
    await scene.write('a', noise(SIZE, 1));
    assert.equal((await scene.get('a')).moved, SIZE);
    assert.ok((await scene.read('a'))?.equals(noise(SIZE)));
  });

  test('without digests, the same file is fetched again, and called size only', async () => {
    await using scene = await openScene(PLAIN);
    scene.remote.files.put(at('a'), noise(SIZE));
    await scene.write('a', noise(SIZE));
    assert.deepEqual((await scene.get('a')).proof, { kind: 'size' });
  });

  test('verify full reads back where there is no digest', async () => {
    await using scene = await openScene(PLAIN);
    scene.remote.files.put(at('a'), noise(SIZE));
    const outcome = await scene.get('a', { verify: 'full' });
    assert.deepEqual([outcome.proof.kind, outcome.moved], ['read-back', 2 * SIZE]);
  });

  test('a proof that is asked for and cannot be had is a failure, and the part stays', async () => {
    await using scene = await openScene(PLAIN);
    scene.remote.files.put(at('a'), noise(SIZE));
    await assert.rejects(scene.get('a', { requireVerify: true }), fails('proof-missing'));
    assert.deepEqual(await scene.names(), ['a.part', 'a.part.journal']);
    const outcome = await scene.get('a', { requireVerify: true, verify: 'full' });
    assert.deepEqual([outcome.proof.kind, outcome.resumed], ['read-back', SIZE]);
  });

  test('what is not there, or is not to be replaced, fails at once', async () => {
    await using scene = await openScene(STAGED);
    await assert.rejects(scene.get('a'), fails('not-found'));
    scene.remote.files.put(at('a'), noise(9));
    await scene.write('a', noise(3));
    await assert.rejects(scene.get('a', { overwrite: 'refuse' }), fails('already-exists'));
    scene.remote.files.leave(at('b'), noise(9));
    await assert.rejects(scene.get('b'), fails('refused'));
    assert.deepEqual(await scene.names(), ['a']);
  });

  test('a file that comes while another is fetched is not replaced, if none is to be', async () => {
    await using scene = await openScene(STAGED);
    scene.remote.files.put(at('a'), noise(SIZE));
    let isWritten = Promise.resolve('');
    scene.remote.onMoved = () => void (isWritten = scene.write('a', noise(3)));
    await assert.rejects(scene.get('a', { overwrite: 'refuse' }), fails('already-exists'));
    await isWritten;
    assert.ok((await scene.read('a'))?.equals(noise(3)));
  });

  test('a folder is never replaced', async () => {
    await using scene = await openScene(STAGED);
    scene.remote.files.put(at('a'), noise(9));
    await mkdir(scene.local('a'));
    await assert.rejects(scene.get('a'), fails('local-failed'));
  });

  test('a name as long as names can be has room for its part', async () => {
    await using scene = await openScene(STAGED);
    const name = 'é'.repeat(127);
    scene.remote.files.put(at(name), noise(SIZE));
    await scene.get(name);
    assert.deepEqual(await scene.names(), [name]);
  });

  test('a listener hears of each retry, and the budget ends it', async () => {
    await using scene = await openScene(STAGED);
    scene.remote.files.put(at('a'), noise(SIZE));
    for (let cut = 0; cut < 9; cut += 1) scene.remote.faults.push({ kind: 'cut', after: 100 });
    await assert.rejects(scene.get('a', { retries: 3 }), fails('gave-up'));
    const retries = scene.events.flatMap((event) =>
      event.kind === 'retry' ? [[event.attempt, event.of]] : [],
    );
    assert.deepEqual(retries, [
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  test('progress fills the budget again', async () => {
    await using scene = await openScene(STAGED);
    scene.remote.files.put(at('a'), noise(SIZE));
    for (let cut = 0; cut < 4; cut += 1) {
      scene.remote.faults.push({ kind: 'cut', after: MiB + 64 * KiB });
    }
    const outcome = await scene.get('a', { retries: 1 });
    assert.equal(outcome.attempts, 5);
    assert.equal(outcome.resumed, 0);
  });

  test('an abort stops at once and keeps what has come', async () => {
    await using scene = await openScene(STAGED);
    scene.remote.files.put(at('a'), noise(SIZE));
    const abort = new AbortController();
    scene.remote.onMoved = () => {
      if (scene.remote.moved > 3 * MiB) abort.abort();
    };
    await assert.rejects(scene.get('a', { signal: abort.signal }), fails('interrupted'));
    scene.remote.onMoved = () => {};
    const { resumed } = await scene.get('a');
    assert.ok(resumed >= 3 * MiB, `${resumed}`);
    assert.ok((await scene.read('a'))?.equals(noise(SIZE)));
  });

  test('an abort before anything leaves nothing', async () => {
    await using scene = await openScene(STAGED);
    scene.remote.files.put(at('a'), noise(SIZE));
    await assert.rejects(scene.get('a', { signal: AbortSignal.abort() }), fails('interrupted'));
    assert.deepEqual([await scene.names(), scene.remote.logins], [[], 0]);
  });
});

suite('downloads that meet what another attempt has left', () => {
  test('a part of another version is dropped, though its size is the same', async () => {
    await using scene = await openScene(PLAIN);
    scene.remote.files.put(at('a'), noise(SIZE, 1), 1000);
    await leavePart(scene, 3 * MiB);
    scene.remote.files.put(at('a'), noise(SIZE, 2), 9000);
    const { resumed } = await scene.get('a');
    assert.equal(resumed, 0);
    assert.ok((await scene.read('a'))?.equals(noise(SIZE, 2)));
  });

  test('a version that shows no difference is found out by the overlap', async () => {
    await using scene = await openScene(PLAIN);
    scene.remote.files.put(at('a'), noise(SIZE, 1), 1000);
    await leavePart(scene, 3 * MiB);
    scene.remote.files.put(at('a'), noise(SIZE, 2), 1000);
    await scene.get('a');
    assert.ok((await scene.read('a'))?.equals(noise(SIZE, 2)));
  });

  test('a difference far from the seam is found out by the digest', async () => {
    await using scene = await openScene(DIGESTS);
    const other = noise(SIZE);
    other[5] = (other[5] ?? 0) ^ 1;
    scene.remote.files.put(at('a'), noise(SIZE), 1000);
    await leavePart(scene, 3 * MiB);
    scene.remote.files.put(at('a'), other, 1000);
    await scene.get('a');
    assert.ok((await scene.read('a'))?.equals(other));
  });

  test('bytes that were not recorded, or have rotted, are not trusted', async () => {
    await using scene = await openScene(PLAIN);
    scene.remote.files.put(at('a'), noise(SIZE));
    await leavePart(scene, 3 * MiB);
    await appendFile(scene.local('a.part'), noise(MiB, 9));
    const part = (await scene.read('a.part')) ?? Buffer.alloc(0);
    part[MiB + 17] = (part[MiB + 17] ?? 0) ^ 1;
    await writeFile(scene.local('a.part'), part);
    const { resumed } = await scene.get('a');
    assert.equal(resumed, 2 * MiB);
    assert.ok((await scene.read('a'))?.equals(noise(SIZE)));
  });

  test('a torn or zeroed last line of the journal costs one piece', async () => {
    for (const tail of ['{"at":1,', '\0\0\0\0\0\0\0\0', '{"at":-1,"bytes":3,"sha256":"00"}\n']) {
      await using scene = await openScene(PLAIN);
      scene.remote.files.put(at('a'), noise(SIZE));
      await leavePart(scene, 3 * MiB);
      await appendFile(scene.local('a.part.journal'), tail);
      await leavePart(scene, MiB);
      const { resumed } = await scene.get('a');
      assert.ok(resumed > 3 * MiB, `${resumed}`);
      assert.ok((await scene.read('a'))?.equals(noise(SIZE)));
    }
  });

  test('a journal that has lost its part costs time only', async () => {
    await using scene = await openScene(PLAIN);
    scene.remote.files.put(at('a'), noise(SIZE));
    await leavePart(scene, 3 * MiB);
    await truncate(scene.local('a.part'), 0);
    assert.equal((await scene.get('a')).resumed, 0);
    assert.ok((await scene.read('a'))?.equals(noise(SIZE)));
  });

  test('a part longer than the file is dropped', async () => {
    await using scene = await openScene(DIGESTS);
    scene.remote.files.put(at('a'), noise(SIZE));
    await scene.write('a.part', noise(SIZE + 5));
    assert.equal((await scene.get('a')).resumed, 0);
  });

  const wrong = noise(3 * MiB, 5);
  for (const [what, facts, part, resume, resumed] of [
    ['is kept if the server proves it', DIGESTS, noise(3 * MiB), 'auto', 3 * MiB],
    ['of equal size is kept if the server proves it', DIGESTS, noise(SIZE), 'auto', SIZE],
    ['is dropped if the server disproves it', DIGESTS, wrong, 'auto', 0],
    ['is dropped if nobody proves it', PLAIN, noise(3 * MiB), 'auto', 0],
    ['is kept if the user trusts it', PLAIN, noise(3 * MiB), 'trust', 3 * MiB],
    ['is dropped if the user wants it so', DIGESTS, noise(3 * MiB), 'never', 0],
  ] as const) {
    test(`a part without a journal ${what}`, async () => {
      await using scene = await openScene(facts);
      scene.remote.files.put(at('a'), noise(SIZE));
      await scene.write('a.part', part);
      assert.equal((await scene.get('a', { resume })).resumed, resumed);
      assert.ok((await scene.read('a'))?.equals(noise(SIZE)));
    });
  }

  test('two transfers to the same target do not meet', async () => {
    await using scene = await openScene(STAGED, {}, 2);
    scene.remote.files.put(at('a'), noise(SIZE));
    const both = await Promise.allSettled([scene.get('a'), scene.get('a')]);
    const ends = both.map((end) => (end.status === 'rejected' ? String(end.reason) : 'done'));
    assert.ok(ends.includes('done'), ends.join());
    assert.ok((await scene.read('a'))?.equals(noise(SIZE)));
    assert.deepEqual(await scene.names(), ['a']);
  });
});

suite('downloads from odd servers', () => {
  for (const isDeclared of [true, false]) {
    test(`one that ignores offsets${isDeclared ? ' though it says it does not' : ''}`, async () => {
      const facts = { ...PLAIN, readsFromOffset: isDeclared };
      await using scene = await openScene(facts, { ignoresOffset: isDeclared });
      scene.remote.files.put(at('a'), noise(SIZE));
      await leavePart(scene, 3 * MiB);
      scene.remote.faults.push({ kind: 'cut', after: 4 * MiB });
      await scene.get('a');
      assert.ok((await scene.read('a'))?.equals(noise(SIZE)));
    });
  }

  test('one that tells no sizes', async () => {
    await using scene = await openScene(PLAIN, { hidesSizes: true });
    scene.remote.files.put(at('a'), noise(SIZE));
    scene.remote.faults.push({ kind: 'cut', after: 2 * MiB });
    const outcome = await scene.get('a');
    assert.deepEqual([outcome.size, outcome.proof.kind], [SIZE, 'size']);
    assert.ok((await scene.read('a'))?.equals(noise(SIZE)));
  });

  test('one whose file changes while it is fetched: the new one arrives', async () => {
    await using scene = await openScene(PLAIN);
    scene.remote.files.put(at('a'), noise(SIZE, 1), 1000);
    scene.remote.onMoved = () => {
      if (scene.remote.moved < 2 * MiB) return;
      scene.remote.onMoved = () => {};
      scene.remote.files.put(at('a'), noise(SIZE, 2), 90_000);
    };
    await scene.get('a');
    assert.ok((await scene.read('a'))?.equals(noise(SIZE, 2)));
  });

  test('one whose file never stops changing', async () => {
    await using scene = await openScene(PLAIN);
    let version = 1;
    const change = (): void => {
      version += 1;
      scene.remote.files.put(at('a'), noise(SIZE, version), version * 10_000);
    };
    change();
    scene.remote.onRequest = (request) => {
      if (request === 'read') change();
    };
    await assert.rejects(scene.get('a'), fails('source-changed'));
    assert.equal(await scene.read('a'), undefined);
  });

  test('one whose digest never fits: fetched twice, then refused', async () => {
    await using scene = await openScene(STAGED);
    scene.remote.files.put(at('a'), noise(SIZE));
    scene.remote.corrupt = (bytes) => (bytes[3] = 7);
    await assert.rejects(scene.get('a'), fails('verification-failed'));
    assert.ok(scene.remote.moved >= 2 * SIZE);
    assert.equal(await scene.read('a'), undefined);
  });

  test('one that spoils it once', async () => {
    await using scene = await openScene(STAGED);
    scene.remote.files.put(at('a'), noise(SIZE));
    scene.remote.corrupt = (bytes) => {
      bytes[3] = 7;
      scene.remote.corrupt = () => {};
    };
    const outcome = await scene.get('a');
    assert.deepEqual([outcome.moved, outcome.attempts], [2 * SIZE, 1]);
    assert.ok((await scene.read('a'))?.equals(noise(SIZE)));
  });
});

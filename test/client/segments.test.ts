import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { MiB } from '../../src/base/size.ts';
import { planSegments } from '../../src/client/transfer/plan-segments.ts';
import { fails } from './fails.ts';
import { at, PLAIN, STAGED } from './memory-remote.ts';
import { noise, openScene } from './scene.ts';

const SIZE = 40 * MiB + 99;
const content = noise(SIZE);

suite('a download over several connections', () => {
  test('is planned in few ranges that cover what is missing', () => {
    const gap = fc.tuple(fc.nat(200 * MiB), fc.integer({ min: 1, max: 200 * MiB }));
    fc.assert(
      fc.property(gap, fc.integer({ min: 1, max: 8 }), ([start, length], segments) => {
        const ranges = planSegments([{ start, end: start + length }], segments);
        assert.ok(ranges.length <= segments + 1, `${ranges.length}`);
        let expected = start;
        for (const range of ranges) {
          assert.equal(range.start, expected);
          assert.ok(range.start === start || range.start % MiB === 0);
          expected = range.end;
        }
        assert.equal(expected, start + length);
      }),
    );
  });

  for (const facts of [STAGED, PLAIN]) {
    const how = facts === STAGED ? 'proven' : 'not proven';
    test(`arrives, ${how}`, async () => {
      await using scene = await openScene(facts, {}, 3);
      scene.remote.files.put(at('a'), content);
      await scene.get('a', { segments: 3 });
      assert.equal(scene.remote.logins, 3);
      assert.ok((await scene.read('a'))?.equals(content));
    });

    test(`survives cuts, and another process goes on in the holes, ${how}`, async () => {
      await using scene = await openScene(facts, {}, 3);
      scene.remote.files.put(at('a'), content);
      const cut = (after: number) => scene.remote.faults.push({ kind: 'cut', after });
      for (const after of [3 * MiB, 5 * MiB, 2 * MiB]) cut(after);
      await assert.rejects(scene.get('a', { segments: 3, retries: 0 }), fails('gave-up'));
      for (const after of [MiB, 5 * MiB, 2 * MiB]) cut(after);
      const { resumed } = await scene.get('a', { segments: 2 });
      assert.equal(resumed, 10 * MiB);
      assert.ok((await scene.read('a'))?.equals(content));
      assert.deepEqual(await scene.names(), ['a']);
    });
  }

  test('what one connection leaves is taken over by the others', async () => {
    await using scene = await openScene(STAGED, {}, 3);
    scene.remote.files.put(at('a'), content);
    scene.remote.faults.push({ kind: 'none' }, { kind: 'cut', after: MiB });
    assert.equal((await scene.get('a', { segments: 3 })).attempts, 1);
  });

  test('is one connection where no other is to be had', async () => {
    await using scene = await openScene(STAGED, {}, 1);
    scene.remote.files.put(at('a'), content);
    await scene.get('a', { segments: 4 });
    assert.ok((await scene.read('a'))?.equals(content));
  });

  for (const facts of [STAGED, PLAIN]) {
    test(`from a server that ignores offsets arrives all the same${facts === PLAIN ? ', though nothing proves it' : ''}`, async () => {
      await using scene = await openScene(facts, { ignoresOffset: true }, 3);
      scene.remote.files.put(at('a'), content);
      await scene.get('a', { segments: 3 });
      assert.ok((await scene.read('a'))?.equals(content));
    });
  }

  test('parts of two versions that nothing else tells apart do not fit together', async () => {
    await using scene = await openScene(PLAIN, {}, 2);
    scene.remote.files.put(at('a'), noise(SIZE, 1), 1000);
    let reads = 0;
    scene.remote.onRequest = (request) => {
      if (request === 'read') reads += 1;
      if (request === 'read' && reads === 2) scene.remote.files.put(at('a'), content, 1000);
    };
    await scene.get('a', { segments: 2 });
    assert.ok((await scene.read('a'))?.equals(content));
  });

  test('an abort stops all of them', async () => {
    await using scene = await openScene(STAGED, {}, 3);
    scene.remote.files.put(at('a'), content);
    const abort = new AbortController();
    scene.remote.onMoved = () => {
      if (scene.remote.moved > 9 * MiB) abort.abort();
    };
    const { signal } = abort;
    await assert.rejects(scene.get('a', { segments: 3, signal }), fails('interrupted'));
    scene.remote.onMoved = () => {};
    assert.ok((await scene.get('a')).resumed >= 9 * MiB);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { PathLocks, ancestors } from './path-locks.ts';

suite('locks by path', () => {
  test('one key is held by one at a time, in the order in which they came', async () => {
    const locks = new PathLocks();
    const order: string[] = [];
    const work = async (name: string) => {
      using _lock = await locks.hold('key');
      order.push(`${name} in`);
      await turn();
      order.push(`${name} out`);
    };
    await Promise.all(['a', 'b', 'c'].map(work));
    assert.deepEqual(order, ['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });

  test('different keys do not wait for each other', async () => {
    const locks = new PathLocks();
    using _one = await locks.hold('one');
    using _two = await locks.hold('two', 'three');
  });

  test('whoever wants several keys waits for all, and others wait for them', async () => {
    const locks = new PathLocks();
    const order: string[] = [];
    const first = await locks.hold('a');
    const second = locks.hold('b', 'a').then((lock) => {
      order.push('second');
      return lock;
    });
    const third = locks.hold('b').then((lock) => {
      order.push('third');
      return lock;
    });
    await turn();
    assert.deepEqual(order, []);
    first[Symbol.dispose]();
    const lock = await second;
    await turn();
    assert.deepEqual(order, ['second']);
    lock[Symbol.dispose]();
    (await third)[Symbol.dispose]();
    assert.deepEqual(order, ['second', 'third']);
  });

  test('a key that is named twice is held once', async () => {
    const locks = new PathLocks();
    const lock = await locks.hold('a', 'a');
    lock[Symbol.dispose]();
    using _again = await locks.hold('a');
  });

  test('letting go twice lets nobody in twice', async () => {
    const locks = new PathLocks();
    const first = await locks.hold('a');
    const second = locks.hold('a');
    first[Symbol.dispose]();
    const held = await second;
    first[Symbol.dispose]();
    let isThird = false;
    const third = locks.hold('a').then((lock) => {
      isThird = true;
      return lock;
    });
    await turn();
    assert.equal(isThird, false);
    held[Symbol.dispose]();
    (await third)[Symbol.dispose]();
  });

  test('however keys are crossed, everybody comes through and nobody meets on a key', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const wishes = fc.array(fc.array(key, { minLength: 1, maxLength: 3 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(wishes, fc.scheduler(), async (wanted, scheduler) => {
        const locks = new PathLocks();
        const held = new Set<string>();
        const all = wanted.map(async (keys, index) => {
          await scheduler.schedule(Promise.resolve(), `arrive ${index}`);
          using _lock = await locks.hold(...keys);
          for (const one of new Set(keys)) {
            assert.ok(!held.has(one), `two hold ${one}`);
            held.add(one);
          }
          await scheduler.schedule(Promise.resolve(), `leave ${index}`);
          for (const one of keys) held.delete(one);
        });
        await scheduler.waitFor(Promise.all(all));
        assert.equal(held.size, 0);
      }),
      { numRuns: 60 },
    );
  });

  test('a path is not changed while something below it is, and the reverse', async () => {
    const locks = new PathLocks();
    const order: string[] = [];
    const note = (name: string) => (lock: Disposable) => {
      order.push(name);
      return lock;
    };
    const file = await locks.hold('home/d/e/file');
    using _other = await locks.hold('home/d/e/other');
    const folder = locks.hold('home/d').then(note('folder'));
    const late = locks.hold('home/d/late').then(note('late'));
    using _namesake = await locks.hold('home/dd');
    await turn();
    assert.deepEqual(order, []);
    file[Symbol.dispose]();
    _other[Symbol.dispose]();
    const held = await folder;
    await turn();
    assert.deepEqual(order, ['folder'], 'what came later waits for the folder');
    held[Symbol.dispose]();
    (await late)[Symbol.dispose]();
  });

  test('a folder that moves into another is held with both, by one', async () => {
    const locks = new PathLocks();
    using _lock = await locks.hold('home/d', 'home/d/e');
    assert.ok(locks.isHeld('home/d'));
    assert.ok(locks.isHeld('home/d/e'));
    assert.ok(!locks.isHeld('home'));
  });

  test('what a path lies below ends at the home', () => {
    assert.deepEqual(ancestors('1/d/e/f'), ['1/d/e', '1/d', '1']);
    assert.deepEqual(ancestors('1'), []);
  });
});

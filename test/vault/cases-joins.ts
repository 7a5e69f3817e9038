import assert from 'node:assert/strict';
import { at, put, putCut, read, refusedAs } from './harness.ts';
import type { Bench } from './harness.ts';
import type { Case } from './vault-suite.ts';

const NEVER = new AbortController().signal;
const mayAll = (): void => {};

async function join(bench: Bench, target: string, ...sources: string[]): Promise<void> {
  await bench.home.join(
    at(target),
    sources.map((source) => at(source)),
    'test',
    mayAll,
    NEVER,
  );
}

async function names(bench: Bench): Promise<string[]> {
  const found: string[] = [];
  for await (const slice of bench.home.list(at('/'))) found.push(...slice.map(({ name }) => name));
  return found.toSorted();
}

/** One file of several, and two of one. */
export function joinsCases(test: Case): void {
  test('joins files in the order in which they are named, and removes them', async (bench) => {
    await put(bench.home, '/2', 'two');
    await put(bench.home, '/1', 'one');
    await put(bench.home, '/3', '');
    await join(bench, '/all', '/1', '/2', '/3');
    assert.equal(await read(bench.home, '/all'), 'onetwo');
    assert.deepEqual(await names(bench), ['all']);
    assert.deepEqual(await bench.ledger(), { committed: 6, files: 1, reserved: 0 });
  });

  test('joins files behind one that is there', async (bench) => {
    await put(bench.home, '/all', 'zero');
    await put(bench.home, '/1', 'one');
    await join(bench, '/all', '/1');
    assert.equal(await read(bench.home, '/all'), 'zeroone');
  });

  test('changes nothing if a file is named twice, is the target, or is not there', async (bench) => {
    await put(bench.home, '/1', 'one');
    await put(bench.home, '/all', 'zero');
    await putCut(bench.home, '/cut', 'half of it');
    for (const [sources, code] of [
      [['/1', '/1'], 'name-refused'],
      [['/1', '/all'], 'name-refused'],
      [['/1', '/missing'], 'not-found'],
      [['/1', '/cut'], 'unfinished'],
    ] as const) {
      await assert.rejects(join(bench, '/all', ...sources), refusedAs(code), sources.join());
    }
    await assert.rejects(join(bench, '/cut', '/1'), refusedAs('unfinished'));
    assert.equal(await read(bench.home, '/all'), 'zero');
    assert.equal(await read(bench.home, '/1'), 'one');
    assert.deepEqual(await names(bench), ['1', 'all', 'cut']);
  });

  test('joins nothing that has no room, and keeps nothing of it', async (bench) => {
    await put(bench.home, '/1', 'x'.repeat(600));
    await put(bench.home, '/2', 'y'.repeat(300));
    await bench.setLimits({ bytes: 1000 });
    await assert.rejects(join(bench, '/all', '/1', '/2'), refusedAs('quota-exceeded'));
    assert.deepEqual(await names(bench), ['1', '2']);
    const { committed, reserved } = await bench.ledger();
    assert.deepEqual([committed, reserved], [900, 0]);
  });

  test('joins the same files once, however often it is asked to at the same time', async (bench) => {
    await put(bench.home, '/1', 'one');
    await put(bench.home, '/2', 'two');
    const targets = ['/x', '/y', '/x', '/all'];
    const asked = await Promise.allSettled(
      targets.map((target) => join(bench, target, '/1', '/2')),
    );
    const done = targets.filter((_, index) => asked[index]?.status === 'fulfilled');
    assert.equal(done.length, 1);
    assert.equal(await read(bench.home, done[0] ?? ''), 'onetwo');
    assert.deepEqual(await bench.ledger(), { committed: 6, files: 1, reserved: 0 });
  });

  test('copies a file, and leaves it', async (bench) => {
    await put(bench.home, '/a', 'the bytes');
    await put(bench.home, '/old', 'other');
    await bench.home.copy(at('/a'), at('/b'), 'test', mayAll);
    await bench.home.copy(at('/a'), at('/old'), 'test', mayAll);
    for (const name of ['/a', '/b', '/old'])
      assert.equal(await read(bench.home, name), 'the bytes');
    await assert.rejects(
      bench.home.copy(at('/a'), at('/a'), 'test', mayAll),
      refusedAs('name-refused'),
    );
    assert.deepEqual(await bench.ledger(), { committed: 27, files: 3, reserved: 0 });
  });
}

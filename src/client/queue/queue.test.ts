import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { temporaryFolder } from '../../../test/support/temporary.ts';
import { HandClock } from '../../accounts/hand-clock.ts';
import type { Outcome } from '../transfer/outcome.ts';
import { TransferFailure, type Trouble } from '../transfer-failure.ts';
import type { Item, Wish } from './item.ts';
import { Queue } from './queue.ts';
import { runQueue, type RunOptions } from './run-queue.ts';
import { lockQueue } from './runner-lock.ts';

const OUTCOME: Outcome = {
  size: 5,
  resumed: 0,
  moved: 5,
  attempts: 1,
  proof: { kind: 'digest', algorithm: 'sha-256' },
  wasThere: false,
};

function wish(name: string): Wish {
  return { direction: 'upload', local: `/${name}`, url: `ftp://h/${name}`, how: {}, size: 5 };
}

interface Desk extends AsyncDisposable {
  readonly queue: Queue;
  readonly file: string;
  readonly clock: HandClock;
  /** Runs the queue; `perform` is told the name. */
  run(perform: (name: string) => void, options?: Partial<RunOptions>): ReturnType<typeof runQueue>;
}

async function openDesk(...names: readonly string[]): Promise<Desk> {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'state/queue.sqlite');
  const queue = new Queue(file);
  const clock = new HandClock();
  for (const name of names) queue.add(wish(name), 0);
  const signal = new AbortController().signal;
  return {
    queue,
    file,
    clock,
    run: (perform, options = {}) =>
      runQueue(
        queue,
        async (item: Item) => {
          await Promise.resolve(perform(item.local.slice(1)));
          return OUTCOME;
        },
        { parallel: 1, attempts: 5, waits: true, clock, signal, ...options },
      ),
    [Symbol.asyncDispose]: async () => {
      queue[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function fail(code: Trouble): never {
  throw new TransferFailure(code, `it is ${code}`);
}

suite('the queue', () => {
  test('does what is in it in order, and remembers how it is proven', async () => {
    await using desk = await openDesk('a', 'b');
    const seen: string[] = [];
    const result = await desk.run((name) => void seen.push(name));
    assert.deepEqual(seen, ['a', 'b']);
    assert.deepEqual(result, { done: 2, failed: 0, waiting: 0 });
    const [first] = desk.queue.list();
    assert.deepEqual(first?.standing, {
      state: 'done',
      proof: 'verified sha-256',
      ended: desk.clock.now(),
    });
  });

  test('what may pass is tried again later, and later still', async () => {
    await using desk = await openDesk('a');
    const times: number[] = [];
    await desk.run(() => {
      times.push(desk.clock.now());
      if (times.length < 4) fail('gave-up');
    });
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    assert.deepEqual(waits, [30_000, 60_000, 120_000]);
    assert.equal(desk.queue.find(1)?.attempts, 4);
  });

  test('what has failed too often, or for good, has failed', async () => {
    await using desk = await openDesk('a', 'b');
    const tried: string[] = [];
    const result = await desk.run(
      (name) => {
        tried.push(name);
        fail(name === 'a' ? 'unreachable' : 'verification-failed');
      },
      { attempts: 2 },
    );
    assert.deepEqual(tried, ['a', 'b', 'a']);
    assert.deepEqual(result, { done: 0, failed: 2, waiting: 0 });
    assert.deepEqual(
      desk.queue.list().map(({ lastError }) => lastError),
      ['it is unreachable', 'it is verification-failed'],
    );
    desk.queue.retryFailed();
    assert.deepEqual(await desk.run(() => {}), { done: 2, failed: 0, waiting: 0 });
  });

  test('without waiting, what is put off stays for the next run', async () => {
    await using desk = await openDesk('a');
    assert.deepEqual(await desk.run(() => fail('busy'), { waits: false }), {
      done: 0,
      failed: 0,
      waiting: 1,
    });
  });

  test('an interruption is nobody else’s fault: it waits again, and the attempt does not count', async () => {
    await using desk = await openDesk('a');
    await assert.rejects(
      desk.run(() => fail('interrupted')),
      { code: 'interrupted' },
    );
    const item = desk.queue.find(1);
    assert.deepEqual([item?.standing.state, item?.attempts], ['waiting', 0]);
  });

  test('what others add while it runs is done, too', async () => {
    await using desk = await openDesk('a');
    const seen: string[] = [];
    await desk.run((name) => {
      seen.push(name);
      if (name !== 'a') return;
      using other = new Queue(desk.file);
      other.add(wish('later'), 0);
    });
    assert.deepEqual(seen, ['a', 'later']);
  });

  test('the same wish stands in it once; one that has ended gets another turn', async () => {
    await using desk = await openDesk('a');
    assert.deepEqual(desk.queue.add(wish('a'), 1), { id: 1, isNew: false });
    await desk.run(() => {});
    assert.deepEqual(desk.queue.add(wish('a'), 2), { id: 1, isNew: true });
    assert.equal(desk.queue.find(1)?.standing.state, 'waiting');
  });

  test('only what does not run can be removed', async () => {
    await using desk = await openDesk('a', 'b');
    await desk.run(
      (name) => {
        if (name === 'a') assert.equal(desk.queue.remove(1), false);
      },
      { parallel: 2 },
    );
    assert.equal(desk.queue.remove(1), true);
    assert.equal(desk.queue.remove(1), false);
  });

  test('when its runner is killed, the next one takes over what was running', async () => {
    await using desk = await openDesk('a');
    const script = `
      const { Queue } = await import(${JSON.stringify(new URL('queue.ts', import.meta.url).href)});
      const { lockQueue } = await import(${JSON.stringify(new URL('runner-lock.ts', import.meta.url).href)});
      globalThis.lock = lockQueue(${JSON.stringify(desk.file)});
      new Queue(${JSON.stringify(desk.file)}).take(1e15);
      console.log('running');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    try {
      await once(child.stdout, 'data');
      assert.equal(desk.queue.find(1)?.standing.state, 'running');
      assert.throws(() => lockQueue(desk.file), { code: 'target-busy' });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    using _lock = lockQueue(desk.file);
    assert.equal((await desk.run(() => {})).done, 1);
  });
});

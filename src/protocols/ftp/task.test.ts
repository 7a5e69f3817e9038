import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { Failure } from '../../base/failure.ts';
import { silentLog } from '../../base/log.ts';
import { carryOutTask, type Task } from './task.ts';

/** Runs a task whose end the test decides, on a clock on which the first wait is over at once. */
async function run(
  end: (said: readonly string[]) => Promise<string>,
  waits: number,
): Promise<{ said: string[]; last: string }> {
  const said: string[] = [];
  let left = waits;
  const spoken = Promise.withResolvers<void>();
  if (waits === 0) spoken.resolve();
  const task: Task = {
    code: 213,
    progress: () => 'Still at it',
    run: async () => {
      await spoken.promise;
      return { code: 213, lines: [await end(said)] };
    },
  };
  const last = await carryOutTask(task, {
    clock: {
      ...systemClock,
      sleep: () => (left-- > 0 ? Promise.resolve() : new Promise(() => {})),
    },
    log: silentLog,
    situation: 'asking',
    keepAliveMs: 1000,
    sayOpen: (code, text) => {
      said.push(`${code}-${text}`);
      if (said.length === waits) spoken.resolve();
    },
    signal: new AbortController().signal,
  });
  return { said, last: `${last.code} ${last.lines.join()}` };
}

test('a task that is done in time says nothing but its reply', async () => {
  assert.deepEqual(await run(async () => 'done', 0), { said: [], last: '213 done' });
});

test('a task that takes long says so with the code of its reply', async () => {
  const line = '213-Still at it';
  assert.deepEqual(await run(async () => 'done', 2), { said: [line, line], last: '213 done' });
});

test('a task that fails answers with the code of its failure', async () => {
  const { last } = await run(() => Promise.reject(new Failure('not-found', 'It is gone')), 0);
  assert.equal(last, '550 It is gone');
});

test('a task that fails when its reply has begun ends that reply, and tells nothing as a result', async () => {
  const { last } = await run(() => Promise.reject(new Failure('interrupted', 'Aborted')), 1);
  assert.equal(last, '213 There is none: Aborted');
});

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../../../test/support/temporary.ts';
import type { FactsTable } from './facts.ts';
import { LookThread } from './look-thread.ts';
import { packNames } from './look.ts';

/** A thread that never says anything, and dies of names that are called so. */
const FRAGILE = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ names }) => {
      if (Buffer.from(names).toString() === 'exit') process.exit(3);
      if (Buffer.from(names).toString() === 'throw') throw new Error('broken');
    });
  `)}`,
);

type Answer = Promise<FactsTable | undefined>;

function ask(
  thread: LookThread,
  about: object,
  folder: string,
  ...names: string[]
): Answer | undefined {
  return thread.ask(about, { folder, names: packNames(names), count: names.length });
}

/** Asks again and again while it is starting, or somebody else has it. */
async function answer(
  thread: LookThread,
  folder: string,
  ...names: string[]
): Promise<{ facts: Answer }> {
  for (;;) {
    const facts = ask(thread, thread, folder, ...names);
    if (facts) return { facts };
    await sleep(5);
  }
}

suite('the thread that looks at names', () => {
  test('tells what has each name, and where nothing has', async () => {
    await using folder = await temporaryFolder();
    using thread = new LookThread();
    writeFileSync(join(folder.path, 'three'), 'abc');
    mkdirSync(join(folder.path, 'folder'));
    const { facts } = await answer(thread, folder.path, 'three', 'nothing', 'folder');
    const table = await facts;
    assert.equal(table?.get(0)?.size, 3);
    assert.equal(table?.get(1), undefined);
    assert.equal((table?.get(2)?.mode ?? 0) & 0o170000, 0o040000);
  });

  test('tells nothing where a name cannot be looked at', async () => {
    await using folder = await temporaryFolder();
    using thread = new LookThread();
    const { facts } = await answer(thread, folder.path, 'name', 'n'.repeat(300));
    assert.equal(await facts, undefined);
  });

  test('has time for one folder only, until it has answered all about it', async () => {
    using thread = new LookThread({ script: FRAGILE });
    const { facts } = await answer(thread, '/', 'silent');
    assert.equal(ask(thread, {}, '/', 'of another'), undefined);
    const last = ask(thread, thread, '/', 'exit');
    assert.deepEqual(await Promise.all([facts, last]), [undefined, undefined]);
    await answer(thread, '/', 'silent');
  });

  for (const end of ['exit', 'throw']) {
    test(`lets nobody wait when it dies (${end}), and is started anew`, async () => {
      using thread = new LookThread({ script: FRAGILE });
      const { facts } = await answer(thread, '/', end);
      assert.equal(await facts, undefined);
      await answer(thread, '/', 'silent');
    });
  }

  test('ends when nobody asks', async () => {
    using thread = new LookThread({ idleMs: 10 });
    const { facts } = await answer(thread, '/', 'tmp');
    await facts;
    // One that has ended has to start again before it has time.
    while (ask(thread, thread, '/', 'tmp')) await sleep(50);
  });
});

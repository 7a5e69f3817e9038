import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { HashWorker } from './hash-worker.ts';

const PASSWORD = Buffer.from('correct horse');
const MD5 = '3cb4e732631f47e6eb961f34554b7cde';
const MD5_CRYPT = '$1$saltsalt$NuzA7WTAelpl95xgBGWN60';
const DEAR =
  '$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0';

/** A thread that says yes, but dies of one question and chokes on another. */
const FRAGILE = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ id, stored }) => {
      if (stored === 'exit') process.exit(3);
      if (stored === 'throw') throw new Error('broken');
      if (stored === 'choke') parentPort.postMessage({ id, error: new Error('choked') });
      else if (stored === 'endless') for (;;);
      else parentPort.postMessage({ id, ok: true });
    });
  `)}`,
);

suite('the hash worker', () => {
  test('answers each question with its own answer', async () => {
    await using worker = new HashWorker();
    const answers = await Promise.all([
      worker.verify(PASSWORD, MD5),
      worker.verify(Buffer.from('wrong'), MD5),
      worker.verify(PASSWORD, MD5_CRYPT),
      worker.verify(PASSWORD, 'no scheme knows this'),
    ]);
    assert.deepEqual(answers, [true, false, true, false]);
  });

  test('leaves the event loop free while it computes', async () => {
    await using worker = new HashWorker();
    await worker.verify(PASSWORD, MD5);
    let turns = 0;
    const answer = worker.verify(PASSWORD, DEAR).finally(() => clearImmediate(next));
    const count = () => {
      turns += 1;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    assert.equal(await answer, false);
    assert.ok(turns > 100, `${turns} turns`);
  });

  for (const end of ['exit', 'throw']) {
    test(`is started again after its thread has died (${end})`, async () => {
      await using worker = new HashWorker(FRAGILE);
      assert.equal(await worker.verify(PASSWORD, 'fine'), true);
      const lost = [worker.verify(PASSWORD, end), worker.verify(PASSWORD, 'fine')];
      for (const outcome of await Promise.allSettled(lost)) {
        assert.equal(outcome.status, 'rejected');
        assert.equal(outcome.reason.code, 'interrupted');
      }
      assert.equal(await worker.verify(PASSWORD, 'fine'), true);
    });
  }

  test('passes on what a hash threw, and lives on', async () => {
    await using worker = new HashWorker(FRAGILE);
    await assert.rejects(worker.verify(PASSWORD, 'choke'), /choked/);
    assert.equal(await worker.verify(PASSWORD, 'fine'), true);
  });

  test('is stopped in the middle of a hash, and stays stopped', async () => {
    const worker = new HashWorker(FRAGILE);
    const endless = assert.rejects(worker.verify(PASSWORD, 'endless'), { code: 'shutting-down' });
    await worker[Symbol.asyncDispose]();
    await endless;
    await assert.rejects(worker.verify(PASSWORD, 'fine'), { code: 'shutting-down' });
    await worker[Symbol.asyncDispose]();
  });

  test('hands over the password and not the memory around it', async () => {
    await using worker = new HashWorker();
    const shared = Buffer.from('secret|correct horse|secret');
    assert.equal(await worker.verify(shared.subarray(7, 20), MD5), true);
    assert.equal(shared.toString(), 'secret|correct horse|secret');
  });
});

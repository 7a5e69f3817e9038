import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { GroupSync } from './group-sync.ts';

/** Syncs that end when they are told to. */
class Syncs {
  readonly running: PromiseWithResolvers<void>[] = [];
  begun = 0;

  readonly sync = (): Promise<void> => {
    this.begun += 1;
    const sync = Promise.withResolvers<void>();
    this.running.push(sync);
    return sync.promise;
  };

  /** Ends the one that runs, after everything that is under way has come to it. */
  async end(error?: Error): Promise<void> {
    await turn();
    const sync = this.running.shift();
    if (error) sync?.reject(error);
    else sync?.resolve();
    await turn();
  }
}

suite('a group sync', () => {
  test('answers a request when a sync has ended', async () => {
    const syncs = new Syncs();
    const group = new GroupSync(syncs.sync);
    let isDone = false;
    const request = group.request().then(() => {
      isDone = true;
    });
    await turn();
    assert.equal(isDone, false);
    await syncs.end();
    assert.equal(isDone, true);
    await request;
  });

  test('does not answer a request with a sync that began before it', async () => {
    const syncs = new Syncs();
    const group = new GroupSync(syncs.sync);
    const first = group.request();
    await turn();
    let isDone = false;
    const second = group.request().then(() => {
      isDone = true;
    });
    await turn();
    assert.equal(syncs.begun, 1, 'one at a time');
    await syncs.end();
    await first;
    assert.deepEqual([syncs.begun, isDone], [2, false]);
    await syncs.end();
    await second;
  });

  test('lets everybody who comes while a sync runs share the next one', async () => {
    const syncs = new Syncs();
    const group = new GroupSync(syncs.sync);
    const first = group.request();
    await turn();
    const others = Array.from({ length: 100 }, () => group.request());
    await syncs.end();
    await syncs.end();
    await Promise.all([first, ...others]);
    assert.equal(syncs.begun, 2);
  });

  test('tells those whose sync has failed, and runs the next one all the same', async () => {
    const syncs = new Syncs();
    const group = new GroupSync(syncs.sync);
    const failing = [group.request(), group.request()].map((request) =>
      assert.rejects(request, /disk on fire/),
    );
    await turn();
    const later = group.request();
    await syncs.end(new Error('disk on fire'));
    await Promise.all(failing);
    await syncs.end();
    await later;
    const again = group.request();
    await syncs.end();
    await again;
    assert.equal(syncs.begun, 3);
  });

  test('never answers with less than what was there at the request, whatever comes when', async () => {
    const steps = fc.array(fc.constantFrom('write', 'request', 'end', 'fail', 'turn'), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (todo) => {
        let written = 0;
        let synced = 0;
        const syncs = new Syncs();
        const group = new GroupSync(async () => {
          const covers = written;
          await syncs.sync();
          synced = covers;
        });
        const requests: Promise<void>[] = [];
        for (const step of todo) {
          if (step === 'write') written += 1;
          if (step === 'turn') await turn();
          if (step === 'end') await syncs.end();
          if (step === 'fail') await syncs.end(new Error('failed'));
          if (step !== 'request') continue;
          const wanted = written;
          const checked = group.request().then(() => assert.ok(synced >= wanted));
          requests.push(checked.catch((error: unknown) => assert.match(String(error), /failed/)));
        }
        let isOver = false;
        const all = Promise.all(requests).then(() => {
          isOver = true;
        });
        for (let ends = 0; ends < 5 && !isOver; ends += 1) await syncs.end();
        await all;
      }),
      { numRuns: 50 },
    );
  });
});

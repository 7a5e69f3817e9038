import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MemoryRemote, PLAIN } from '../../test/client/memory-remote.ts';
import type { Clock } from '../base/clock.ts';
import { ConnectionPool } from './pool.ts';
import { TransferFailure } from './transfer-failure.ts';

const SIGNAL = new AbortController().signal;

/** A clock whose sleepers wake when a test says so. */
class Alarm implements Clock {
  #sleepers: (() => void)[] = [];

  now(): number {
    return 0;
  }

  monotonic(): number {
    return 0;
  }

  sleep(_milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sleepers.push(resolve);
      signal?.addEventListener('abort', () => reject(new Error('woken')), { once: true });
    });
  }

  async ring(): Promise<void> {
    for (const wake of this.#sleepers.splice(0)) wake();
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  }
}

function open(size = 1): { remote: MemoryRemote; pool: ConnectionPool; clock: Alarm } {
  const remote = new MemoryRemote(PLAIN);
  const clock = new Alarm();
  return { remote, clock, pool: new ConnectionPool(remote, { size, clock }) };
}

suite('a pool of connections', () => {
  test('opens none before it is needed, and uses one again and again', async () => {
    const { remote, pool } = open(3);
    assert.equal(remote.logins, 0);
    for (let use = 0; use < 5; use += 1) {
      await using _lease = await pool.lease(SIGNAL);
    }
    assert.equal(remote.logins, 1);
    await pool[Symbol.asyncDispose]();
  });

  test('opens as many as are needed at once, and no more than it may', async () => {
    const { remote, pool } = open(2);
    const one = await pool.lease(SIGNAL);
    const two = await pool.lease(SIGNAL);
    assert.equal(await pool.spare(SIGNAL), undefined);
    const third = pool.lease(SIGNAL);
    await two[Symbol.asyncDispose]();
    assert.equal((await third).connection, two.connection);
    assert.equal(remote.logins, 2);
    await one[Symbol.asyncDispose]();
  });

  test('whoever waits and gives up does not take the place of the next one', async () => {
    const { pool } = open();
    const held = await pool.lease(SIGNAL);
    const abort = new AbortController();
    const impatient = pool.lease(abort.signal);
    const patient = pool.lease(SIGNAL);
    abort.abort();
    await assert.rejects(impatient, { code: 'interrupted' });
    await held[Symbol.asyncDispose]();
    assert.ok((await patient).connection.isUsable);
  });

  test('replaces one that has broken, in use or at rest', async () => {
    const { remote, pool } = open();
    for (let use = 0; use < 3; use += 1) {
      await using lease = await pool.lease(SIGNAL);
      await lease.connection[Symbol.asyncDispose]();
    }
    assert.equal(remote.logins, 3);
    const lease = await pool.lease(SIGNAL);
    await lease[Symbol.asyncDispose]();
    await lease.connection[Symbol.asyncDispose]();
    assert.ok((await pool.lease(SIGNAL)).connection.isUsable);
    assert.equal(remote.logins, 5);
  });

  test('a place is free again after a login that failed', async () => {
    const { remote, pool } = open();
    remote.onRequest = () => {
      remote.onRequest = () => {};
      throw new TransferFailure('unreachable', 'Not now');
    };
    await assert.rejects(pool.lease(SIGNAL), { code: 'unreachable' });
    assert.ok((await pool.lease(SIGNAL)).connection.isUsable);
  });

  test('one at rest is kept alive, and closed if that fails', async () => {
    const { remote, pool, clock } = open();
    let said = 0;
    remote.onRequest = (request) => {
      if (request !== 'keepAlive') return;
      said += 1;
      if (said === 3) throw new TransferFailure('connection-lost', 'Gone');
    };
    const lease = await pool.lease(SIGNAL);
    await clock.ring();
    assert.equal(said, 0, 'one in use has other things to say');
    await lease[Symbol.asyncDispose]();
    for (let ring = 0; ring < 5; ring += 1) await clock.ring();
    assert.equal(said, 3);
    await pool.lease(SIGNAL);
    assert.equal(remote.logins, 2);
  });

  test('closed, it ends those at rest at once, the others when they come back, and gives no more', async () => {
    const { pool } = open(2);
    const used = await pool.lease(SIGNAL);
    const rested = await pool.lease(SIGNAL);
    await rested[Symbol.asyncDispose]();
    const waiting = pool.lease(SIGNAL).then((lease) => pool.lease(SIGNAL).catch(() => lease));
    await pool[Symbol.asyncDispose]();
    await waiting.catch(() => {});
    assert.equal(used.connection.isUsable, true);
    await used[Symbol.asyncDispose]();
    assert.equal(used.connection.isUsable, false);
    await assert.rejects(pool.lease(SIGNAL), { code: 'interrupted' });
  });
});

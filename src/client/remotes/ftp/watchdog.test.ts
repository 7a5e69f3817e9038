import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SteppedClock } from '../../../../test/support/stepped-clock.ts';
import { Watchdog } from './watchdog.ts';

function scene() {
  const clock = new SteppedClock();
  const told: string[] = [];
  const dog = new Watchdog({
    clock,
    warnAfter: 30,
    barkAfter: 90,
    warn: (waited) => told.push(`warned after ${waited}`),
    bark: () => told.push('barked'),
  });
  return { clock, told, dog };
}

describe('a watchdog', () => {
  test('warns once and then barks once, when nothing comes', async () => {
    const { clock, told, dog } = scene();
    dog.waiting();
    await clock.pass(29);
    assert.deepEqual(told, []);
    await clock.pass(1);
    assert.deepEqual(told, ['warned after 30']);
    await clock.pass(59);
    assert.equal(told.length, 1);
    await clock.pass(1000);
    assert.deepEqual(told, ['warned after 30', 'barked']);
    assert.equal(clock.sleepers, 0);
  });

  test('begins anew with each sign', async () => {
    const { clock, told, dog } = scene();
    for (let signs = 0; signs < 20; signs += 1) {
      dog.waiting();
      await clock.pass(25);
    }
    assert.deepEqual(told, []);
    await clock.pass(5);
    assert.deepEqual(told, ['warned after 30']);
    dog.waiting();
    await clock.pass(30);
    assert.equal(told.length, 2);
    dog[Symbol.dispose]();
  });

  test('does not count the time in which it is our turn', async () => {
    const { clock, told, dog } = scene();
    await clock.pass(1000);
    dog.waiting();
    await clock.pass(20);
    dog.resting();
    await clock.pass(1000);
    dog.waiting();
    await clock.pass(29);
    assert.deepEqual(told, []);
    dog[Symbol.dispose]();
    await clock.pass(1000);
    assert.deepEqual(told, []);
    assert.equal(clock.sleepers, 0);
  });
});

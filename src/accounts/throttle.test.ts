import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { HandClock } from './hand-clock.ts';
import { LoginThrottle, type LoginThrottleOptions } from './throttle.ts';

const HERE = '192.0.2.1';
const THERE = '192.0.2.2';

function throttled(options: Partial<LoginThrottleOptions> = {}) {
  const clock = new HandClock();
  const throttle = new LoginThrottle({ clock, ...options });
  const fail = (times: number, address = HERE, name = 'anna') => {
    for (let i = 0; i < times; i += 1) throttle.failed(address, name);
  };
  return { clock, throttle, fail };
}

suite('the login throttle', () => {
  test('lets the first failures pass, then doubles the delay up to the limit', () => {
    const { throttle, fail } = throttled();
    const delays = Array.from({ length: 12 }, () => {
      const delay = throttle.delay(HERE, 'anna');
      fail(1);
      return delay;
    });
    assert.deepEqual(
      delays,
      [0, 0, 0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000],
    );
  });

  test('stays at the limit after any number of failures', () => {
    const { throttle, fail } = throttled({ firstDelayMs: 0 });
    fail(3_000);
    assert.equal(throttle.delay(HERE, 'anna'), 0);
    const other = throttled();
    other.fail(3_000);
    assert.equal(other.throttle.delay(HERE, 'anna'), 30_000);
  });

  test('counts the time since the last failure as waited', () => {
    const { clock, throttle, fail } = throttled();
    fail(4);
    clock.advance(400);
    assert.equal(throttle.delay(HERE, 'anna'), 600);
    clock.advance(600);
    assert.equal(throttle.delay(HERE, 'anna'), 0);
  });

  test('slows an address down whatever names it tries', () => {
    const { throttle, fail } = throttled();
    for (const name of ['anna', 'ben', 'cleo', 'dora']) fail(1, HERE, name);
    assert.equal(throttle.delay(HERE, 'emil'), 1_000);
    assert.equal(throttle.delay(THERE, 'emil'), 0);
  });

  test('slows an account down wherever the attempts come from, but never for long', () => {
    const { throttle, fail } = throttled();
    for (let i = 0; i < 200; i += 1) fail(1, `198.51.100.${i}`);
    assert.equal(throttle.delay(HERE, 'anna'), 5_000);
    assert.equal(throttle.delay(HERE, 'ben'), 0);
  });

  test('treats a name that no account has as any other', () => {
    const { throttle, fail } = throttled();
    fail(5, HERE, 'nobody');
    assert.equal(throttle.delay(THERE, 'nobody'), 2_000);
  });

  test('counts an IPv6 address by its /64', () => {
    const { throttle, fail } = throttled();
    for (let i = 1; i <= 5; i += 1) fail(1, `2001:db8:0:1::${i}`, `name ${i}`);
    assert.equal(throttle.delay('2001:db8:0:1:ffff::9', 'anna'), 2_000);
    assert.equal(throttle.delay('2001:db8:0:2::1', 'anna'), 0);
  });

  test('forgets everything some time after the last failure', () => {
    const { clock, throttle, fail } = throttled({ maxDelayMs: 60 * 60_000 });
    fail(20);
    clock.advance(15 * 60_000 - 1);
    assert.ok(throttle.delay(HERE, 'anna') > 0);
    clock.advance(1);
    assert.equal(throttle.delay(HERE, 'anna'), 0);
    fail(2);
    assert.equal(throttle.delay(HERE, 'anna'), 0);
  });

  test('a success takes back the slips of that address for that account', () => {
    const { throttle, fail } = throttled();
    fail(4);
    throttle.succeeded(HERE, 'anna');
    assert.equal(throttle.delay(HERE, 'anna'), 0);
    fail(2);
    assert.equal(throttle.delay(HERE, 'anna'), 0);
    fail(1);
    assert.equal(throttle.delay(HERE, 'anna'), 500);
  });

  test('a success takes back nothing that other addresses did to the account', () => {
    const { throttle, fail } = throttled();
    fail(4, THERE);
    fail(4, HERE);
    throttle.succeeded(HERE, 'anna');
    assert.equal(throttle.delay('203.0.113.1', 'anna'), 1_000);
    assert.equal(throttle.delay(THERE, 'ben'), 1_000);
    assert.equal(throttle.delay(HERE, 'ben'), 0);
  });

  test('a success with an own account takes back nothing that the address did to others', () => {
    const { throttle, fail } = throttled();
    for (let i = 0; i < 5; i += 1) {
      fail(1, HERE, 'anna');
      throttle.succeeded(HERE, 'mallory');
    }
    assert.equal(throttle.delay(HERE, 'mallory'), 2_000);
    assert.equal(throttle.delay(THERE, 'anna'), 2_000);
  });

  test('remembers so many addresses and accounts, the oldest are forgotten first', () => {
    const { throttle, fail } = throttled({ maxEntries: 2 });
    fail(5, HERE, 'anna');
    fail(5, THERE, 'ben');
    assert.equal(throttle.delay(HERE, 'x'), 2_000);
    fail(5, '203.0.113.1', 'cleo');
    assert.equal(throttle.delay(HERE, 'x'), 0);
    assert.equal(throttle.delay('203.0.113.9', 'anna'), 0);
    assert.equal(throttle.delay(THERE, 'x'), 2_000);
  });

  test('keeps names apart however they and the addresses are spelt', () => {
    const { throttle, fail } = throttled();
    fail(5, 'a', 'b');
    assert.equal(throttle.delay('c', 'a","b'), 0);
    assert.equal(throttle.delay('c', 'B'), 0);
  });
});

suite('the waiting room of the login throttle', () => {
  test('has so many places for each address, and refuses one more at once', () => {
    const { throttle } = throttled();
    const leave = Array.from({ length: 8 }, () => throttle.enter(HERE));
    assert.ok(leave.every((one) => one !== undefined));
    assert.equal(throttle.enter(HERE), undefined);
    assert.notEqual(throttle.enter(THERE), undefined);
    leave[3]?.();
    assert.notEqual(throttle.enter(HERE), undefined);
    assert.equal(throttle.enter(HERE), undefined);
  });

  test('gets a place back once, however often it is given', () => {
    const { throttle } = throttled({ maxWaitingPerAddress: 2 });
    const leave = throttle.enter(HERE);
    throttle.enter(HERE);
    leave?.();
    leave?.();
    assert.notEqual(throttle.enter(HERE), undefined);
    assert.equal(throttle.enter(HERE), undefined);
  });

  test('is shared by a /64', () => {
    const { throttle } = throttled({ maxWaitingPerAddress: 1 });
    const leave = throttle.enter('2001:db8::1');
    assert.equal(throttle.enter('2001:db8::2'), undefined);
    leave?.();
    assert.notEqual(throttle.enter('2001:db8::2'), undefined);
  });
});

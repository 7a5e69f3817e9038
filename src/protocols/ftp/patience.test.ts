import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock, type Clock } from '../../base/clock.ts';
import { FTP_DEFAULTS } from './options.ts';
import { Patience } from './patience.ts';
import { replies } from './replies.ts';

const MINUTE = 60_000;

/** A clock that only the test moves. */
function handClock(): { clock: Clock; forward: (milliseconds: number) => Promise<void> } {
  let now = 0;
  let sleepers: { until: number; wake: () => void }[] = [];
  const clock: Clock = {
    ...systemClock,
    monotonic: () => now,
    sleep: (milliseconds) =>
      new Promise((resolve) => {
        sleepers.push({ until: now + milliseconds, wake: resolve });
      }),
  };
  const forward = async (milliseconds: number): Promise<void> => {
    // Minute by minute: a sleeper that looks again may sleep again.
    for (const end = now + milliseconds; now < end;) {
      now = Math.min(end, now + MINUTE / 2);
      const due = sleepers.filter(({ until }) => until <= now);
      sleepers = sleepers.filter(({ until }) => until > now);
      for (const { wake } of due) wake();
      await new Promise(setImmediate);
    }
  };
  return { clock, forward };
}

function patient() {
  const { clock, forward } = handClock();
  const farewells: string[] = [];
  const patience = new Patience(FTP_DEFAULTS, clock, ({ lines }) => farewells.push(...lines));
  patience.begin(new AbortController().signal);
  return { patience, forward, farewells };
}

test('who does not log in within a minute has to leave, whatever else they say', async () => {
  const { patience, forward, farewells } = patient();
  await forward(MINUTE / 2);
  patience.suspend();
  patience.resume(false);
  assert.deepEqual(farewells, []);
  await forward(MINUTE / 2);
  assert.deepEqual(farewells, replies.loginTimeout.lines);
});

test('who has logged in has five minutes from each command', async () => {
  const { patience, forward, farewells } = patient();
  patience.suspend();
  patience.resume(true);
  for (let commands = 0; commands < 10; commands += 1) {
    await forward(4 * MINUTE);
    patience.suspend();
    patience.resume(true);
  }
  assert.deepEqual(farewells, []);
  await forward(5 * MINUTE);
  assert.deepEqual(farewells, replies.idle.lines);
});

test('while a command or transfer runs nobody is impatient, and then the time begins anew', async () => {
  const { patience, forward, farewells } = patient();
  patience.suspend();
  patience.resume(true);
  patience.suspend();
  await forward(300 * MINUTE);
  patience.resume(true);
  await forward(4.5 * MINUTE);
  assert.deepEqual(farewells, []);
  await forward(5 * MINUTE);
  assert.deepEqual(farewells, replies.idle.lines);
});

test('after REIN there is one minute for the next login', async () => {
  const { patience, forward, farewells } = patient();
  patience.suspend();
  patience.resume(true);
  await forward(MINUTE);
  patience.suspend();
  patience.resume(false);
  await forward(2 * MINUTE);
  assert.deepEqual(farewells, replies.loginTimeout.lines);
});

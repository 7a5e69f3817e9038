import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { systemClock, type Clock } from '../../base/clock.ts';
import {
  decide,
  silent,
  judge,
  type ControlSight,
  type Evidence,
  type Verdict,
} from './completion.ts';
import type { Grace } from './transfers/grace.ts';

const PLAIN: Evidence = {
  end: 'finished',
  closeNotify: 'none',
  mark: 'none',
  start: 0,
  received: 100,
  length: undefined,
  announced: undefined,
  control: 'silent',
  waited: false,
};

type Case = readonly [why: string, evidence: Partial<Evidence>, verdict: Verdict['kind']];

const CASES: readonly Case[] = [
  ['an end in order is looked at twice', {}, 'wait'],
  ['silence until the time is over is consent', { waited: true }, 'complete'],
  ['another command shows that the sender lives', { control: 'spoke' }, 'complete'],
  ['QUIT shows that the sender meant to leave', { control: 'goodbye' }, 'complete'],
  ['both connections ended and nobody said why', { control: 'gone' }, 'unconfirmed'],
  ['a reset is a cut', { end: 'reset' }, 'cut'],
  ['so is a stall', { end: 'stalled', control: 'spoke' }, 'cut'],
  ['so is an abort, even at the full length', { end: 'aborted', length: 100 }, 'cut'],
  ['close_notify says that this is the end', { closeNotify: 'said', waited: true }, 'complete'],
  ['unless ABOR follows', { closeNotify: 'said' }, 'wait'],
  ['even if the sender left at once', { closeNotify: 'said', control: 'gone' }, 'complete'],
  ['but not before all that was said has come', { closeNotify: 'said', length: 101 }, 'short'],
  ['nor after an abort', { closeNotify: 'said', end: 'aborted' }, 'cut'],
  ['without it, an end in order is looked at twice', { closeNotify: 'missing' }, 'wait'],
  [
    'a sender who never says it may still live',
    { closeNotify: 'missing', waited: true },
    'complete',
  ],
  ['or be gone', { closeNotify: 'missing', control: 'gone' }, 'unconfirmed'],
  ['where it is due, its absence is a cut', { closeNotify: 'due' }, 'cut'],
  ['whatever the control connection shows', { closeNotify: 'due', control: 'goodbye' }, 'cut'],
  ['but a known length is proof without it', { closeNotify: 'due', length: 100 }, 'complete'],
  ['the end mark is proof', { mark: 'seen' }, 'complete'],
  ['also before a reset', { mark: 'seen', end: 'reset' }, 'complete'],
  ['and if the sender has left', { mark: 'seen', control: 'gone' }, 'complete'],
  ['and where close_notify is due', { mark: 'seen', closeNotify: 'due' }, 'complete'],
  ['but not before all that was said has come', { mark: 'seen', length: 101 }, 'short'],
  ['nor after an abort', { mark: 'seen', end: 'aborted' }, 'cut'],
  ['without the end mark nothing is whole', { mark: 'missing', control: 'spoke' }, 'cut'],
  ['but by its known length', { mark: 'missing', length: 100 }, 'complete'],
  ['the known length is reached', { length: 100, control: 'gone' }, 'complete'],
  ['the known length is reached before a reset', { length: 100, end: 'reset' }, 'complete'],
  ['the known length is not reached', { length: 101, control: 'goodbye' }, 'short'],
  ['a reset short of the known length', { length: 101, end: 'reset' }, 'cut'],
  ['ALLO said the whole', { start: 60, announced: 100 }, 'complete'],
  ['ALLO said the rest', { start: 60, announced: 40 }, 'complete'],
  ['ALLO said more', { announced: 101, control: 'spoke' }, 'short'],
  ['ALLO said more of the rest', { start: 90, announced: 20, control: 'spoke' }, 'short'],
  ['ALLO said less, and so said nothing', { announced: 50, control: 'spoke' }, 'complete'],
  ['ALLO said less, and the sender is gone', { announced: 50, control: 'gone' }, 'unconfirmed'],
];

suite('judging whether an upload is complete', () => {
  for (const [why, evidence, verdict] of CASES) {
    test(`${why}: ${verdict}`, () => {
      assert.equal(judge({ ...PLAIN, ...evidence }).kind, verdict);
    });
  }

  test('an upload that falls short says by how much of what was announced', () => {
    assert.deepEqual(judge({ ...PLAIN, announced: 150 }), {
      kind: 'short',
      received: 100,
      length: 150,
    });
    assert.deepEqual(judge({ ...PLAIN, start: 90, announced: 20 }), {
      kind: 'short',
      received: 10,
      length: 20,
    });
  });
});

/** A control connection of which the test says what it shows. */
class Control {
  sight: ControlSight = 'silent';
  readonly #change = Promise.withResolvers<void>();

  become(sight: ControlSight): void {
    this.sight = sight;
    this.#change.resolve();
  }

  watch() {
    return { sight: () => this.sight, changed: () => this.#change.promise };
  }
}

/** So long, however busy this machine is. */
function always(ms: number): Grace {
  return { ms, busyMs: ms };
}

/** A clock on which all waits last until the test ends them. */
function stillClock(): { clock: Clock; waits: number[]; pass: () => void } {
  const waits: number[] = [];
  const time = Promise.withResolvers<void>();
  const clock: Clock = {
    ...systemClock,
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return time.promise;
    },
  };
  return { clock, waits, pass: time.resolve };
}

suite('waiting for a sign of the sender', () => {
  const { control: _, waited: __, ...ended } = PLAIN;

  test('what is clear is decided without a wait', async () => {
    const { clock, waits } = stillClock();
    const control = new Control();
    control.become('spoke');
    const patience = {
      clock,
      grace: always(1000),
      mostMs: 1000,
      signal: new AbortController().signal,
    };
    assert.deepEqual(await decide(ended, control.watch(), patience), {
      kind: 'complete',
      because: 'another command followed the data',
    });
    assert.deepEqual(waits, []);
  });

  test('an end of the control connection within two turns is seen without a wait', async () => {
    const { clock, waits } = stillClock();
    const control = new Control();
    setImmediate(() => control.become('gone'));
    const patience = {
      clock,
      grace: always(1000),
      mostMs: 1000,
      signal: new AbortController().signal,
    };
    assert.deepEqual(await decide(ended, control.watch(), patience), { kind: 'unconfirmed' });
    assert.deepEqual(waits, []);
  });

  test('a small upload whose sender is silent is complete without a wait', async () => {
    const { clock, waits } = stillClock();
    const patience = {
      clock,
      grace: always(0.04),
      mostMs: 1000,
      signal: new AbortController().signal,
    };
    const verdict = await decide(ended, new Control().watch(), patience);
    assert.deepEqual(verdict, { kind: 'complete', because: silent('none') });
    assert.deepEqual(waits, []);
  });

  test('a wait ends with the time it was given', async () => {
    const { clock, waits, pass } = stillClock();
    const patience = {
      clock,
      grace: always(700),
      mostMs: 1000,
      signal: new AbortController().signal,
    };
    const decided = decide(ended, new Control().watch(), patience);
    pass();
    assert.deepEqual(await decided, { kind: 'complete', because: silent('none') });
    assert.deepEqual(waits, [700]);
  });

  for (const [grace, late, again] of [
    [always(10), 35, 35],
    [always(10), 60_000, 1000],
    [{ ms: 4, busyMs: 10 }, 2.5, 3.5],
    [{ ms: 4, busyMs: 10 }, 35, 35],
  ] as const) {
    test(`a wait of ${grace.ms} ms whose end was noticed ${late} ms late is followed by another of ${again} ms`, async () => {
      const control = new Control();
      const waits: number[] = [];
      let now = 0;
      const clock: Clock = {
        ...systemClock,
        monotonic: () => now,
        sleep: (milliseconds) => {
          waits.push(milliseconds);
          // All of this machine was late: the second time, with the news that the sender is gone.
          now += milliseconds + late;
          if (waits.length === 2) control.become('gone');
          return Promise.resolve();
        },
      };
      const { signal } = new AbortController();
      const patience = { clock, grace, mostMs: 1000, signal };
      assert.deepEqual(await decide(ended, control.watch(), patience), { kind: 'unconfirmed' });
      assert.deepEqual(waits, [grace.ms, again]);
    });
  }

  for (const [sight, verdict] of [
    ['gone', 'unconfirmed'],
    ['spoke', 'complete'],
    ['goodbye', 'complete'],
  ] as const) {
    test(`a wait ends with what the control connection shows: ${sight}`, async () => {
      const control = new Control();
      const clock: Clock = {
        ...systemClock,
        // Time stands still; only the event ends the wait.
        sleep: () => {
          control.become(sight);
          return new Promise(() => {});
        },
      };
      const patience = {
        clock,
        grace: always(700),
        mostMs: 1000,
        signal: new AbortController().signal,
      };
      const decided = await decide(ended, control.watch(), patience);
      assert.equal(decided.kind, verdict);
    });
  }

  test('an abort during the wait is a cut', async () => {
    const abort = new AbortController();
    const clock: Clock = {
      ...systemClock,
      sleep: (_milliseconds, signal) => {
        abort.abort();
        return signal?.aborted ? Promise.reject(new Error('aborted')) : Promise.resolve();
      },
    };
    const patience = { clock, grace: always(700), mostMs: 1000, signal: abort.signal };
    assert.deepEqual(await decide(ended, new Control().watch(), patience), { kind: 'cut' });
  });
});

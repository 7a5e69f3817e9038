import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type EndedUpload, GRACE_DEFAULTS, type GraceOptions, graceFor } from './grace.ts';

const SHORT: EndedUpload = {
  tookMs: 20,
  bytes: 1_000_000,
  closeNotify: 'none',
  atOnce: 1,
  roundTripMs: undefined,
};

/** As an operator may have it. */
const SHORTENED: GraceOptions = { ...GRACE_DEFAULTS, roundTrips: 4 };

type Case = readonly [
  why: string,
  upload: Partial<EndedUpload>,
  milliseconds: number,
  options?: Partial<GraceOptions>,
];

const CASES: readonly Case[] = [
  ['an upload whose way is unknown waits the shortest wait', {}, 10],
  ['what comes in one write waits for nothing', { bytes: 8192 }, 0.4],
  ['but an empty upload does', { bytes: 0 }, 10],
  ['a long upload waits its share', { tookMs: 20_000 }, 400],
  ['but not longer than the longest wait', { tookMs: 600_000 }, 1000],
  ['four round trips are enough', { roundTripMs: 1 }, 4],
  ['as many as the operator wants', { roundTripMs: 1 }, 8, { roundTrips: 8 }],
  ['where they are short, a machine gets its time', { roundTripMs: 0.1 }, 2],
  ['where they are long, nobody waits longer for them', { roundTripMs: 30 }, 10],
  [
    'what consists of blocks may have been left between two',
    { roundTripMs: 1, bytes: 1 << 20 },
    10,
  ],
  [
    'unless close_notify says that it was not',
    { roundTripMs: 1, bytes: 1 << 20, closeNotify: 'said' },
    4,
  ],
  ['they do not shorten a share', { roundTripMs: 0.1, tookMs: 20_000 }, 400],
  [
    'they say nothing where they are not looked at',
    { roundTripMs: 1 },
    10,
    { roundTrips: undefined },
  ],
  ['uploads at once divide the share', { roundTripMs: 0.1, tookMs: 20_000, atOnce: 4 }, 100],
  ['also of what the longest wait ends', { tookMs: 600_000, atOnce: 50 }, 240],
  ['but wait for the signs of a kernel', { roundTripMs: 1, tookMs: 2000, atOnce: 50 }, 4],
  ['close_notify is not said by who unwinds', { closeNotify: 'said', tookMs: 20_000 }, 10],
  ['its absence says nothing', { closeNotify: 'missing', tookMs: 20_000 }, 400],
];

suite('how long an upload waits for a sign of its sender', () => {
  for (const [why, upload, milliseconds, options] of CASES) {
    test(`${why}: ${milliseconds} ms`, () => {
      const { ms } = graceFor({ ...SHORT, ...upload }, { ...SHORTENED, ...options });
      assert.equal(ms, milliseconds);
    });
  }

  test('what round trips have shortened is as long as ever on a busy machine', () => {
    assert.deepEqual(graceFor({ ...SHORT, roundTripMs: 1 }, SHORTENED), { ms: 4, busyMs: 10 });
  });
});

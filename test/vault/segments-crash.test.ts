import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Home } from '../../src/vault/home.ts';
import { dieAtEveryStep, LINES, type Scenario, THERE } from './dying.ts';
import { at, put, read, sha256 } from './harness.ts';

function missing(home: Home, path: string, content: string) {
  const digest = { algorithm: 'sha-256', hex: sha256(content) } as const;
  const promise = { length: content.length, digest };
  return home.missing(at(path), promise, undefined, 'test', () => {});
}

async function segment(home: Home, path: string, content: string, start: number, end: number) {
  const { uploadId = '' } = await missing(home, path, content);
  return home.segment(uploadId, at(path), { start, end }, 'test');
}

/** Sends all that is missing, in halves at once, and asks that it be published. */
async function sendMissing(home: Home, path: string, content: string): Promise<void> {
  const { ranges } = await missing(home, path, content);
  const halves = ranges.flatMap(({ start, end }) => {
    const half = Math.floor((start + end) / 2);
    return [
      { start: half, end },
      { start, end: half },
    ].filter((one) => one.start < one.end);
  });
  const ends = await Promise.allSettled(
    halves.map(async ({ start, end }) => {
      const writer = await segment(home, path, content, start, end);
      await writer.write([Buffer.from(content.slice(start, end))]);
      await writer.complete();
    }),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const left = await missing(home, path, content);
  assert.deepEqual(left.ranges, []);
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'an upload that comes in segments',
    run: (home) => sendMissing(home, '/a', LINES),
    allowed: [THERE, { ...THERE, '/a': LINES }],
    next: async (home) => {
      await sendMissing(home, '/a', LINES);
      assert.equal(await read(home, '/a'), LINES);
    },
  },
  {
    name: 'one stream that goes on with what came in segments',
    before: async (home) => {
      const writer = await segment(home, '/new', LINES, 0, 700);
      await writer.write([Buffer.from(LINES.slice(0, 700))]);
      await writer.complete();
      const behind = await segment(home, '/new', LINES, 2000, 2500);
      await behind.write([Buffer.from(LINES.slice(2000, 2200))]);
      await behind.interrupt('cut');
    },
    run: (home) => put(home, '/new', LINES.slice(700), { kind: 'resume', offset: 700 }),
    allowed: [THERE, { ...THERE, '/new': LINES }],
    next: async (home) => {
      await sendMissing(home, '/new', LINES);
      assert.equal(await read(home, '/new'), LINES);
    },
  },
];

describe('a vault whose process dies while an upload comes in segments', () => {
  for (const scenario of SCENARIOS) {
    it(`has the old or the new state at every step of ${scenario.name}`, async () => {
      const deaths = await dieAtEveryStep(scenario);
      assert.ok(deaths > 5, `only ${deaths} steps were tried`);
    });
  }
});

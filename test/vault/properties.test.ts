import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import type { Placement } from '../../src/vault/placement.ts';
import { type Bench, at, begin, openBench, put, read, sha256 } from './harness.ts';
import { checkBooks } from './books.ts';
import { Play, moves } from './play.ts';

/** How long one property may be shown and, should it fail, be made smaller. */
const LIMIT_MS = 20_000;

/** What is sent before the next cut, and from where it goes on afterwards. */
const cut = fc.record({
  bytes: fc.integer({ min: 0, max: 4000 }),
  chunk: fc.integer({ min: 1, max: 1700 }),
  /** Told to the vault, or the process is gone. */
  how: fc.constantFrom('interrupted', 'killed'),
  /** How much of what is durable is used, in percent. */
  keep: fc.oneof(fc.constant(100), fc.nat({ max: 100 })),
  by: fc.constantFrom('resume', 'append'),
});

/** Bytes that differ from place to place, as text. */
function content(length: number): string {
  return Array.from({ length }, (_, index) => String.fromCharCode(33 + ((index * 7) % 94))).join(
    '',
  );
}

describe('a vault, whatever happens', () => {
  it('has the same file and digest however an upload was cut and continued', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 9000 }),
        fc.array(cut, { maxLength: 6 }),
        fc.constantFrom('', 'an old version of it, which is to be replaced'),
        async (length, cuts, old) => {
          const whole = content(length);
          const benches = [await openBench(new MemoryStore())];
          const newest = (): Bench => benches.at(-1) ?? assert.fail('no bench');
          if (old !== '') await put(newest().home, '/a', old);
          let placement: Placement = { kind: 'replace' };
          for (const { bytes, chunk, how, keep, by } of cuts) {
            const { home, vault } = newest();
            const writer = await begin(home, '/a', placement);
            const end = Math.min(whole.length, writer.start + bytes);
            for (let sent = writer.start; sent < end; sent += chunk) {
              const rest = whole.slice(sent, Math.min(end, sent + chunk));
              await writer.write([Buffer.from(rest, 'latin1')]);
            }
            if (how === 'interrupted') await writer.interrupt('cut');
            else benches.push(await newest().reopen());
            assert.equal(await readOr(home, ''), old, 'nothing half done is visible');
            const [row] = await vault.uploads();
            const durable = row?.offset ?? 0;
            assert.ok(durable <= whole.length);
            const offset = Math.floor((durable * keep) / 100);
            const isWhole = offset === durable && by === 'append' && old === '' && durable > 0;
            if (isWhole) placement = { kind: 'append' };
            else placement = offset > 0 ? { kind: 'resume', offset } : { kind: 'replace' };
          }
          const { home } = newest();
          const last = await begin(home, '/a', placement);
          await last.write([Buffer.from(whole.slice(last.start), 'latin1')]);
          await last.complete();
          assert.equal(await read(home, '/a'), whole);
          const digest = await home.digest(at('/a'), 'sha-256', undefined, undefined);
          assert.equal(digest.hex, sha256(whole));
          await checkBooks(newest());
          for (const bench of benches) await bench[Symbol.asyncDispose]();
        },
      ),
      { numRuns: 40, interruptAfterTimeLimit: LIMIT_MS },
    );
  });

  it('holds what a simple model holds, whoever does what in which order', async () => {
    let completed = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(moves, { minLength: 20, maxLength: 60, size: 'max' }),
        fc.option(fc.integer({ min: 3000, max: 12_000 }), { nil: undefined }),
        async (todo, quota) => {
          const store = new MemoryStore();
          await using bench = await openBench(store);
          if (quota !== undefined) await bench.setLimits({ bytes: quota });
          const play = await Play.begin(bench, store);
          for (const move of todo) {
            await play.make(move);
            await play.checkFiles();
            if (quota !== undefined) await checkWithin(bench, quota);
          }
          await play.end();
          await play.checkFiles();
          await play.checkStaged();
          await checkBooks(bench, await store.openTree('home'));
          completed += play.completed;
        },
      ),
      { numRuns: 40, interruptAfterTimeLimit: LIMIT_MS },
    );
    assert.ok(completed > 40, `only ${completed} uploads were completed`);
  });

  it('keeps its books right when everybody does everything at the same time', async () => {
    let completed = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(moves, { minLength: 10, maxLength: 30, size: 'max' }), {
          minLength: 2,
          maxLength: 5,
        }),
        async (all) => {
          const store = new MemoryStore();
          await using bench = await openBench(store);
          await bench.setLimits({ bytes: 20_000 });
          const plays = await Promise.all(all.map(() => Play.begin(bench, store)));
          await Promise.all(
            plays.map(async (play, index) => {
              for (const move of all[index] ?? []) await play.make(move);
            }),
          );
          await checkWithin(bench, 20_000);
          for (const play of plays) await play.end();
          await checkBooks(bench, await store.openTree('home'));
          completed += plays.reduce((sum, play) => sum + play.completed, 0);
        },
      ),
      { numRuns: 30, interruptAfterTimeLimit: LIMIT_MS },
    );
    assert.ok(completed > 30, `only ${completed} uploads were completed`);
  });
});

async function checkWithin(bench: Bench, quota: number): Promise<void> {
  const { committed, reserved } = await bench.ledger();
  assert.ok(committed + reserved <= quota, `${committed} + ${reserved} of ${quota}`);
}

async function readOr(home: Bench['home'], none: string): Promise<string> {
  return read(home, '/a').catch(() => none);
}

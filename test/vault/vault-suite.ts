import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Store } from '../../src/storage/store.ts';
import { joinsCases } from './cases-joins.ts';
import { proofCases } from './cases-proof.ts';
import { resumeCases } from './cases-resume.ts';
import { roomCases } from './cases-room.ts';
import { segmentsCases } from './cases-segments.ts';
import { spellingsCases } from './cases-spellings.ts';
import { uploadsCases } from './cases-uploads.ts';
import { type Bench, openBench } from './harness.ts';

/** The cases that every store has to carry; the number is asserted, so that none can be lost. */
const CASES = 74;

/** A store, and where a home can be in it. */
export interface Given extends AsyncDisposable {
  readonly store: Store;
  readonly location: string;
}

/** Declares a case, which gets a vault of its own. */
export type Case = (sentence: string, run: (bench: Bench) => Promise<void>) => void;

/** What a vault promises, whatever store is below it. */
export function vaultSuite(name: string, make: () => Promise<Given>): void {
  describe(`a vault on a ${name} store`, () => {
    let ran = 0;
    const test: Case = (sentence, run) => {
      void it(sentence, async () => {
        await using given = await make();
        await using bench = await openBench(given.store, given.location);
        await run(bench);
        ran += 1;
      });
    };
    before(() => {
      ran = 0;
    });
    after(() => assert.equal(ran, CASES, 'not every case was run to its end'));

    uploadsCases(test);
    resumeCases(test);
    proofCases(test);
    roomCases(test);
    joinsCases(test);
    segmentsCases(test);
    spellingsCases(test);
  });
}

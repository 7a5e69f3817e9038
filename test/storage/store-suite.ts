import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { FILE_CASES } from './cases-files.ts';
import { FOLDER_CASES } from './cases-folders.ts';
import { NAME_CASES } from './cases-names.ts';
import { STAGING_CASES } from './cases-staging.ts';
import type { Case, Subject } from './subject.ts';

const CASES: readonly Case[] = [...FOLDER_CASES, ...FILE_CASES, ...NAME_CASES, ...STAGING_CASES];

/** Written by hand: a suite that runs nothing must not pass. */
const EXPECTED = 69;

/** What every store has to do, shown on one; `make` makes a home that has never been used. */
export function storeSuite(name: string, make: () => Promise<Subject>): void {
  describe(`${name}, as every store`, () => {
    let ran = 0;
    for (const [sentence, show] of CASES) {
      test(sentence, async () => {
        await using subject = await make();
        await show(subject);
        ran += 1;
      });
    }
    after(() => assert.equal(ran, EXPECTED, 'not every case ran to its end'));
  });
}

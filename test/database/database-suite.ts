import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { OWN_CASES } from './cases-own.ts';
import { SHARED_CASES } from './cases-shared.ts';
import type { Subject } from './subject.ts';

/** Written by hand: a suite that runs nothing must not pass. */
const EXPECTED = { own: 15, shared: 9 };

/**
 * What every database has to do.
 * @param make records that have never been used; `open` of what it gives may be absent, where
 *   nobody else can open the same
 */
export function databaseSuite(name: string, isShared: boolean, make: () => Promise<Subject>): void {
  describe(`${name}, as every database`, () => {
    const cases = isShared ? [...OWN_CASES, ...SHARED_CASES] : OWN_CASES;
    let ran = 0;
    for (const [sentence, show] of cases) {
      it(sentence, async () => {
        await using subject = await make();
        await show(subject);
        ran += 1;
      });
    }
    after(() => {
      const expected = EXPECTED.own + (isShared ? EXPECTED.shared : 0);
      assert.equal(ran, expected, 'not every case ran to its end');
    });
  });
}

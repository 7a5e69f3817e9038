import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';

/** What is seen when the data of an upload has ended: the left column of the design's section 5. */
export const COMPLETE_OR_CUT = [
  'RST, time-out, ABOR, control connection lost while data flowed',
  'length known (ALLO, promised digest, resumed upload with known length) and reached',
  'length known and not reached',
  'MODE B/Z end marker, TLS close_notify',
  'plain FIN, control connection still open after the grace time',
  'plain FIN, and the control connection closes too without QUIT',
] as const;

/** What a client meets that goes on: the left column of the design's section 6. */
export const RESUME = [
  'no committed file, unfinished upload of n durable bytes',
  'committed file exists, unfinished overwrite of n bytes',
  'REST m + STOR, or APPE, while an unfinished upload exists',
  'APPE with an unfinished upload and no committed file',
  'REST m + STOR, no unfinished upload, committed file of size s',
  'APPE, no unfinished upload',
  'REST m > 0, nothing there',
  'REST m + RETR',
  'plain STOR over an unfinished upload',
  'a second session resumes while the first hangs',
] as const;

/** All rows of both tables. */
const ALL_ROWS = 16;

/** One variant of a row's situation. */
export type Variants = Readonly<Record<string, (context: TestContext) => Promise<void>>>;

/**
 * Registers the tests of one table's rows, and one that fails if a row has none.
 * @param variants of each row: subtests; a name may begin with its row and say more, for today
 */
export function testRows<Row extends string>(
  rows: readonly Row[],
  variants: Readonly<Record<Row, { readonly today?: string; readonly variants: Variants }>>,
): void {
  let subtests = 0;
  const registered = rows.filter((row) => {
    const { today, variants: all } = variants[row];
    test(today === undefined ? row : `${row} (${today})`, async (context) => {
      for (const [name, run] of Object.entries(all)) await context.test(name, run);
    });
    subtests += Object.keys(all).length;
    return Object.keys(all).length > 0;
  });

  test(`each of the ${rows.length} rows has its test`, () => {
    assert.deepEqual(registered, rows);
    assert.ok(subtests > rows.length, `${subtests} variants`);
    assert.equal(COMPLETE_OR_CUT.length + RESUME.length, ALL_ROWS);
  });
}

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Scene } from './scene.ts';

/** Names and paths: what every verb that takes one is to withstand. */
export const NAMES = [
  'traversal',
  'prefix check',
  'symlinks',
  'bytes',
  'normalisation',
  'logs',
] as const;

/** The protocol and the resources behind it. */
export const PROTOCOL = [
  'bounce',
  'data hijack',
  'over-long line',
  'Telnet',
  'STARTTLS',
  'login',
] as const;

export const RESOURCES = [
  'slowloris',
  'ABOR/QUIT/close at every byte of every phase',
  'connect + immediate RST',
  'zip bomb MODE Z',
  'glob',
  'quota race',
  'resume abuse',
  'concurrent',
  'hash DoS',
  'exceptions',
] as const;

/** What other servers have paid for, as far as it can happen to one like this: each is in the name of a case. */
export const LESSONS: Readonly<Record<string, string>> = {
  'CVE-2004-0042': 'different replies reveal users',
  'CVE-2004-1602': 'the time of a login reveals users',
  'CVE-2007-6736': 'traversal',
  'CVE-2007-6739': 'an over-long line',
  'CVE-2008-4242': 'an over-long line is split, and its rest is run',
  'CVE-2008-7262': 'traversal by verbs that were forgotten',
  'CVE-2008-7264': 'a leak when a transfer is cut',
  'CVE-2009-0542': 'names of users are parts of SQL',
  'CVE-2009-5011': 'a race between accepting and closing',
  'CVE-2009-5013': 'a leak by QUIT in a transfer',
  'CVE-2010-3494': 'the peer is gone before it was accepted',
  'CVE-2010-3867': 'SITE verbs do not check paths',
  'CVE-2010-4221': 'Telnet bytes overflow a line',
  'CVE-2011-0762': 'patterns without bounds',
  'CVE-2011-1575': 'commands behind AUTH TLS in the clear',
  'CVE-2011-4130': 'a command ends the transfer that answers it',
  'CVE-2012-6095': 'a link is made while a folder is',
  'CVE-2015-1419': 'what is denied is compared before it is normalised',
  'CVE-2015-3306': 'copies on the server before a login',
  'CVE-2017-7418': 'only the last part of a path is checked for links',
  'CVE-2019-12815': 'copies on the server without permission',
  'CVE-2019-18217': 'an over-long line that never ends',
  'CVE-2019-20176': 'recursion in a listing',
  'CVE-2020-9273': 'a transfer is cut by a command',
  'CVE-2020-9274': 'reads beyond what was said',
  'CVE-2020-15152': 'PORT to anybody',
  'CVE-2020-26299': 'a backslash leaves the root',
  'CVE-2021-3618': 'another protocol on this port',
  'CVE-2021-30047': 'the limit of connections locks everybody out',
  'CVE-2021-40524': 'a quota that begins below nothing',
  'CVE-2023-51713': 'quotes that do not end',
  'CVE-2024-48208': 'MLSD reads beyond what was said',
  'CVE-2024-48651': 'what is missing is a privilege',
  'CVE-2025-14242': 'patterns without bounds, again',
  'CVE-2025-47812': 'NUL in a name',
  'CVE-2026-30914': 'a path is normalised after it was checked',
  'CVE-2026-30915': 'the name of a user leads out of a template',
  'CVE-2026-126346': 'a check throws where nobody catches',
};

/** The tests of one row; the name of each says what is tried. */
export type Cases = Readonly<Record<string, (scene: Scene, context: TestContext) => Promise<void>>>;

/** Each row with its cases: a row that is missing does not compile. */
export type Corpus = Readonly<
  Record<(typeof NAMES | typeof PROTOCOL | typeof RESOURCES)[number], Cases>
>;

/** What every row has. */
const FEWEST_CASES = 1;

/** Registers a test for each row, with its cases inside, and one that counts them. */
export function testCorpus(corpus: Corpus, scene: () => Scene): void {
  const rows = [...NAMES, ...PROTOCOL, ...RESOURCES];
  for (const row of rows) {
    test(row, async (context) => {
      for (const [name, run] of Object.entries(corpus[row])) {
        await context.test(name, (inner) => run(scene(), inner));
      }
    });
  }

  test(`each of the ${rows.length} rows has its cases`, () => {
    for (const row of rows) {
      assert.ok(Object.keys(corpus[row]).length >= FEWEST_CASES, `${row} has no case`);
    }
    assert.equal(rows.length, 22);
  });

  test(`each of the ${Object.keys(LESSONS).length} lessons has its case`, () => {
    const names = rows.flatMap((row) => Object.keys(corpus[row])).join('\n');
    const missing = Object.keys(LESSONS).filter((id) => !names.includes(id));
    assert.deepEqual(missing, []);
    const known = names.match(/CVE-\d+-\d+/g) ?? [];
    assert.deepEqual(
      known.filter((id) => !Object.hasOwn(LESSONS, id)),
      [],
    );
  });
}

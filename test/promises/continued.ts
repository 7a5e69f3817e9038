import assert from 'node:assert/strict';
import type { Client } from '../ftp/client.ts';
import type { Live } from '../ftp/live.ts';
import type { Variants } from './rows.ts';
import {
  expectCommitted,
  expectLogged,
  expectSight,
  leave,
  refused,
  store,
  unfinishedOf,
} from './visitor.ts';

/** A file, and an unfinished upload: no byte of the one is in the other. */
export const OLD = 'the old version';
export const STAGED = '0123456789';

/**
 * `REST m` and a verb while ten bytes of an upload are staged, over nothing or over a file.
 * @param at the server, once it runs
 */
export function continued(
  at: () => Live,
  verb: 'STOR' | 'APPE',
  over: 'nothing' | 'a file',
): Variants {
  const isOverwrite = over === 'a file';
  const named = (what: string) => `${verb}-${isOverwrite ? 'over' : 'alone'}-${what}`;
  const prepare = async (name: string): Promise<Client> => {
    const client = await at().logIn();
    if (isOverwrite) await store(client, `STOR ${name}`, OLD, '226 Stored, 15 bytes');
    await leave(client, `STOR ${name}`, STAGED);
    return client;
  };
  /** What is seen while so many bytes are staged. */
  const sight = (staged: number) => (isOverwrite ? { file: OLD } : { partial: staged });

  return {
    [`${verb} at m = n over ${over}`]: async () => {
      const name = named('end');
      await using client = await prepare(name);
      await client.say('REST 10', 350);
      await store(client, `${verb} ${name}`, 'abc', '226 Stored, 13 bytes');
      await expectCommitted(at(), name, `${STAGED}abc`);
      await expectLogged(at(), `/${name}`, { resumedFrom: 10, bytes: 3, outcome: 'complete' });
    },

    [`${verb} at m < n over ${over}, and what was behind m is dropped`]: async () => {
      const name = named('middle');
      await using client = await prepare(name);
      await client.say('REST 4', 350);
      await leave(client, `${verb} ${name}`, 'ab', 4);
      await expectSight(client, name, sight(6));
      assert.deepEqual(await unfinishedOf(at(), name), ['6 of ? bytes, interrupted']);
      await client.say('REST 6', 350);
      await store(client, `${verb} ${name}`, 'c', '226 Stored, 7 bytes');
      await expectCommitted(at(), name, '0123abc');
    },

    [`${verb} at m > n over ${over} is refused with 554, which names n`]: async () => {
      const name = named('beyond');
      await using client = await prepare(name);
      // The last is the size of the old file, which is never meant.
      for (const offset of [11, OLD.length]) {
        await client.say(`REST ${offset}`, 350);
        await refused(client, `${verb} ${name}`, '554 Only 10 bytes of this upload are here');
      }
      await expectSight(client, name, sight(10));
      assert.deepEqual(await unfinishedOf(at(), name), ['10 of ? bytes, interrupted']);
    },
  };
}

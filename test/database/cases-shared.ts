import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import type { Query } from '../../src/database/database.ts';
import { type Case, addHome, committedIn, countHomes, homeOf, increase } from './subject.ts';

/** What holds for records that several processes have open. */
export const SHARED_CASES: readonly Case[] = [
  [
    'has everything when it is opened again, and changes no table',
    async ({ database, open }) => {
      const id = await addHome(database, 7);
      const before = await migrations(database.query);
      const tables = await schema(database.query);
      await database[Symbol.asyncDispose]();
      const again = await open();
      assert.equal(await committedIn(again.query, id), 7);
      assert.deepEqual(await migrations(again.query), before);
      assert.deepEqual(await schema(again.query), tables);
      assert.ok(before.length > 0);
    },
  ],
  [
    'can be opened by several for the first time at once',
    async ({ database, open }) => {
      const others = await Promise.all([open(), open(), open()]);
      for (const other of others) {
        assert.deepEqual(await schema(other.query), await schema(database.query));
      }
    },
  ],
  [
    'lets one at a time write, and loses nothing of any',
    async ({ database, open }) => {
      const other = await open();
      const id = await addHome(database);
      await Promise.all(
        Array.from({ length: 60 }, (_, index) => increase(index % 2 ? database : other, id)),
      );
      assert.equal(await committedIn(database.query, id), 60);
      assert.equal(await committedIn(other.query, id), 60);
    },
  ],
  [
    'lets others read what was there while one writes, and shows them the rest at its end',
    async ({ database, open }) => {
      const other = await open();
      const gate = Promise.withResolvers<void>();
      const isWriting = Promise.withResolvers<void>();
      const writing = database.write(async (write) => {
        await write.insertInto('homes').values(homeOf(1)).execute();
        isWriting.resolve();
        await gate.promise;
      });
      await isWriting.promise;
      assert.equal(await countHomes(other.query), 0);
      gate.resolve();
      await writing;
      assert.equal(await countHomes(other.query), 1);
    },
  ],
  [
    'does not hold up everything else here while another one writes',
    async ({ database, open }) => {
      const other = await open();
      const id = await addHome(database);
      const gate = Promise.withResolvers<void>();
      const isWriting = Promise.withResolvers<void>();
      const first = other.write(async (write) => {
        await write.insertInto('homes').values(homeOf(1)).execute();
        isWriting.resolve();
        await gate.promise;
      });
      await isWriting.promise;
      let isDone = false;
      const second = increase(database, id).then(() => {
        isDone = true;
      });
      for (let turns = 0; turns < 100; turns += 1) await turn();
      assert.equal(isDone, false);
      gate.resolve();
      await Promise.all([first, second]);
      assert.equal(await committedIn(database.query, id), 1);
    },
  ],
  [
    'knows when another one has written, and only then',
    async ({ database, open }) => {
      const other = await open();
      const seen: number[] = [await database.outsideChanges()];
      const look = async () => seen.push(await database.outsideChanges());
      await look();
      await countHomes(other.query);
      await look();
      await addHome(database);
      await look();
      assert.equal(new Set(seen).size, 1, 'nobody else has written yet');
      await addHome(other);
      await look();
      await look();
      assert.equal(new Set(seen).size, 2);
      await other.write(async () => {});
      await assert.rejects(
        other.write(async (write) => {
          await write.insertInto('homes').values(homeOf(1)).execute();
          throw new Error('changed my mind');
        }),
      );
      await look();
      assert.equal(new Set(seen).size, 2, 'what was not kept is no change');
    },
  ],
  [
    'is free at once when a process dies in the middle of a transaction, and keeps nothing of it',
    async ({ database, file }) => {
      const { child, said } = startOther(file, 'hold');
      await said('inside');
      child.kill('SIGKILL');
      await once(child, 'exit');
      assert.equal(await countHomes(database.query), 0);
      const id = await addHome(database);
      await increase(database, id);
    },
  ],
  [
    'keeps what a process has written before it dies',
    async ({ database, file }) => {
      const { child, said } = startOther(file, 'write');
      await said('written');
      child.kill('SIGKILL');
      await once(child, 'exit');
      assert.equal(await countHomes(database.query), 1);
      await database.check();
    },
  ],
  [
    'counts right however many processes count',
    async ({ database, file }) => {
      const id = await addHome(database);
      const others = [1, 2, 3].map(() => startOther(file, 'count', String(id)));
      const own = Array.from({ length: 30 }, () => increase(database, id));
      await Promise.all([...own, ...others.map(({ said }) => said('counted'))]);
      for (const { child } of others) if (child.exitCode === null) await once(child, 'exit');
      assert.equal(await committedIn(database.query, id), 4 * 30);
    },
  ],
];

/** Another process at work on the same records; it says what it has come to. */
function startOther(
  file: string,
  ...task: readonly string[]
): { child: ChildProcess; said: (word: string) => Promise<void> } {
  const program = fileURLToPath(new URL('./other-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, file, ...task], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let heard = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  return {
    child,
    said: async (word) => {
      while (!heard.includes(word)) {
        assert.equal(child.exitCode, null, `it has ended and only said "${heard}"`);
        await turn();
      }
    },
  };
}

async function migrations(query: Query): Promise<unknown[]> {
  return (await sql`select * from kysely_migration`.execute(query)).rows;
}

async function schema(query: Query): Promise<unknown[]> {
  return (await sql`select name, sql from sqlite_schema order by name`.execute(query)).rows;
}

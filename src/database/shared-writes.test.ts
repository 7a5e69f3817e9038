import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database, Write } from './database.ts';
import { type Common, SharedWrites } from './shared-writes.ts';
import { Sqlite } from './sqlite/sqlite.ts';
import { statement } from './statement.ts';

const ADD = statement((on, given: { readonly location: string }) =>
  on.insertInto('homes').values({
    location: given.location,
    quota_bytes: null,
    quota_files: null,
    max_file_bytes: null,
  }),
);

async function locations({ query }: Database): Promise<string[]> {
  const rows = await query.selectFrom('homes').select('location').orderBy('location').execute();
  return rows.map(({ location }) => location);
}

const nothing = (): Common => ({ end: async () => {} });

const add = (location: string) => (write: Write) => ADD(write, { location });

test('those who write at once share a transaction and its sync', async () => {
  await using database = await Sqlite.open(':memory:');
  const counts = { transactions: 0, syncs: 0 };
  const shared = new SharedWrites(
    {
      write: (work) => {
        counts.transactions += 1;
        return database.write(work);
      },
      durable: () => {
        counts.syncs += 1;
        return database.durable();
      },
    },
    nothing,
  );
  const written = await Promise.all(['a', 'b', 'c'].map((name) => shared.write(add(name))));
  await Promise.all(written.map(({ durable }) => durable));
  assert.deepEqual(counts, { transactions: 1, syncs: 1 });
  assert.deepEqual(await locations(database), ['a', 'b', 'c']);
});

test('what fails takes nobody else along', async () => {
  await using database = await Sqlite.open(':memory:');
  const shared = new SharedWrites(database, nothing);
  const refused = new Error('refused');
  const failing = shared.write(async (write) => {
    await add('half')(write);
    throw refused;
  });
  const results = await Promise.allSettled([
    shared.write(add('before')),
    failing,
    shared.write(add('behind')),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  await assert.rejects(failing, (error) => error === refused);
  assert.deepEqual(await locations(database), ['before', 'behind']);
});

test('a sync that fails is told to whoever needs it, and others go on', async () => {
  await using database = await Sqlite.open(':memory:');
  const broken = new Error('the disk');
  let fails = true;
  const shared = new SharedWrites(
    {
      write: (work) => database.write(work),
      durable: async () => {
        if (fails) throw broken;
      },
    },
    nothing,
  );
  const first = await shared.write(add('a'));
  await assert.rejects(first.durable, (error) => error === broken);
  fails = false;
  const second = await shared.write(add('b'));
  await second.durable;
  assert.deepEqual(await locations(database), ['a', 'b']);
});

test('what those who share a transaction have in common is written behind all of them', async () => {
  await using database = await Sqlite.open(':memory:');
  const shared = new SharedWrites(database, (write) => {
    const names: string[] = [];
    return { names, end: async () => void (await add(names.join('+'))(write)) };
  });
  await Promise.all(
    ['a', 'b'].map((name) => shared.write(async (_, { names }) => names.push(name))),
  );
  await shared.write(async (_, { names }) => names.push('c'));
  assert.deepEqual(await locations(database), ['a+b', 'c']);
});

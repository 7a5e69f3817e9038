import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { systemClock } from '../base/clock.ts';
import { Sqlite } from '../database/sqlite/sqlite.ts';
import { Accounts } from './accounts.ts';

async function homesIn(database: Sqlite): Promise<string[]> {
  const rows = await database.query.selectFrom('homes').select('location').orderBy('id').execute();
  return rows.map(({ location }) => location);
}

suite('accounts', () => {
  test('have a home of their own unless another is named, and all limits at once', async () => {
    await using database = await Sqlite.open(':memory:');
    const accounts = new Accounts(database, systemClock);
    const ann = await accounts.add('ann', 'hash', { quotaBytes: 10, permissions: ['read'] });
    assert.equal(ann.home, 'homes/ann');
    assert.equal(ann.limits.quotaBytes, 10);
    assert.deepEqual([...ann.permissions], ['read']);
    await assert.rejects(accounts.add('ann', 'hash'), { code: 'already-exists' });
    await assert.rejects(accounts.add('../ann', 'hash'), { code: 'name-refused' });
    await assert.rejects(accounts.set('bob', {}), { code: 'not-found' });
  });

  test('with the same home share one ledger, however its path is written', async () => {
    await using database = await Sqlite.open(':memory:');
    const accounts = new Accounts(database, systemClock);
    const ann = await accounts.add('ann', 'hash', { home: '/srv/team', quotaBytes: 10 });
    const bob = await accounts.add('bob', 'hash', { home: '/srv//x/../team/' });
    assert.equal(bob.homeId, ann.homeId);
    assert.equal(bob.limits.quotaBytes, 10);
    await accounts.remove('ann');
    assert.equal((await accounts.find('bob'))?.home, '/srv/team');
    await accounts.remove('bob');
    assert.deepEqual(await homesIn(database), []);
  });

  test('take their records along when their home moves, and leave a shared one to the others', async () => {
    await using database = await Sqlite.open(':memory:');
    const accounts = new Accounts(database, systemClock);
    const ann = await accounts.add('ann', 'hash', { home: '/srv/a' });
    assert.equal((await accounts.set('ann', { home: '/srv/b' })).homeId, ann.homeId);
    const bob = await accounts.add('bob', 'hash', { home: '/srv/b' });
    const moved = await accounts.set('bob', { home: '/srv/c' });
    assert.notEqual(moved.homeId, bob.homeId);
    assert.equal((await accounts.find('ann'))?.home, '/srv/b');
    assert.equal((await accounts.set('bob', { home: '/srv/b' })).homeId, ann.homeId);
  });

  test('are listed by name, as many as there are', async () => {
    await using database = await Sqlite.open(':memory:');
    const accounts = new Accounts(database, systemClock);
    for (const name of ['c', 'a', 'b']) await accounts.add(name, 'hash');
    assert.deepEqual(
      (await accounts.list()).map(({ name }) => name),
      ['a', 'b', 'c'],
    );
  });
});

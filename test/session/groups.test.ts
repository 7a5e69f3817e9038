import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parsePath } from '../../src/base/path.ts';
import { openReception, until } from './reception.ts';

suite('a group of accounts', () => {
  test('says what its accounts do not say themselves, and sessions that are open see it change', async () => {
    await using reception = await openReception();
    const { groups } = reception.accounts;
    await groups.add('staff', { quotaBytes: 100, permissions: ['list'], uploadRate: 5000 });
    await reception.add('ann', { group: 'staff' });
    await reception.add('bob', { group: 'staff', quotaBytes: 7, permissions: ['list', 'read'] });
    const ann = await reception.visit('ann');
    const bob = await reception.visit('bob');
    assert.equal((await ann.quota()).bytes.limit, 100);
    assert.equal((await bob.quota()).bytes.limit, 7);
    assert.deepEqual([ann.may('write'), bob.may('read')], [false, true]);

    await groups.set('staff', { quotaBytes: null, permissions: ['list', 'write'] });
    await until(() => ann.may('write'));
    assert.equal((await ann.quota()).bytes.limit, undefined);
    assert.equal((await bob.quota()).bytes.limit, 7);
    assert.equal(bob.may('write'), false);
    assert.equal(bob.account.rates.upload, 5000);
    const upload = await ann.upload(parsePath('/a'), { kind: 'replace' });
    await upload.write([Buffer.alloc(150)]);
    await upload.complete();
  });

  test('counts again for what an account says no more, and for nothing once the account has left it', async () => {
    await using reception = await openReception();
    const { accounts } = reception;
    await accounts.groups.add('staff', { quotaBytes: 100, maxSessions: 1 });
    await reception.add('ann', { group: 'staff', quotaBytes: null });
    assert.equal((await accounts.find('ann'))?.limits.quotaBytes, undefined, 'its own "none"');
    await accounts.set('ann', { inherit: ['quotaBytes'] });
    assert.equal((await accounts.find('ann'))?.limits.quotaBytes, 100);
    await accounts.set('ann', { group: null });
    const left = await accounts.find('ann');
    assert.deepEqual([left?.limits.quotaBytes, left?.maxSessions], [undefined, undefined]);
  });

  test('is not removed while accounts are in it, unless they keep what it says as their own', async () => {
    await using reception = await openReception();
    const { accounts } = reception;
    await accounts.groups.add('staff', { quotaBytes: 100, maxSessions: 3 });
    await reception.add('ann', { group: 'staff', maxSessions: 9 });
    await assert.rejects(accounts.groups.remove('staff'), { code: 'not-empty' });
    await accounts.groups.remove('staff', true);
    assert.deepEqual((await accounts.find('ann'))?.own, { quotaBytes: 100, maxSessions: 9 });
    assert.equal((await accounts.find('ann'))?.limits.quotaBytes, 100);
    await assert.rejects(accounts.groups.get('staff'), { code: 'not-found' });
  });

  test('has to be there, and once only', async () => {
    await using reception = await openReception();
    const { groups } = reception.accounts;
    await assert.rejects(reception.add('ann', { group: 'staff' }), { code: 'not-found' });
    assert.equal(await reception.accounts.find('ann'), undefined, 'nothing is half done');
    await groups.add('staff', {});
    await assert.rejects(groups.add('staff', {}), { code: 'already-exists' });
    await assert.rejects(groups.add('../x', {}), { code: 'name-refused' });
    await assert.rejects(groups.set('crew', {}), { code: 'not-found' });
  });
});

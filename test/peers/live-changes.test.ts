import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { skipWithout } from '../support/peers.ts';
import { randomBytesOf, sha256, sha256File } from './support/content.ts';
import { curl } from './support/curl.ts';
import { sizeOf } from './support/cuts.ts';
import { succeeded } from './support/process.ts';
import { RawClient, sendAll } from './support/raw-client.ts';
import { type Login, Site } from './support/site.ts';
import { until } from './support/wait.ts';

const FILE_BYTES = 2_000_003;

/** Made by other programs, all from the same password. */
const IMPORTED_PASSWORD = 'an imported password';
const IMPORTED = {
  bcrypt: '$2b$05$h.Loe1OXJQdCaLPbf9/OAelAAq4Cm8YZCOlALSe3.ddd.7oMEeg6u',
  'sha512-crypt':
    '$6$ptcYFqihvLjO/TS6$qvX/0NntmdmHsEMyfHAshWNYtiKKvyok06h7ApkXDXf54.a7ZtDFReSS5upjXlw3AWyfXNTh0Y44afJ.AbZaZ0',
  'md5-crypt': '$1$2VPzjDz/$SFuHZFjNL.4uDOLrrutyo0',
  md5: '95d8886dba48697dd4b1bc614ea5faab',
} as const;

const ACCOUNTS = 20;
const LOGINS = 100;
const LOGIN_FILE_BYTES = 100_003;

suite('a change of an account acts on the running server', { timeout: 120_000 }, () => {
  const content = randomBytesOf('live-changes', FILE_BYTES);
  let site: Site;

  before(async () => {
    site = await Site.open({ accounts: { ann: [], bob: [] } });
  });
  after(() => site[Symbol.asyncDispose]());

  test('disabling ends its sessions with 421, lets nobody in, and touches nobody else', async () => {
    await using client = await RawClient.login(site.as('ann'));
    await using other = await RawClient.login(site.as('bob'));
    await site.cli(['account', 'set', 'ann', '--disable']);
    assert.equal((await client.reply()).code, 421);
    assert.equal(await client.replyOrEnd(), undefined, 'the connection is closed');
    await refused(site.as('ann'));
    assert.equal((await other.say('NOOP')).code, 200);
    await site.cli(['account', 'set', 'ann', '--enable']);
    await (await RawClient.login(site.as('ann'))).quit();
  });

  test('disabling stops an upload that runs, and what has come is kept', async () => {
    await using client = await RawClient.login(site.as('ann'));
    const upload = await site.nextUpload();
    const data = await client.passive();
    assert.equal((await client.say('STOR stopped')).code, 150);
    await sendAll(data, content.subarray(0, 1_000_000));
    await upload.has(1_000_000);
    await site.cli(['account', 'set', 'ann', '--disable']);
    const { code } = await client.reply();
    assert.ok([421, 426].includes(code), `${code}`);
    await site.cli(['account', 'set', 'ann', '--enable']);
    const offset = await sizeOf(site.as('ann'), 'stopped');
    assert.ok(offset !== undefined && offset > 0);
    await using again = await RawClient.login(site.as('ann'));
    assert.equal((await again.say(`REST ${offset}`)).code, 350);
    assert.equal((await again.store('STOR stopped', content.subarray(offset))).code, 226);
    assert.equal(await sha256File(site.inHome('ann', 'stopped')), sha256(content));
  });

  test('a new password ends the sessions that were opened with the old one', async () => {
    await using client = await RawClient.login(site.as('bob'));
    await site.cli(['account', 'passwd', 'bob', '--password-stdin'], 'another password');
    assert.equal((await client.reply()).code, 421);
    await refused(site.as('bob'));
    const login = { ...site.as('bob'), password: 'another password' };
    await (await RawClient.login(login)).quit();
    await site.cli(['account', 'passwd', 'bob', '--password-stdin'], site.as('bob').password);
  });

  test('a permission that is taken or given counts in the session that is open', async () => {
    await using client = await RawClient.login(site.as('bob'));
    assert.equal((await client.store('STOR file', Buffer.from('1'))).code, 226);
    await site.cli(['account', 'set', 'bob', '--permissions', 'list,read']);
    await until('writing is refused', async () => {
      return (await client.store('STOR new', Buffer.from('2'))).code === 550;
    });
    assert.equal((await client.say('DELE file')).code, 550);
    assert.equal((await client.say('MKD folder')).code, 550);
    assert.equal((await client.fetch('RETR file')).data.toString(), '1');
    await site.cli(['account', 'set', 'bob', '--permissions', 'default']);
    await until('it may again', async () => (await client.say('DELE file')).code === 250);
  });

  test('a quota that is lowered counts for the next upload', async () => {
    await using client = await RawClient.login(site.as('bob'));
    await site.cli(['account', 'set', 'bob', '--quota', '1000']);
    assert.equal((await client.store('STOR large', content)).code, 552);
    await site.cli(['account', 'set', 'bob', '--quota', 'none']);
    await client.say('DELE large');
    assert.equal((await client.store('STOR large', content)).code, 226);
  });

  test('an expiry ends its sessions', async () => {
    await site.addAccount('guest');
    await using client = await RawClient.login(site.as('guest'));
    await site.cli(['account', 'set', 'guest', '--expires', '2001-02-03']);
    assert.equal((await client.reply()).code, 421);
    await refused(site.as('guest'));
  });

  test('removing ends its sessions, and a new account of that name begins anew', async () => {
    await site.addAccount('carl');
    await using client = await RawClient.login(site.as('carl'));
    assert.equal((await client.store('STOR file', Buffer.from('1'))).code, 226);
    await site.cli(['account', 'remove', 'carl']);
    assert.equal((await client.reply()).code, 421);
    await refused(site.as('carl'));
    await site.addAccount('carl', '--permissions', 'list');
    await using again = await RawClient.login(site.as('carl'));
    assert.equal((await again.fetch('RETR file')).last.code, 550);
    assert.equal((await again.fetch('NLST')).data.toString(), 'file\r\n', 'the files stay');
    assert.equal(await site.bytesUsed('carl'), 1);
  });
});

suite('imported passwords', { timeout: 120_000 }, () => {
  test('let their owners in, and are replaced at the first login', async () => {
    // Here the wrong passwords are no attack.
    const args = ['--login-free-failures', '1000'];
    await using site = await Site.open({ accounts: {}, args });
    for (const [name, hash] of Object.entries(IMPORTED)) {
      await site.cli(['account', 'add', name, '--password-hash', hash]);
      assert.equal(await schemeOf(site, name), name);
      const login = { ...site.as(name), password: IMPORTED_PASSWORD };
      await assert.rejects(RawClient.login({ ...login, password: 'a wrong one' }), /530/);
      assert.equal(await schemeOf(site, name), name, 'a failed login replaces nothing');
      await (await RawClient.login(login)).quit();
      assert.equal(await schemeOf(site, name), 'argon2id');
      await (await RawClient.login(login)).quit();
      await assert.rejects(RawClient.login({ ...login, password: 'a wrong one' }), /530/);
    }
  });
});

suite(`${LOGINS} logins of ${ACCOUNTS} accounts at the same time`, { timeout: 120_000 }, () => {
  test(
    'each store a file and get it back, among those of all the others',
    { skip: skipWithout('curl') },
    async () => {
      await using site = await Site.open({ accounts: {} });
      const names = Array.from({ length: ACCOUNTS }, (_, index) => `user-${index}`);
      await site.addAccount('somebody');
      const table = names.map((name) => `${name},${IMPORTED.md5}\n`).join('');
      await writeFile(site.local('table.csv'), `name,password\n${table}`);
      await site.cli(['account', 'import', site.local('table.csv')]);
      const logins = Array.from({ length: LOGINS }, async (_, index) => {
        const name = names[index % ACCOUNTS] ?? assert.fail();
        const login = { ...site.as(name), password: IMPORTED_PASSWORD };
        const bytes = randomBytesOf(`${index}`, LOGIN_FILE_BYTES);
        await using client = await RawClient.login(login);
        assert.equal((await client.store(`STOR file-${index}`, bytes)).code, 226);
        assert.equal(sha256((await client.fetch(`RETR file-${index}`)).data), sha256(bytes));
        await client.quit();
      });
      // Somebody else, with a client that is none of ours, in the middle of it.
      const local = site.local('curl');
      await writeFile(local, 'a file of somebody');
      const other = curl(site.as('somebody'), 'file', '-T', local);
      await Promise.all(logins);
      succeeded(await other);
      for (const [index, name] of names.entries()) {
        await using client = await RawClient.login({
          ...site.as(name),
          password: IMPORTED_PASSWORD,
        });
        const theirs = (await client.fetch('NLST')).data.toString().trim().split('\r\n');
        const numbers = Array.from({ length: LOGINS / ACCOUNTS }, (_, k) => index + k * ACCOUNTS);
        assert.deepEqual(
          theirs.toSorted(),
          numbers.map((number) => `file-${number}`).toSorted(),
          `${name} has what it has stored, and nothing else`,
        );
      }
    },
  );
});

/** The kind of hash that an account has. */
async function schemeOf(site: Site, name: string): Promise<string> {
  const shown = await site.cli(['account', 'show', name, '--json']);
  return (JSON.parse(shown) as { password: string }).password;
}

/** Asserts that nobody gets in with this. */
async function refused(login: Login): Promise<void> {
  await assert.rejects(RawClient.login(login), /^Error: 530 /);
}

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parsePath } from '../../src/base/path.ts';
import { Failure } from '../../src/base/failure.ts';
import type { Authority } from '../../src/session/authority.ts';
import { openReception, PASSWORD, VISITOR } from './reception.ts';

const lets =
  (name: string, password: string): Authority =>
  async (login) =>
    login.name === name && login.password === password ? { quotaBytes: 1000 } : undefined;

suite('somebody else who knows who may come in', () => {
  test('lets in whom no account knows, and says what holds', async () => {
    await using reception = await openReception({ authority: lets('eve', 'apple') });
    const session = await reception.desk.login('eve', 'apple', VISITOR);
    assert.equal((await session.quota()).bytes.limit, 1000);
  });

  test('is told where the visitor comes from', async () => {
    const asked: unknown[] = [];
    await using reception = await openReception({
      authority: async (login) => {
        asked.push(login);
        return {};
      },
    });
    await reception.desk.login('eve', 'apple', VISITOR);
    assert.deepEqual(asked, [{ name: 'eve', password: 'apple', ...VISITOR }]);
  });

  test('leaves everybody else to the accounts', async () => {
    await using reception = await openReception({ authority: lets('eve', 'apple') });
    await reception.add('ann');
    assert.equal((await reception.enter('ann')).accountName, 'ann');
    await assert.rejects(reception.desk.login('ann', 'wrong', VISITOR), { code: 'forbidden' });
  });

  test('made an account that no password opens', async () => {
    await using reception = await openReception({ authority: lets('eve', 'apple') });
    await reception.desk.login('eve', 'apple', VISITOR);
    for (const password of ['', '*', PASSWORD]) {
      await assert.rejects(reception.desk.login('eve', password, VISITOR), { code: 'forbidden' });
    }
  });

  test('says at each login what holds from then on', async () => {
    let quotaBytes = 1000;
    await using reception = await openReception({ authority: async () => ({ quotaBytes }) });
    const before = await reception.desk.login('eve', '', VISITOR);
    quotaBytes = 2000;
    await reception.desk.login('eve', '', VISITOR);
    assert.equal((await before.quota()).bytes.limit, 2000);
  });

  test('that fails lets nobody in', async () => {
    await using reception = await openReception({
      authority: async () => {
        throw new Error('the directory is down');
      },
    });
    await reception.add('ann');
    await assert.rejects(reception.enter('ann'), /the directory is down/);
  });
});

suite('what is heard of sessions', () => {
  test('tells who came, who was not let in, and who left', async () => {
    await using reception = await openReception();
    await reception.add('ann');
    const session = await reception.enter('ann');
    await assert.rejects(reception.desk.login('ann', 'wrong', VISITOR));
    await session[Symbol.asyncDispose]();
    const [opened, refused, ended] = reception.sessions;
    const ann = { account: 'ann', ...VISITOR, time: reception.clock.now() };
    assert.deepEqual(opened, { kind: 'opened', session: session.id, ...ann });
    assert.deepEqual(refused, { kind: 'refused', ...ann });
    const reason = 'The visitor has left';
    assert.deepEqual(ended, { kind: 'ended', session: session.id, reason, ...ann });
  });

  test('tells why a session was ended', async () => {
    await using reception = await openReception();
    await reception.add('ann');
    const session = await reception.enter('ann');
    reception.desk.close();
    await session[Symbol.asyncDispose]();
    const ended = reception.sessions.at(-1);
    assert.ok(ended?.kind === 'ended');
    assert.equal(ended.reason, 'The server is stopping');
  });
});

suite('the transfers of a session that run', () => {
  test('are shown while they run, and how far they are', async () => {
    await using reception = await openReception();
    await reception.add('ann');
    const session = await reception.visit('ann');
    const upload = await session.upload(parsePath('/a'), { kind: 'replace' }, { length: 10 });
    await upload.write([Buffer.from('0123')]);
    const [running, ...others] = session.running;
    assert.deepEqual(others, []);
    assert.ok(running);
    const { id, direction, path, start, moved, size } = running;
    assert.deepEqual(
      { id, direction, path, start, moved, size },
      { id: `${session.id}.1`, direction: 'in', path: '/a', start: 0, moved: 4, size: 10 },
    );
    await upload.interrupt('cut');
    assert.deepEqual([...session.running], []);
  });

  test('can be stopped, and what has come is kept', async () => {
    await using reception = await openReception();
    await reception.add('ann');
    const session = await reception.visit('ann');
    const upload = await session.upload(parsePath('/a'), { kind: 'replace' });
    await upload.write([Buffer.from('0123')]);
    const reason = new Failure('interrupted', 'Stopped');
    for (const running of session.running) running.stop(reason);
    assert.equal(upload.signal.reason, reason);
    assert.equal(session.signal.aborted, false);
    await upload.interrupt('cut');
    const download = await session.upload(parsePath('/b'), { kind: 'replace' });
    assert.equal(download.signal.aborted, false);
  });

  test('are forgotten when they are over, also downloads of which nothing was read', async () => {
    await using reception = await openReception();
    await reception.add('ann');
    const session = await reception.visit('ann');
    const upload = await session.upload(parsePath('/a'), { kind: 'replace' });
    await upload.write([Buffer.from('0123')]);
    await upload.complete();
    assert.equal([...session.running].length, 0);
    const unread = await session.download(parsePath('/a'), 0);
    assert.equal([...session.running].length, 1);
    await unread[Symbol.asyncDispose]();
    const read = await session.download(parsePath('/a'), 0);
    await read.read(new Uint8Array(10));
    await read.finish('complete', 4);
    assert.equal([...session.running].length, 0);
  });
});

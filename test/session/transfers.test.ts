import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parsePath } from '../../src/base/path.ts';
import { put, putCut, read } from '../vault/harness.ts';
import { begin, promiseOf, withAnn } from './ann.ts';

const at = parsePath;

suite('what a session was told', () => {
  test('an append continues at the size that was told, however far another came since', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    const hanging = await begin(await reception.enter('ann'), '/a', '0123'.repeat(250));
    await hanging.interrupt('cut');
    assert.equal((await session.stat(at('/a'))).size, 999);
    const other = await reception.enter('ann');
    await (await begin(other, '/a', 'wrong', { kind: 'append' })).interrupt('cut');
    const upload = await begin(session, '/a', 'right', { kind: 'append' });
    assert.equal(upload.start, 999);
    await upload.complete();
    const expected = `${'0123'.repeat(250).slice(0, 999)}right`;
    assert.equal(await read(await reception.homeOf('ann'), '/a'), expected);
  });

  test('what a list shows is told too', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    const home = await reception.homeOf('ann');
    await putCut(home, '/a', '0123456789');
    for await (const slice of session.list(at('/'))) assert.equal(slice[0]?.partial, true);
    await putCut(home, '/a', 'xx', { kind: 'append' });
    const upload = await session.upload(at('/a'), { kind: 'append' });
    assert.equal(upload.start, 9);
    await upload.interrupt('enough');
  });

  test('an append of which nothing was told continues where the upload is', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    await putCut(await reception.homeOf('ann'), '/a', '0123456789');
    const upload = await session.upload(at('/a'), { kind: 'append' });
    assert.equal(upload.start, 10);
    await upload.interrupt('enough');
  });

  test('what was told is used up by the next upload to that name', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    const home = await reception.homeOf('ann');
    await putCut(home, '/a', '0123');
    await session.stat(at('/a'));
    await (await begin(session, '/a', '45', { kind: 'append' })).interrupt('cut');
    const upload = await session.upload(at('/a'), { kind: 'append' });
    assert.equal(upload.start, 5);
    await upload.interrupt('enough');
  });

  test('a rest that belongs to what was told is not put behind a file that has since been completed', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    const home = await reception.homeOf('ann');
    await putCut(home, '/a', '0123');
    await session.stat(at('/a'));
    await put(home, '/a', '456789', { kind: 'append' });
    await assert.rejects(session.upload(at('/a'), { kind: 'append' }), {
      code: 'offset-mismatch',
      offset: 10,
    });
    assert.equal(await read(home, '/a'), '0123456789');
  });

  test('a rest that belongs to what was told does not become a file of its own', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    const home = await reception.homeOf('ann');
    await putCut(home, '/a', '0123');
    await session.stat(at('/a'));
    await home.removeFile(at('/a'));
    await assert.rejects(session.upload(at('/a'), { kind: 'append' }), {
      code: 'offset-mismatch',
      offset: 0,
    });
  });

  test('a rest that belongs to what was told is not put behind another upload of that name', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    const home = await reception.homeOf('ann');
    await putCut(home, '/a', '0123');
    await session.stat(at('/a'));
    await home.removeFile(at('/a'));
    await putCut(home, '/a', 'ABCDEFGH');
    await assert.rejects(session.upload(at('/a'), { kind: 'append' }), { code: 'offset-mismatch' });
  });

  test('after a refusal the session asks again, and is told what is there now', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    const home = await reception.homeOf('ann');
    await putCut(home, '/a', '0123');
    await session.stat(at('/a'));
    await put(home, '/a', '456789', { kind: 'append' });
    await assert.rejects(session.upload(at('/a'), { kind: 'append' }), { code: 'offset-mismatch' });
    assert.equal((await session.stat(at('/a'))).partial, undefined);
    await (await begin(session, '/a', 'AB', { kind: 'append' })).complete();
    assert.equal(await read(home, '/a'), '0123456789AB');
  });
});

suite('what a session promises', () => {
  test('the promised digest decides over the next upload of that name, and over no other', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    assert.equal(await session.expect(at('/a'), promiseOf('good')), 0);
    await (await begin(session, '/b', 'evil')).complete();
    await assert.rejects((await begin(session, '/a', 'evil')).complete(), {
      code: 'digest-mismatch',
    });
    // The promise was for one upload.
    await (await begin(session, '/a', 'evil')).complete();
    assert.equal(await read(await reception.homeOf('ann'), '/a'), 'evil');
  });

  test('the promised length is the length of the upload', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    await session.expect(at('/a'), promiseOf('good'));
    const upload = await begin(session, '/a', 'go');
    assert.equal(upload.length, 4);
    await assert.rejects(upload.complete(), { code: 'length-inconsistent' });
    assert.equal((await session.stat(at('/a'))).size, 1);
  });

  test('an upload that could not begin leaves the promise as it is', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    await session.expect(at('/a'), promiseOf('good'));
    await assert.rejects(session.upload(at('/a'), { kind: 'resume', offset: 9 }));
    await assert.rejects((await begin(session, '/a', 'evil')).complete(), {
      code: 'digest-mismatch',
    });
  });

  test('a session is told how much of what it promises is here already', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    const promise = promiseOf('0123456789');
    await session.expect(at('/a'), promise);
    await (await begin(session, '/a', '0123')).interrupt('cut');
    assert.equal(await session.expect(at('/a'), promiseOf('another 10')), 0);
    assert.equal(await session.expect(at('/a'), promise), 4);
    await (await begin(session, '/a', '456789', { kind: 'resume', offset: 4 })).complete();
    assert.equal(await session.expect(at('/a'), promise), 10);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountChanges } from '../../src/accounts/changes.ts';
import { parsePath } from '../../src/base/path.ts';
import { systemClock } from '../../src/base/clock.ts';
import { KiB } from '../../src/base/size.ts';
import { Bandwidth, type CommonRates } from '../../src/session/bandwidth.ts';
import { SiblingCounts } from '../../src/base/siblings.ts';
import { FREE, openReception, reasonOf, type TestReception, until } from './reception.ts';

/** What may go at once, in seconds at the full rate. */
const BURST = 0.25;

/** What is moved at a time lasts so long, in seconds. */
const STEP = 0.05;

const PIECE = Buffer.alloc(4 * KiB, 'piece');

/** Sends so many pieces by each of these accounts in turns. @returns the seconds that it took */
async function send(reception: TestReception, names: readonly string[], pieces: number) {
  const sessions = await Promise.all(names.map((name) => reception.enter(name)));
  const began = reception.clock.monotonic();
  const uploads = await Promise.all(
    sessions.map((session, index) =>
      session.upload(parsePath(`/file ${index}`), { kind: 'replace' }),
    ),
  );
  for (let piece = 0; piece < pieces; piece += 1) {
    for (const upload of uploads) await upload.write([PIECE]);
  }
  const took = (reception.clock.monotonic() - began) / 1000;
  for (const upload of uploads) await upload.complete();
  for (const session of sessions) await session[Symbol.asyncDispose]();
  return took;
}

async function opened(rates: CommonRates, changes: AccountChanges = {}): Promise<TestReception> {
  const reception = await openReception({ rates });
  await reception.add('ann', changes);
  await reception.add('bob');
  return reception;
}

suite('how fast a visitor may be', () => {
  test('is not limited unless somebody says so', async () => {
    await using reception = await opened({ server: FREE, session: FREE });
    const session = await reception.enter('ann');
    await using upload = await session.upload(parsePath('/a'), { kind: 'replace' });
    assert.equal(upload.stepBytes, Number.POSITIVE_INFINITY);
    assert.equal(await send(reception, ['ann', 'bob'], 100), 0);
  });

  test('one session has its own rate', async () => {
    const session = { upload: 8 * KiB, download: undefined };
    await using reception = await opened({ server: FREE, session });
    assert.equal(await send(reception, ['ann'], 10), 5 - BURST);
  });

  test('an account shares its rate among its sessions, and leaves others theirs', async () => {
    await using reception = await opened(
      { server: FREE, session: FREE },
      { uploadRate: 8 * KiB, downloadRate: 16 * KiB },
    );
    assert.equal(await send(reception, ['ann', 'ann'], 10), 10 - BURST);
    assert.equal(await send(reception, ['bob'], 10), 0);
    const session = await reception.enter('ann');
    const began = reception.clock.monotonic();
    const download = await session.download(parsePath('/file 0'), 0);
    const into = Buffer.alloc(64 * KiB);
    let bytes = 0;
    for (let got = -1; got !== 0; bytes += got) {
      got = await download.read(into);
      assert.ok(got <= download.entry.size / 2, 'a step is small');
    }
    assert.equal(bytes, 40 * KiB);
    const took = (reception.clock.monotonic() - began) / 1000;
    assert.ok(Math.abs(took - (2.5 - BURST)) < 0.001, `${took}`);
    await download.finish('complete', bytes);
  });

  test('the server shares its rate among all', async () => {
    const server = { upload: 8 * KiB, download: undefined };
    await using reception = await opened({ server, session: FREE });
    assert.equal(await send(reception, ['ann', 'bob'], 10), 10 - BURST);
  });

  test('the lowest of all rates counts', async () => {
    const rates = { server: { ...FREE, upload: 64 * KiB }, session: { ...FREE, upload: 4 * KiB } };
    await using reception = await opened(rates, { uploadRate: 32 * KiB });
    assert.equal(await send(reception, ['ann'], 10), 10 - BURST);
  });

  test('a change of the account counts for sessions that are open, another one of all rates too', async () => {
    await using reception = await opened({ server: FREE, session: FREE });
    const session = await reception.enter('ann');
    await using upload = await session.upload(parsePath('/a'), { kind: 'replace' });
    await reception.accounts.set('ann', { uploadRate: 4 * KiB });
    await until(() => upload.stepBytes === KiB);
    await reception.accounts.set('ann', { uploadRate: null });
    await until(() => upload.stepBytes === Number.POSITIVE_INFINITY);
    reception.bandwidth.configure({ server: FREE, session: { ...FREE, upload: 40 * KiB } });
    assert.equal(upload.stepBytes, 2 * KiB);
    reception.bandwidth.configure({ server: { ...FREE, upload: KiB }, session: FREE });
    assert.equal(upload.stepBytes, KiB);
    await upload.complete();
  });

  test('nobody waits for a transfer that was told to stop, and what has come is kept', async () => {
    const server = { upload: KiB, download: KiB };
    await using reception = await openReception({ rates: { server, session: FREE }, steps: true });
    await reception.add('ann');
    const session = await reception.enter('ann');
    const upload = await session.upload(parsePath('/a'), { kind: 'replace' });
    const stop = new AbortController();
    const writing = upload.write([PIECE], stop.signal);
    stop.abort(new Error('ABOR'));
    await writing;
    assert.equal(await upload.interrupt('stopped'), PIECE.length);
    const other = await session.upload(parsePath('/b'), { kind: 'replace' });
    const ended = Promise.resolve(other.write([PIECE])).then(
      () => undefined,
      (error: unknown) => error,
    );
    await reception.accounts.remove('ann');
    await reasonOf(other.signal);
    await ended;
  });

  test('processes that serve together share a rate as they share the transfers', () => {
    const siblings = new SiblingCounts(() => {});
    const server = { upload: 8_000_000, download: undefined };
    const bandwidth = new Bandwidth({ server, session: FREE }, systemClock, siblings);
    siblings.listen(() => bandwidth.retune());
    const whole = 8_000_000 * STEP;
    using ann = bandwidth.enter(1, { upload: 4_000_000, download: undefined });
    assert.equal(ann.up.stepBytes, whole / 2, 'its own');
    ann.up.enter();
    siblings.hear(7, [
      ['up/server', 3],
      ['up/1', 1],
    ]);
    assert.equal(ann.up.stepBytes, whole / 4);
    using bob = bandwidth.enter(2, FREE);
    bob.up.enter();
    assert.equal(bob.up.stepBytes, (whole * 2) / 5, 'two of five transfers');
    bob.up.leave();
    siblings.forget(7);
    assert.equal(bob.up.stepBytes, whole);
    assert.ok(ann.down.isFree);
  });
});

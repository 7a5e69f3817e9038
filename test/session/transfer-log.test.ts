import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parsePath } from '../../src/base/path.ts';
import type { TransferEvent } from '../../src/base/transfer-event.ts';
import { LocalStore } from '../../src/storage/local/local-store.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { put, sha256 } from '../vault/harness.ts';
import { begin, promiseOf, withAnn } from './ann.ts';
import { VISITOR, openReception, until } from './reception.ts';

const at = parsePath;

suite('the transfer log', () => {
  const common = {
    account: 'ann',
    address: VISITOR.address,
    protocol: VISITOR.protocol,
    durationMs: 250,
  };

  test('tells all about an upload that came through', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    const upload = await begin(session, '/a', 'content');
    reception.clock.advance(250);
    await upload.complete('QUIT followed');
    await until(() => reception.transfers.length > 0);
    assert.deepEqual(reception.transfers, [
      {
        ...common,
        time: reception.clock.now(),
        session: session.id,
        direction: 'in',
        path: '/a',
        bytes: 7,
        resumedFrom: 0,
        size: 7,
        digest: { algorithm: 'sha-256', hex: sha256('content') },
        outcome: 'complete',
        evidence: 'QUIT followed',
        reason: undefined,
      },
    ] satisfies readonly unknown[]);
  });

  test('tells of an upload whose bytes were all here, that it moved none', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    await (await begin(session, '/a', 'good')).complete();
    await session.expect(at('/b'), promiseOf('good'));
    await session.expect(at('/b'), promiseOf('good'));
    await until(() => reception.transfers.length > 1);
    const { path, bytes, resumedFrom, size, outcome, evidence, digest } =
      reception.transfers.find((event) => event.path === '/b') ?? assert.fail();
    assert.deepEqual(
      [path, bytes, resumedFrom, size, outcome, evidence],
      ['/b', 0, 4, 4, 'complete', 'copied from /a'],
    );
    assert.equal(digest?.hex, sha256('good'));
    // Where it was already under its name nothing has happened.
    assert.equal(reception.transfers.length, 2);
  });

  test('tells where an upload was cut, and from where it went on', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    const cut = await begin(session, '/a', '0123');
    reception.clock.advance(250);
    assert.equal(await cut.interrupt('The line broke'), 4);
    // Disposing of what has ended tells nothing new.
    await cut[Symbol.asyncDispose]();
    const rest = await begin(session, '/a', '456789', { kind: 'resume', offset: 4 });
    await rest.complete();
    await until(() => reception.transfers.length > 1);
    assert.deepEqual(
      reception.transfers.map(({ outcome, bytes, resumedFrom, size, reason }) => [
        outcome,
        bytes,
        resumedFrom,
        size,
        reason,
      ]),
      [
        ['interrupted', 4, 0, undefined, 'The line broke'],
        ['complete', 6, 4, 10, undefined],
      ],
    );
    assert.equal(reception.transfers[1]?.digest?.hex, sha256('0123456789'));
  });

  test('tells why an upload failed', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    await session.expect(at('/a'), promiseOf('good'));
    await assert.rejects((await begin(session, '/a', 'evil')).complete());
    const [event] = reception.transfers;
    assert.equal(event?.outcome, 'failed');
    assert.match(event?.reason ?? '', /promised/);
    assert.equal(event?.digest, undefined);
    assert.equal(event?.size, 4);
    assert.equal(reception.transfers.length, 1);
  });

  test('tells of an upload that was let go without a word', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    {
      await using upload = await begin(session, '/a', '0123');
      assert.equal(upload.received, 4);
    }
    assert.deepEqual(
      reception.transfers.map((event) => event.outcome),
      ['interrupted'],
    );
    assert.equal((await session.stat(at('/a'))).size, 3);
  });

  test('tells the size that a file has where somebody else appended first', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    const home = await reception.homeOf('ann');
    await put(home, '/log', 'one\n');
    const upload = await begin(session, '/log', 'three\n', { kind: 'append' });
    await put(home, '/log', 'one\ntwo\n');
    await upload.complete();
    await until(() => reception.transfers.length > 0);
    const [event] = reception.transfers;
    assert.deepEqual([event?.bytes, event?.size, event?.resumedFrom], [6, 14, 8]);
    assert.equal(event?.digest?.hex, sha256('one\ntwo\nthree\n'));
  });

  for (const [name, open] of [
    ['in memory', memory],
    ['on the disk', disk],
  ] as const) {
    test(`has the digest of a large upload ${name}, and does not hold it up for that`, async () => {
      await using place = await open();
      await using reception = await openReception({
        store: place.store,
        location: `${place.home}-other`,
      });
      await reception.add('ann', { home: place.home });
      const session = await reception.enter('ann');
      const content = Buffer.alloc(5 * 1024 * 1024 + 1, 'large');
      const upload = await session.upload(at('/large'), { kind: 'replace' });
      for (let sent = 0; sent < content.length; sent += 1024 * 1024) {
        await upload.write([content.subarray(sent, sent + 1024 * 1024)]);
      }
      await upload.complete();
      await until(() => reception.transfers.length > 0);
      const [event] = reception.transfers;
      assert.equal(event?.digest?.hex, sha256(content));
      assert.equal(event?.size, content.length);
    });
  }

  test('tells what went out, and from where', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    await put(await reception.homeOf('ann'), '/a', '0123456789');
    const events: Partial<TransferEvent>[] = [];
    for (const [outcome, offset, bytes] of [
      ['complete', 0, 10],
      ['complete', 4, 6],
      ['interrupted', 4, 3],
    ] as const) {
      await using download = await session.download(at('/a'), offset);
      const into = Buffer.alloc(20);
      assert.equal(await download.read(into), 10 - offset);
      assert.equal(into.toString('latin1', 0, 10 - offset), '0123456789'.slice(offset));
      assert.equal(await download.read(into), 0);
      reception.clock.advance(250);
      await download.finish(outcome, bytes);
      await download.finish('failed', 0);
      events.push({
        ...common,
        time: reception.clock.now(),
        session: session.id,
        direction: 'out',
        path: at('/a'),
        bytes,
        resumedFrom: offset,
        size: 10,
        digest: undefined,
        outcome,
        reason: undefined,
      });
    }
    assert.deepEqual(reception.transfers, events);
  });

  test('a download beyond the end is refused, and the end itself is not beyond it', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    await put(await reception.homeOf('ann'), '/a', '0123456789');
    await assert.rejects(session.download(at('/a'), 11), { code: 'offset-mismatch', offset: 10 });
    await using download = await session.download(at('/a'), 10);
    assert.equal(await download.read(Buffer.alloc(1)), 0);
  });

  test('a download shows one version, whatever is uploaded meanwhile', async () => {
    const { reception, session } = await withAnn();
    await using _ = reception;
    const home = await reception.homeOf('ann');
    await put(home, '/a', 'old version');
    await using download = await session.download(at('/a'), 0);
    await put(home, '/a', 'new');
    const into = Buffer.alloc(20);
    assert.equal(into.toString('latin1', 0, await download.read(into)), 'old version');
  });
});

interface Place extends AsyncDisposable {
  readonly store: Store;
  readonly home: string;
}

async function memory(): Promise<Place> {
  return { store: new MemoryStore(), home: 'ann', [Symbol.asyncDispose]: async () => {} };
}

async function disk(): Promise<Place> {
  const folder = await temporaryFolder();
  return {
    store: new LocalStore({ staging: join(folder.path, 'staging') }),
    home: join(folder.path, 'ann'),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

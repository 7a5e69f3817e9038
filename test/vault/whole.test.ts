import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Database } from '../../src/database/database.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import type { VaultEvent } from '../../src/vault/vault-event.ts';
import { checkBooks } from './books.ts';
import { type Bench, at, begin, openBench, put, read, refusedAs, sha256 } from './harness.ts';

const WHOLE_BYTES = 1000;

function open(): Promise<Bench> {
  return openBench(new MemoryStore(), 'home', { wholeBytes: WHOLE_BYTES });
}

/** How many transactions and syncs of the records the work takes. */
async function costOf(database: Database, work: () => Promise<unknown>) {
  const counts = { transactions: 0, syncs: 0 };
  const { write, durable } = database;
  database.write = (work) => {
    counts.transactions += 1;
    return write.call(database, work) as ReturnType<typeof work>;
  };
  database.durable = () => {
    counts.syncs += 1;
    return durable.apply(database);
  };
  await work();
  Object.assign(database, { write, durable });
  return counts;
}

describe('a small upload', () => {
  it('takes two transactions, each synced before the next step, and no more', async () => {
    await using bench = await open();
    const cost = await costOf(bench.database, () => put(bench.home, '/a', 'small'));
    assert.deepEqual(cost, { transactions: 2, syncs: 2 });
    assert.equal(await read(bench.home, '/a'), 'small');
    assert.deepEqual(await bench.ledger(), { committed: 5, files: 1, reserved: 0 });
    await checkBooks(bench);
  });

  it('has its digest recorded with it, tells what happens, and may be empty', async () => {
    await using bench = await open();
    const events: VaultEvent['kind'][] = [];
    bench.vault.events.listen((event) => events.push(event.kind));
    for (const content of ['', 'content']) {
      const writer = await begin(bench.home, '/a');
      if (content !== '') await writer.write([Buffer.from(content)]);
      await writer.complete();
      assert.deepEqual(await writer.digest(), { algorithm: 'sha-256', hex: sha256(content) });
      const found = await bench.home.digest(at('/a'), 'sha-256', undefined, undefined);
      assert.equal(found.hex, sha256(content));
    }
    assert.deepEqual(events, ['started', 'committed', 'started', 'committed']);
    await checkBooks(bench);
  });

  it('is stored as it comes when it grows too large, or somebody asks for it', async () => {
    await using bench = await open();
    const large = await begin(bench.home, '/large');
    for (let part = 0; part < 5; part += 1) await large.write([Buffer.alloc(400, String(part))]);
    const asked = await begin(bench.home, '/asked');
    await asked.write([Buffer.from('so far')]);
    const seen = await bench.home.stat(at('/asked'));
    assert.ok(seen.partial);
    assert.equal((await bench.vault.uploads()).length, 2);
    await asked.write([Buffer.from(', and on')]);
    await asked.complete();
    await large.complete();
    assert.equal(await read(bench.home, '/asked'), 'so far, and on');
    assert.equal((await bench.home.stat(at('/large'))).size, 2000);
    await checkBooks(bench);
  });

  it('that waits too long for its end gets its record, so that other processes know of it', async () => {
    await using bench = await open();
    const writer = await begin(bench.home, '/a');
    await writer.write([Buffer.from('slow')]);
    while ((await bench.vault.uploads()).length === 0) await new Promise(setImmediate);
    await writer.complete();
    assert.equal(await read(bench.home, '/a'), 'slow');
    await checkBooks(bench);
  });

  it('that is cut is kept and goes on', async () => {
    await using bench = await open();
    const writer = await begin(bench.home, '/a');
    await writer.write([Buffer.from('half')]);
    assert.equal(await writer.interrupt('cut'), 4);
    await put(bench.home, '/a', ' and half', { kind: 'resume', offset: 4 });
    assert.equal(await read(bench.home, '/a'), 'half and half');
    await checkBooks(bench);
  });

  it('for which there is no room is refused, and what fits of it is kept', async () => {
    await using bench = await open();
    const writer = await begin(bench.home, '/a');
    await writer.write([Buffer.alloc(300, 'x')]);
    await bench.setLimits({ bytes: 100 });
    await assert.rejects(writer.complete(), refusedAs('quota-exceeded'));
    assert.equal(await writer.interrupt('quota'), 100);
    await bench.setLimits({ bytes: 200 });
    const late = await begin(bench.home, '/b');
    await assert.rejects(
      async () => late.write([Buffer.alloc(300, 'x')]),
      refusedAs('quota-exceeded'),
    );
    await late.interrupt('quota');
    await checkBooks(bench);
  });

  it('that is not what was promised, or not as long, is not published', async () => {
    await using bench = await open();
    const digest = { algorithm: 'sha-256', hex: sha256('good') } as const;
    const wrong = await begin(bench.home, '/a', { kind: 'replace' }, { digest });
    await wrong.write([Buffer.from('evil')]);
    await assert.rejects(wrong.complete(), refusedAs('digest-mismatch'));
    const short = await begin(bench.home, '/b', { kind: 'replace' }, { length: 5 });
    await short.write([Buffer.from('four')]);
    await assert.rejects(short.complete(), refusedAs('length-inconsistent'));
    assert.equal(await short.interrupt('short'), 4);
    await assert.rejects(bench.home.open(at('/a')), refusedAs('not-found'));
  });

  it('whose confirmation fails is kept and not published', async () => {
    await using bench = await open();
    const writer = await begin(bench.home, '/a');
    await writer.write([Buffer.from('unsure')]);
    await assert.rejects(writer.complete('evidence', doubt), /the sender is gone/);
    assert.equal(await writer.interrupt('unconfirmed'), 6);
    await checkBooks(bench);
  });

  it('appends to a file that has come meanwhile', async () => {
    await using bench = await open();
    const writer = await begin(bench.home, '/a', { kind: 'append' });
    await writer.write([Buffer.from(' end')]);
    await put(bench.home, '/a', 'beginning');
    await writer.complete();
    assert.equal(await read(bench.home, '/a'), 'beginning end');
    await checkBooks(bench);
  });
});

describe('small files that come with what they are to be', () => {
  it('share two transactions and their syncs, however many they are', async () => {
    await using bench = await open();
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, number) => [`/${number}`, `content ${number}`]),
    );
    const cost = await costOf(bench.database, () => store(bench, files));
    assert.deepEqual(cost, { transactions: 2, syncs: 2 });
    for (const [path, content] of Object.entries(files)) {
      assert.equal(await read(bench.home, path), content);
    }
    assert.equal((await bench.ledger()).files, 20);
    await checkBooks(bench);
  });

  it('replace what is there, and each has its digest recorded', async () => {
    await using bench = await open();
    await put(bench.home, '/a', 'the old version');
    assert.deepEqual(await store(bench, { '/a': 'new', '/b': '' }), [3, 0]);
    const found = await bench.home.digest(at('/a'), 'sha-256', undefined, undefined);
    assert.equal(found.hex, sha256('new'));
    assert.deepEqual(await bench.ledger(), { committed: 3, files: 2, reserved: 0 });
    await checkBooks(bench);
  });

  it('of which not all have room are stored as far as there is room, to the last byte', async () => {
    await using bench = await open();
    await bench.setLimits({ bytes: 25 });
    const ten = '0123456789';
    const stored = await store(bench, { '/a': ten, '/b': ten, '/c': ten, '/d': 'abcde' });
    assert.deepEqual(stored, [10, 10, undefined, 5]);
    assert.deepEqual(await bench.ledger(), { committed: 25, files: 3, reserved: 0 });
    await checkBooks(bench);
  });

  it('leave nothing where they are something else, too large, or nobody may store them', async () => {
    await using bench = await open();
    assert.deepEqual(await store(bench, { '/a': 'evil' }, sha256('good')), [undefined]);
    assert.deepEqual(await store(bench, { '/a': 'x'.repeat(WHOLE_BYTES + 1) }), [undefined]);
    assert.deepEqual(await store(bench, { '/no/folder': 'x' }), [undefined]);
    assert.equal((await bench.vault.uploads()).length, 0);
    assert.deepEqual(await bench.ledger(), { committed: 0, files: 0, reserved: 0 });
    await checkBooks(bench);
  });
});

/** Stores them all at once. @returns for each the bytes that are stored, undefined if none are */
function store({ home }: Bench, files: Readonly<Record<string, string>>, promised?: string) {
  const stored = Object.entries(files).map(async ([path, text]) => {
    const content = Buffer.from(text);
    const digest = { algorithm: 'sha-256', hex: promised ?? sha256(text) } as const;
    const wishes = { length: content.length, digest };
    const file = { content, wishes, evidence: 'it came so' };
    return (await home.store(at(path), file, 'test', () => {}))?.size;
  });
  return Promise.all(stored);
}

function doubt(): Promise<never> {
  return Promise.reject(new Error('the sender is gone'));
}

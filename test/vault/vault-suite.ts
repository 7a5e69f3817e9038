import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Failure } from '../../src/base/failure.ts';
import type { Store } from '../../src/storage/store.ts';
import { type Bench, at, begin, openBench, put, putCut, read, sha256 } from './harness.ts';

/** The cases that every store has to carry; the number is asserted, so that none can be lost. */
const CASES = 37;

/** A store, and where a home can be in it. */
export interface Given extends AsyncDisposable {
  readonly store: Store;
  readonly location: string;
}

const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof Failure, String(error));
  assert.equal(error.code, expected);
  return true;
};

/** What a vault promises, whatever store is below it. */
export function vaultSuite(name: string, make: () => Promise<Given>): void {
  describe(`a vault on a ${name} store`, () => {
    let given: Given;
    let bench: Bench;
    let ran = 0;
    const test = (sentence: string, run: () => Promise<void>): void => {
      void it(sentence, async () => {
        given = await make();
        bench = await openBench(given.store, given.location);
        try {
          await run();
          ran += 1;
        } finally {
          await bench[Symbol.asyncDispose]();
          await given[Symbol.asyncDispose]();
        }
      });
    };
    before(() => {
      ran = 0;
    });
    after(() => assert.equal(ran, CASES, 'not every case was run to its end'));

    test('shows an upload under its name when it is complete, and not before', async () => {
      const writer = await begin(bench.home, '/a');
      await writer.write([Buffer.from('hello')]);
      await assert.rejects(bench.home.open(at('/a')), code('not-found'));
      await writer.complete();
      assert.equal(await read(bench.home, '/a'), 'hello');
    });

    test('makes nothing before the first byte', async () => {
      const writer = await begin(bench.home, '/a');
      assert.equal((await bench.vault.uploads()).length, 0);
      await writer.interrupt('never mind');
      assert.equal((await bench.vault.uploads()).length, 0);
    });

    test('stores an empty file', async () => {
      await put(bench.home, '/empty', '');
      assert.equal((await bench.home.stat(at('/empty'))).size, 0);
    });

    test('keeps the old version readable until the new one is complete', async () => {
      await put(bench.home, '/a', 'old');
      const writer = await begin(bench.home, '/a');
      await writer.write([Buffer.from('new and longer')]);
      assert.equal(await read(bench.home, '/a'), 'old');
      assert.equal((await bench.home.stat(at('/a'))).size, 3);
      await writer.complete();
      assert.equal(await read(bench.home, '/a'), 'new and longer');
    });

    test('leaves the old version as it was when an overwrite is cut', async () => {
      await put(bench.home, '/a', 'old');
      await putCut(bench.home, '/a', 'new');
      assert.equal(await read(bench.home, '/a'), 'old');
      const seen = await bench.home.stat(at('/a'));
      assert.equal(seen.partial, false);
    });

    test('shows an unfinished upload to its owner with its durable size', async () => {
      await putCut(bench.home, '/folder-less', 'x'.repeat(1234));
      const seen = await bench.home.stat(at('/folder-less'));
      assert.deepEqual([seen.partial, seen.size, seen.kind], [true, 1234, 'file']);
      const listed = [];
      for await (const slice of bench.home.list(at('/'))) listed.push(...slice);
      assert.deepEqual(
        listed.map((entry) => [entry.name, entry.size, entry.partial]),
        [['folder-less', 1234, true]],
      );
    });

    test('does not give out an unfinished upload', async () => {
      await putCut(bench.home, '/a', 'half');
      await assert.rejects(bench.home.open(at('/a')), code('unfinished'));
    });

    test('continues an upload where it was cut', async () => {
      assert.equal(await putCut(bench.home, '/a', 'first '), 6);
      await put(bench.home, '/a', 'second', { kind: 'resume', offset: 6 });
      assert.equal(await read(bench.home, '/a'), 'first second');
    });

    test('drops what is behind the offset from which an upload is continued', async () => {
      await putCut(bench.home, '/a', 'first wrong');
      await put(bench.home, '/a', 'right', { kind: 'resume', offset: 6 });
      assert.equal(await read(bench.home, '/a'), 'first right');
    });

    test('appends to an unfinished upload where there is no file', async () => {
      await putCut(bench.home, '/a', 'first ');
      await put(bench.home, '/a', 'second', { kind: 'append' });
      assert.equal(await read(bench.home, '/a'), 'first second');
    });

    test('refuses an offset that an unfinished upload has not reached, naming the one it has', async () => {
      await putCut(bench.home, '/a', 'abc');
      await assert.rejects(begin(bench.home, '/a', { kind: 'resume', offset: 4 }), (error) => {
        assert.ok(error instanceof Failure);
        assert.deepEqual([error.code, error.offset], ['offset-mismatch', 3]);
        return true;
      });
    });

    test('never applies the rest of an unfinished upload to the old file', async () => {
      await put(bench.home, '/a', 'old version');
      await putCut(bench.home, '/a', 'new ');
      await assert.rejects(begin(bench.home, '/a', { kind: 'append' }), code('offset-mismatch'));
      await put(bench.home, '/a', 'content', { kind: 'resume', offset: 4 });
      assert.equal(await read(bench.home, '/a'), 'new content');
    });

    test('builds a new version from the beginning of the old one and what is sent', async () => {
      await put(bench.home, '/a', '0123456789');
      await put(bench.home, '/a', 'XY', { kind: 'resume', offset: 4 });
      assert.equal(await read(bench.home, '/a'), '0123XY');
    });

    test('refuses an offset behind the end of a file', async () => {
      await put(bench.home, '/a', 'abc');
      const beyond = begin(bench.home, '/a', { kind: 'resume', offset: 4 });
      await assert.rejects(beyond, code('offset-mismatch'));
      const nothing = begin(bench.home, '/none', { kind: 'resume', offset: 1 });
      await assert.rejects(nothing, code('offset-mismatch'));
    });

    test('appends to a file', async () => {
      await put(bench.home, '/log', 'one\n');
      await put(bench.home, '/log', 'two\n', { kind: 'append' });
      assert.equal(await read(bench.home, '/log'), 'one\ntwo\n');
    });

    test('loses no line when two append at the same time', async () => {
      await put(bench.home, '/log', 'one\n');
      const first = await begin(bench.home, '/log', { kind: 'append' });
      await first.write([Buffer.from('two\n')]);
      const second = await begin(bench.home, '/log', { kind: 'append' });
      // The second session of an account takes over what the first has not completed.
      await second.write([Buffer.from('three\n')]);
      await second.complete();
      await assert.rejects(first.complete(), code('locked'));
      assert.equal(await read(bench.home, '/log'), 'one\nthree\n');
    });

    test('appends to what is there when it is completed', async () => {
      await put(bench.home, '/log', 'one\n');
      const writer = await begin(bench.home, '/log', { kind: 'append' });
      await writer.write([Buffer.from('three\n')]);
      await put(bench.home, '/log', 'one\ntwo\n');
      await writer.complete();
      assert.equal(await read(bench.home, '/log'), 'one\ntwo\nthree\n');
      assert.equal(
        (await bench.home.digest(at('/log'), 'sha-256', undefined, undefined)).hex,
        sha256('one\ntwo\nthree\n'),
      );
    });

    test('keeps an old unfinished upload until a new one has something durable', async () => {
      await putCut(bench.home, '/a', 'old upload');
      const writer = await begin(bench.home, '/a');
      await writer.write([Buffer.from('n')]);
      assert.equal((await bench.vault.uploads()).length, 2);
      await writer.write([Buffer.alloc(3000, 'n')]);
      await writer.interrupt('cut');
      const left = await bench.vault.uploads();
      assert.deepEqual(
        left.map((row) => row.offset),
        [3001],
      );
    });

    test('lets a newer session take over, and refuses what the older one still sends', async () => {
      const hanging = await begin(bench.home, '/a');
      await hanging.write([Buffer.from('first ')]);
      const newer = await begin(bench.home, '/a', { kind: 'append' });
      assert.equal(newer.start, 6);
      assert.ok(hanging.signal.aborted);
      await newer.write([Buffer.from('second')]);
      await assert.rejects(hanging.write([Buffer.from('LATE')]), code('locked'));
      await newer.complete();
      assert.equal(await read(bench.home, '/a'), 'first second');
    });

    test('continues from the size that was told, however far the older session came since', async () => {
      const hanging = await begin(bench.home, '/a');
      await hanging.write([Buffer.from('0123456789')]);
      const newer = await begin(bench.home, '/a', { kind: 'append', told: 4 });
      await newer.write([Buffer.from('456789AB')]);
      await newer.complete();
      assert.equal(await read(bench.home, '/a'), '0123456789AB');
    });

    test('lets the later of two uploads to one name win, and never blends them', async () => {
      const one = await begin(bench.home, '/a');
      const two = await begin(bench.home, '/a');
      await one.write([Buffer.alloc(2500, '1')]);
      await two.write([Buffer.alloc(2600, '2')]);
      await one.write([Buffer.alloc(2500, '1')]);
      await two.complete();
      assert.equal(await read(bench.home, '/a'), '2'.repeat(2600));
      await one.complete();
      assert.equal(await read(bench.home, '/a'), '1'.repeat(5000));
    });

    test('records the SHA-256 of what it commits and answers from the record', async () => {
      const content = Buffer.alloc(3 * 1024 * 1024, 'digest');
      await put(bench.home, '/big', content);
      await put(bench.home, '/small', 'small');
      for (const [path, hex] of [
        ['/big', sha256(content)],
        ['/small', sha256('small')],
      ] as const) {
        const digest = await bench.home.digest(at(path), 'sha-256', undefined, undefined);
        assert.equal(digest.hex, hex);
      }
      const rows = await bench.database.query.selectFrom('digests').selectAll().execute();
      assert.equal(rows.length, 2);
    });

    test('gives the digest of a range', async () => {
      await put(bench.home, '/a', '0123456789');
      const digest = await bench.home.digest(at('/a'), 'md5', { start: 2, end: 5 }, undefined);
      assert.equal(digest.hex, '289dff07669d7a23de0ef88d2f7129e7');
    });

    test('carries a digest along when a file is renamed or its time is set', async () => {
      await put(bench.home, '/a', 'content');
      await bench.home.setModified(at('/a'), 86_400_000);
      await bench.home.move(at('/a'), at('/b'), () => {});
      const rows = await bench.database.query.selectFrom('digests').selectAll().execute();
      assert.deepEqual(
        rows.map((row) => row.name),
        ['b'],
      );
      assert.equal(rows[0]?.version, (await bench.home.stat(at('/b'))).version);
    });

    test('commits a promised upload only if it is what was promised', async () => {
      await put(bench.home, '/a', 'old');
      const promise = { length: 4, digest: { algorithm: 'sha-256', hex: sha256('good') } } as const;
      const bad = await begin(bench.home, '/a', { kind: 'replace' }, promise);
      await bad.write([Buffer.from('evil')]);
      await assert.rejects(bad.complete(), code('digest-mismatch'));
      assert.equal(await read(bench.home, '/a'), 'old');
      const good = await begin(bench.home, '/a', { kind: 'replace' }, promise);
      await good.write([Buffer.from('good')]);
      await good.complete();
      assert.equal(await read(bench.home, '/a'), 'good');
    });

    test('does not complete an upload that is shorter than was said', async () => {
      const writer = await begin(bench.home, '/a', { kind: 'replace' }, { length: 10 });
      await writer.write([Buffer.from('short')]);
      await assert.rejects(writer.complete(), code('length-inconsistent'));
      assert.equal(await writer.interrupt('short'), 5);
      assert.equal((await bench.home.stat(at('/a'))).partial, true);
    });

    test('counts what is committed, replaced, removed and moved', async () => {
      await put(bench.home, '/a', 'x'.repeat(100));
      await put(bench.home, '/b', 'x'.repeat(50));
      assert.deepEqual(await bench.ledger(), { committed: 150, files: 2, reserved: 0 });
      await put(bench.home, '/a', 'x'.repeat(30));
      assert.deepEqual(await bench.ledger(), { committed: 80, files: 2, reserved: 0 });
      await put(bench.home, '/a', 'x'.repeat(5), { kind: 'append' });
      assert.deepEqual(await bench.ledger(), { committed: 85, files: 2, reserved: 0 });
      await bench.home.move(at('/a'), at('/b'), () => {});
      assert.deepEqual(await bench.ledger(), { committed: 35, files: 1, reserved: 0 });
      await bench.home.removeFile(at('/b'));
      assert.deepEqual(await bench.ledger(), { committed: 0, files: 0, reserved: 0 });
    });

    test('stops at the quota, keeps the bytes, and goes on when there is room', async () => {
      await bench.setLimits({ bytes: 1000 });
      const writer = await begin(bench.home, '/a');
      await assert.rejects(writer.write([Buffer.alloc(1500, 'x')]), code('quota-exceeded'));
      assert.equal(await writer.interrupt('quota'), 1000);
      assert.deepEqual(await bench.ledger(), { committed: 0, files: 0, reserved: 1000 });
      await assert.rejects(begin(bench.home, '/b'), code('quota-exceeded'));
      await bench.setLimits({ bytes: 2000 });
      await put(bench.home, '/a', Buffer.alloc(500, 'x'), { kind: 'append' });
      assert.deepEqual(await bench.ledger(), { committed: 1500, files: 1, reserved: 0 });
    });

    test('refuses a declared length that does not fit before a byte has moved', async () => {
      await bench.setLimits({ bytes: 1000, fileBytes: 500 });
      const tooMuch = begin(bench.home, '/a', { kind: 'replace' }, { length: 1001 });
      await assert.rejects(tooMuch, code('quota-exceeded'));
      const tooLarge = begin(bench.home, '/a', { kind: 'replace' }, { length: 501 });
      await assert.rejects(tooLarge, code('quota-exceeded'));
    });

    test('stops a file at the size that one file may have, and keeps what came', async () => {
      await bench.setLimits({ fileBytes: 700 });
      const writer = await begin(bench.home, '/a');
      await assert.rejects(writer.write([Buffer.alloc(1500, 'x')]), code('quota-exceeded'));
      assert.equal(await writer.interrupt('too large'), 700);
    });

    test('allows as many files as the quota says, also to parallel uploads', async () => {
      await bench.setLimits({ files: 2 });
      const writers = await Promise.all(['/a', '/b', '/c'].map((path) => begin(bench.home, path)));
      const ends = await Promise.allSettled(
        writers.map(async (writer) => {
          await writer.write([Buffer.from('x')]);
          await writer.complete();
        }),
      );
      assert.equal(ends.filter((end) => end.status === 'fulfilled').length, 2);
      assert.equal((await bench.ledger()).files, 2);
      // A file that is there can be replaced all the same.
      const there = ends[0]?.status === 'fulfilled' ? '/a' : '/b';
      await put(bench.home, there, 'again');
    });

    test('never stores more than the quota, however many upload at once', async () => {
      await bench.setLimits({ bytes: 10_000 });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, async (_, index) => {
          const writer = await begin(bench.home, `/file-${index}`);
          try {
            for (let sent = 0; sent < 2000; sent += 100) {
              await writer.write([Buffer.alloc(100, String(index))]);
              const { committed, reserved } = await bench.ledger();
              assert.ok(committed + reserved <= 10_000, `${committed} + ${reserved}`);
            }
            await writer.complete();
          } catch (error) {
            await writer.interrupt('refused');
            throw error;
          }
        }),
      );
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.ok(
        refused.length > 0 && refused.every(({ reason }) => code('quota-exceeded')(reason)),
      );
      const { committed, reserved } = await bench.ledger();
      assert.equal(committed + reserved, 10_000);
    });

    test('drops an unfinished upload when its name is removed, and frees its room', async () => {
      await putCut(bench.home, '/a', 'x'.repeat(100));
      await bench.home.removeFile(at('/a'));
      assert.deepEqual(await bench.ledger(), { committed: 0, files: 0, reserved: 0 });
      await assert.rejects(bench.home.stat(at('/a')), code('not-found'));
    });

    test('completes a promised upload at once where the home holds the content already', async () => {
      await put(bench.home, '/a', 'content');
      const digest = { algorithm: 'sha-256', hex: sha256('content') } as const;
      const promise = { length: 7, digest };
      const held = () => bench.home.expect(at('/b'), promise, 'test', () => {});
      assert.equal(await held(), 7);
      assert.equal(await read(bench.home, '/b'), 'content');
      assert.equal(await held(), 7);
      assert.deepEqual(await bench.ledger(), { committed: 14, files: 2, reserved: 0 });
    });

    test('continues a promised upload under another name', async () => {
      const promise = {
        length: 10,
        digest: { algorithm: 'sha-256', hex: sha256('0123456789') },
      } as const;
      const writer = await begin(bench.home, '/a', { kind: 'replace' }, promise);
      await writer.write([Buffer.from('0123')]);
      await writer.interrupt('cut');
      assert.equal(await bench.home.expect(at('/b'), promise, 'test', () => {}), 4);
      await put(bench.home, '/b', '456789', { kind: 'resume', offset: 4 });
      assert.equal(await read(bench.home, '/b'), '0123456789');
      await assert.rejects(bench.home.stat(at('/a')), code('not-found'));
    });

    test('does not believe a record whose file was changed by hand', async () => {
      await put(bench.home, '/a', 'content');
      await bench.home.move(at('/a'), at('/c'), () => {});
      await put(bench.home, '/c', 'another', { kind: 'resume', offset: 1 });
      const digest = { algorithm: 'sha-256', hex: sha256('content') } as const;
      assert.equal(await bench.home.expect(at('/b'), { length: 7, digest }, 'test', () => {}), 0);
    });

    test('finds drift that was made by hand, and repairs it only when told to', async () => {
      await put(bench.home, '/a', 'x'.repeat(100));
      await bench.database.write((write) =>
        write.updateTable('homes').set({ committed_bytes: 7, committed_files: 9 }).execute(),
      );
      const dry = await bench.vault.audit(1, false);
      assert.deepEqual(dry, { found: { bytes: 100, files: 1 }, recorded: { bytes: 7, files: 9 } });
      assert.equal((await bench.ledger()).committed, 7);
      await bench.vault.audit(1, true);
      assert.deepEqual(await bench.ledger(), { committed: 100, files: 1, reserved: 0 });
    });
  });
}

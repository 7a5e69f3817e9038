import assert from 'node:assert/strict';
import { at, begin, put, putCut, refusedAs } from './harness.ts';
import type { Case } from './vault-suite.ts';

/** The quota ledger. */
export function roomCases(test: Case): void {
  test('counts what is committed, replaced, removed and moved', async (bench) => {
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

  test('stops at the quota, keeps the bytes, and goes on when there is room', async (bench) => {
    await bench.setLimits({ bytes: 1000 });
    const writer = await begin(bench.home, '/a');
    await assert.rejects(
      async () => writer.write([Buffer.alloc(1500, 'x')]),
      refusedAs('quota-exceeded'),
    );
    assert.equal(await writer.interrupt('quota'), 1000);
    assert.deepEqual(await bench.ledger(), { committed: 0, files: 0, reserved: 1000 });
    await assert.rejects(begin(bench.home, '/b'), refusedAs('quota-exceeded'));
    await bench.setLimits({ bytes: 2000 });
    await put(bench.home, '/a', Buffer.alloc(500, 'x'), { kind: 'append' });
    assert.deepEqual(await bench.ledger(), { committed: 1500, files: 1, reserved: 0 });
  });

  test('refuses a declared length that does not fit before a byte has moved', async (bench) => {
    await bench.setLimits({ bytes: 1000, fileBytes: 500 });
    const tooMuch = begin(bench.home, '/a', { kind: 'replace' }, { length: 1001 });
    await assert.rejects(tooMuch, refusedAs('quota-exceeded'));
    const tooLarge = begin(bench.home, '/a', { kind: 'replace' }, { length: 501 });
    await assert.rejects(tooLarge, refusedAs('quota-exceeded'));
  });

  test('stops a file at the size that one file may have, and keeps what came', async (bench) => {
    await bench.setLimits({ fileBytes: 700 });
    const writer = await begin(bench.home, '/a');
    await assert.rejects(
      async () => writer.write([Buffer.alloc(1500, 'x')]),
      refusedAs('quota-exceeded'),
    );
    assert.equal(await writer.interrupt('too large'), 700);
  });

  test('allows as many files as the quota says, also to parallel uploads', async (bench) => {
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

  test('never stores more than the quota, however many upload at once', async (bench) => {
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
      refused.length > 0 && refused.every(({ reason }) => refusedAs('quota-exceeded')(reason)),
    );
    const { committed, reserved } = await bench.ledger();
    // What one had reserved ahead when another was refused is a small share of the room.
    assert.ok(committed + reserved > 9_500 && committed + reserved <= 10_000);
  });

  test('drops an unfinished upload when its name is removed, and frees its room', async (bench) => {
    await putCut(bench.home, '/a', 'x'.repeat(100));
    await bench.home.removeFile(at('/a'));
    assert.deepEqual(await bench.ledger(), { committed: 0, files: 0, reserved: 0 });
    await assert.rejects(bench.home.stat(at('/a')), refusedAs('not-found'));
  });

  test('counts a file on whose removal the power was cut, and a change of its time with it', async (bench) => {
    await put(bench.home, '/a', 'x'.repeat(100));
    const { unique } = await bench.home.stat(at('/a'));
    // As a process leaves it that has announced the removal and come no further.
    const announced = {
      home_id: 1,
      process: 'dead',
      kind: 'remove',
      path: '/a',
      to_path: null,
      object: unique,
      version: 'with a time that was lost',
      bytes: 100,
      files: 1,
    } as const;
    await bench.database.write((write) => write.insertInto('journal').values(announced).execute());
    await using next = await bench.reopen();
    assert.deepEqual(await next.ledger(), { committed: 100, files: 1, reserved: 0 });
  });

  test('finds drift that was made by hand, and repairs it only when told to', async (bench) => {
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
}

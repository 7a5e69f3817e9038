import assert from 'node:assert/strict';
import type { SegmentWriter } from '../../src/vault/segments/segment-writer.ts';
import { type Bench, at, begin, put, putCut, read, refusedAs, sha256 } from './harness.ts';
import type { Case } from './vault-suite.ts';

const CONTENT = Array.from({ length: 5000 }, (_, index) =>
  String.fromCodePoint(97 + (index % 23)),
).join('');
const SIZE = CONTENT.length;

const mayAll = (): void => {};

type Range = readonly [start: number, end: number];

interface Asked {
  readonly content?: string;
  readonly path?: string;
}

async function find({ home }: Bench, { content = CONTENT, path = '/a' }: Asked = {}) {
  const promise = {
    length: content.length,
    digest: { algorithm: 'sha-256', hex: sha256(content) },
  } as const;
  return home.missing(at(path), promise, undefined, 'test', mayAll);
}

/** @returns what is missing, once each range has been asked for */
async function missing(bench: Bench, asked?: Asked): Promise<Range[]> {
  return (await find(bench, asked)).ranges.map(({ start, end }) => [start, end]);
}

/** Begins to send a range. */
async function sender(
  bench: Bench,
  [start, end]: Range,
  asked: Asked = {},
): Promise<SegmentWriter> {
  const { uploadId } = await find(bench, asked);
  assert.ok(uploadId);
  return bench.home.segment(uploadId, at(asked.path ?? '/a'), { start, end }, 'test');
}

function write(
  writer: SegmentWriter,
  from: number,
  to: number,
  content = CONTENT,
): void | Promise<void> {
  return writer.write([Buffer.from(content.slice(from, to))]);
}

/** Sends a range, all of it. */
async function send(bench: Bench, range: Range, asked: Asked = {}): Promise<void> {
  await using writer = await sender(bench, range, asked);
  await write(writer, ...range, asked.content);
  await writer.complete();
}

/** One upload over several connections at once. */
export function segmentsCases(test: Case): void {
  test('takes a file in segments, in any order and at once, and publishes it when all are there', async (bench) => {
    await put(bench.home, '/a', 'what was there');
    assert.deepEqual(await missing(bench), [[0, SIZE]]);
    const [first, last] = [await sender(bench, [0, 1500]), await sender(bench, [4000, SIZE])];
    await write(last, 4000, 4500);
    await write(first, 0, 1500);
    await write(last, 4500, SIZE);
    await first.complete();
    await last.complete();
    assert.deepEqual(await missing(bench), [[1500, 4000]]);
    await send(bench, [1500, 4000]);
    assert.equal(await read(bench.home, '/a'), 'what was there');
    assert.deepEqual(await missing(bench), []);
    assert.equal(await read(bench.home, '/a'), CONTENT);
    assert.deepEqual(await bench.ledger(), { committed: SIZE, files: 1, reserved: 0 });
    const digest = await bench.home.digest(at('/a'), 'sha-256', undefined, undefined);
    assert.equal(digest.hex, sha256(CONTENT));
    assert.deepEqual(await bench.database.query.selectFrom('segments').selectAll().execute(), []);
  });

  test('goes on with exactly what is missing when a sender was cut', async (bench) => {
    const writer = await sender(bench, [1000, 3000]);
    await write(writer, 1000, 2345);
    assert.equal(await writer.interrupt('cut'), 2345);
    await send(bench, [4000, SIZE]);
    assert.deepEqual(await missing(bench), [
      [0, 1000],
      [2345, 4000],
    ]);
    await send(bench, [2345, 4000]);
    assert.deepEqual(await missing(bench), [[0, 1000]]);
    await send(bench, [0, 1000]);
    await missing(bench);
    assert.equal(await read(bench.home, '/a'), CONTENT);
  });

  test('goes on behind the checkpoints of a process that has died', async (bench) => {
    const writers = [await sender(bench, [0, 2500]), await sender(bench, [2500, SIZE])] as const;
    await write(writers[0], 0, 1200);
    await write(writers[1], 2500, 4000);
    // What is due is taken beside the sender.
    await writers[0].flush();
    await writers[1].flush();
    await write(writers[0], 1200, 1300);
    await using again = await bench.reopen();
    assert.deepEqual(await missing(again), [
      [1200, 2500],
      [4000, SIZE],
    ]);
    assert.equal((await again.ledger()).reserved, 2700);
    await send(again, [1200, 2500]);
    await send(again, [4000, SIZE]);
    assert.deepEqual(await missing(again), []);
    assert.equal(await read(again.home, '/a'), CONTENT);
  });

  test('lets a newer sender of the same bytes take over, and leaves the others alone', async (bench) => {
    const hanging = await sender(bench, [0, 2000]);
    const other = await sender(bench, [2000, 4000]);
    await write(hanging, 0, 700);
    await write(other, 2000, 2500);
    const newer = await sender(bench, [700, 2000]);
    await write(newer, 700, 2000);
    assert.equal(hanging.signal.aborted, true);
    await assert.rejects(async () => write(hanging, 700, 800), refusedAs('locked'));
    await newer.complete();
    await write(other, 2500, 4000);
    await other.complete();
    assert.deepEqual(await missing(bench), [[4000, SIZE]]);
  });

  test('takes no byte more than the range has, and is not complete with less', async (bench) => {
    const writer = await sender(bench, [0, 100]);
    await write(writer, 0, 60);
    await assert.rejects(writer.complete(), refusedAs('length-inconsistent'));
    await assert.rejects(async () => write(writer, 60, 101), refusedAs('length-inconsistent'));
    await writer.interrupt('refused');
    assert.deepEqual(await missing(bench), [[60, SIZE]]);
  });

  test('publishes nothing that is not as it was promised, and begins again', async (bench) => {
    await put(bench.home, '/a', 'what was there');
    await using writer = await sender(bench, [0, SIZE]);
    await write(writer, 0, SIZE - 1);
    await writer.write([Buffer.from('!')]);
    await writer.complete();
    assert.deepEqual(await missing(bench), [[0, SIZE]]);
    assert.equal(await read(bench.home, '/a'), 'what was there');
    await send(bench, [0, SIZE]);
    assert.deepEqual(await missing(bench), []);
    assert.equal(await read(bench.home, '/a'), CONTENT);
  });

  test('never mixes two versions of a file', async (bench) => {
    const other = { content: CONTENT.toUpperCase() };
    await send(bench, [0, 2000], other);
    assert.deepEqual(await missing(bench), [[0, SIZE]]);
    await send(bench, [0, SIZE]);
    await missing(bench);
    assert.equal(await read(bench.home, '/a'), CONTENT);
    assert.deepEqual(await bench.ledger(), { committed: SIZE, files: 1, reserved: 0 });
  });

  test('reserves the whole once while somebody sends, and keeps what has come', async (bench) => {
    await bench.setLimits({ bytes: SIZE + 10 });
    const writer = await sender(bench, [3000, 4000]);
    assert.equal((await bench.ledger()).reserved, 0);
    await write(writer, 3000, 3500);
    assert.equal((await bench.ledger()).reserved, SIZE);
    const second = await sender(bench, [0, 1000]);
    await write(second, 0, 100);
    assert.equal((await bench.ledger()).reserved, SIZE);
    await second.interrupt('cut');
    await writer.interrupt('cut');
    assert.equal((await bench.ledger()).reserved, 600);
    await put(bench.home, '/other', 'x'.repeat(100));
    const late = await sender(bench, [0, 1000]);
    await assert.rejects(async () => write(late, 0, 10), refusedAs('quota-exceeded'));
    assert.equal((await bench.ledger()).reserved, 600);
    await bench.setLimits({ bytes: SIZE + 100 });
    await send(bench, [100, 3000]);
    await send(bench, [3500, SIZE]);
    assert.deepEqual(await missing(bench), []);
    assert.deepEqual(await bench.ledger(), { committed: SIZE + 100, files: 2, reserved: 0 });
  });

  test('refuses what can never fit before a byte is sent', async (bench) => {
    await bench.setLimits({ bytes: SIZE - 1 });
    await assert.rejects(find(bench), refusedAs('quota-exceeded'));
    await bench.setLimits({ fileBytes: SIZE - 1 });
    await assert.rejects(find(bench), refusedAs('quota-exceeded'));
    assert.deepEqual(await bench.home.uploads(), []);
  });

  test('goes on in segments behind what came in one stream', async (bench) => {
    const digest = { algorithm: 'sha-256', hex: sha256(CONTENT) } as const;
    const declared = { length: SIZE, digest };
    const writer = await begin(bench.home, '/a', { kind: 'replace' }, declared);
    await writer.write([Buffer.from(CONTENT.slice(0, 1234))]);
    await writer.interrupt('cut');
    assert.deepEqual(await missing(bench), [[1234, SIZE]]);
    await send(bench, [3000, SIZE]);
    await send(bench, [1234, 3000]);
    assert.deepEqual(await missing(bench), []);
    assert.equal(await read(bench.home, '/a'), CONTENT);
  });

  test('goes on in one stream behind what came in segments without a gap', async (bench) => {
    await send(bench, [0, 1500]);
    const sending = await sender(bench, [3000, 4000]);
    await write(sending, 3000, 3100);
    assert.equal((await bench.home.stat(at('/a'))).size, 1499);
    const writer = await begin(bench.home, '/a', { kind: 'resume', offset: 1500 });
    assert.equal(sending.signal.aborted, true);
    await writer.write([Buffer.from(CONTENT.slice(1500))]);
    await writer.complete();
    assert.equal(await read(bench.home, '/a'), CONTENT);
    assert.deepEqual(await bench.ledger(), { committed: SIZE, files: 1, reserved: 0 });
  });

  test('believes nothing that lay behind where one stream has gone on', async (bench) => {
    await send(bench, [0, 1000]);
    await send(bench, [3000, 4000]);
    const writer = await begin(bench.home, '/a', { kind: 'resume', offset: 500 });
    await writer.write([Buffer.from(CONTENT.slice(500, 700))]);
    await writer.interrupt('cut');
    await send(bench, [4500, SIZE]);
    assert.deepEqual(await missing(bench), [[700, 4500]]);
  });

  test('refuses to go on in one stream behind a gap', async (bench) => {
    await send(bench, [0, 1000]);
    await send(bench, [2000, 3000]);
    const beyond = begin(bench.home, '/a', { kind: 'resume', offset: 3000 });
    await assert.rejects(beyond, refusedAs('offset-mismatch'));
    assert.deepEqual(await missing(bench), [
      [1000, 2000],
      [3000, SIZE],
    ]);
  });

  test('goes on under another name, unless somebody sends it under the old one', async (bench) => {
    await using writer = await sender(bench, [2000, 3000]);
    await write(writer, 2000, 2500);
    assert.deepEqual(await missing(bench, { path: '/b' }), [[0, SIZE]]);
    await writer.interrupt('cut');
    assert.deepEqual(await missing(bench, { path: '/c' }), [
      [0, 2000],
      [2500, SIZE],
    ]);
  });

  test('is not dropped while somebody sends it, by age or by a newer version', async (bench) => {
    const writer = await sender(bench, [0, 2000]);
    await write(writer, 0, 1200);
    await writer.flush();
    await bench.database.write((on) => on.updateTable('uploads').set({ touched_at: 0 }).execute());
    await bench.vault.expire();
    await put(bench.home, '/a', 'a newer version');
    await write(writer, 1200, 2000);
    await writer.complete();
    assert.deepEqual(await missing(bench), [[2000, SIZE]]);
    await bench.database.write((on) => on.updateTable('uploads').set({ touched_at: 0 }).execute());
    await bench.vault.expire();
    assert.deepEqual(await bench.home.uploads(), []);
    assert.equal((await bench.ledger()).reserved, 0);
  });

  test('ends those who send an upload that is removed', async (bench) => {
    const writer = await sender(bench, [0, 2000]);
    await write(writer, 0, 1000);
    await bench.home.removeFile(at('/a'));
    assert.equal(writer.signal.aborted, true);
    assert.deepEqual(await bench.ledger(), { committed: 0, files: 0, reserved: 0 });
    assert.deepEqual(await bench.database.query.selectFrom('segments').selectAll().execute(), []);
  });

  test('ends in order when the server stops, with all that was sent', async (bench) => {
    const writer = await sender(bench, [0, 2000]);
    await write(writer, 0, 1999);
    await bench.vault.stopUploads();
    await assert.rejects(async () => write(writer, 1999, 2000), refusedAs('shutting-down'));
    assert.deepEqual(await missing(bench), [[1999, SIZE]]);
  });

  test('completes what is there already without a byte being sent', async (bench) => {
    await put(bench.home, '/elsewhere', CONTENT);
    assert.deepEqual(await missing(bench), []);
    assert.equal(await read(bench.home, '/a'), CONTENT);
    await putCut(bench.home, '/a', 'another');
    assert.deepEqual(await missing(bench), []);
  });
}

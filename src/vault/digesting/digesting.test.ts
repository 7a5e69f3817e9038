import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { ALGORITHMS, type Algorithm } from '../../base/digest.ts';
import { MiB } from '../../base/size.ts';
import { temporaryFolder } from '../../../test/support/temporary.ts';
import { type Readable, digestByReading, digestOfRange } from './digest-by-reading.ts';
import { HashThread } from './hash-thread.ts';
import { RunningDigest } from './running-digest.ts';

const hexOf = (algorithm: Algorithm, content: Uint8Array) =>
  createHash(ALGORITHMS[algorithm].openssl).update(content).digest('hex');

/** Bytes that differ from place to place. */
function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 31 + (at >> 8) * 17) & 0xff;
  return bytes;
}

const CONTENT = pattern(3 * MiB + 12_345);

interface Disk extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly file: Readable;
  readonly thread: HashThread;
}

/** A real file, and the thread that reads it behind its writer. */
async function disk(content: Uint8Array = Buffer.alloc(0)): Promise<Disk> {
  const folder = await temporaryFolder();
  const handle = await open(join(folder.path, 'file'), 'w+');
  await handle.write(content, 0, content.length, 0);
  const thread = new HashThread('prompt');
  return {
    handle,
    file: {
      descriptor: handle.fd,
      read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
    },
    thread,
    [Symbol.asyncDispose]: async () => {
      await thread[Symbol.asyncDispose]();
      await handle.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** The same bytes where no thread can read them; a few at a time, to be asked again. */
function undisclosed(content: Uint8Array): Readable {
  return {
    descriptor: undefined,
    read: (into, position) => {
      const part = content.subarray(position, position + Math.min(into.length, 100_000));
      into.set(part);
      return part.length;
    },
  };
}

suite('a running digest', () => {
  /** Where an upload is cut into chunks, and where its digest is asked for on the way. */
  const cuts = fc.array(
    fc.record({ bytes: fc.integer({ min: 0, max: 900_000 }), ask: fc.boolean() }),
    { maxLength: 6 },
  );

  for (const [name, isSeen] of [
    ['a file that the thread can read', true],
    ['a file that only we can read', false],
  ] as const) {
    test(`of ${name} is that of the bytes, however they come`, async () => {
      await using real = await disk(isSeen ? CONTENT : undefined);
      const file = isSeen ? real.file : undisclosed(CONTENT);
      await fc.assert(
        fc.asyncProperty(cuts, fc.nat({ max: 2 * MiB }), async (chunks, begun) => {
          const running = new RunningDigest('sha-256', file, real.thread);
          let position = begun;
          assert.equal(await running.catchUp(begun), undefined);
          const asked: Promise<void>[] = [];
          for (const { bytes, ask } of chunks) {
            const end = Math.min(CONTENT.length, position + bytes);
            const chunk = CONTENT.subarray(position, end);
            const half = Math.floor(chunk.length / 2);
            running.append([chunk.subarray(0, half), chunk.subarray(half)], chunk.length);
            position = end;
            const expected = hexOf('sha-256', CONTENT.subarray(0, end));
            if (ask) asked.push(running.digest().then((hex) => assert.equal(hex, expected)));
          }
          await Promise.all(asked);
          assert.equal(await running.digest(), hexOf('sha-256', CONTENT.subarray(0, position)));
          await running.close();
        }),
        { numRuns: 25 },
      );
    });

    test(`of ${name} proves the beginning that was there before`, async () => {
      await using real = await disk(isSeen ? CONTENT : undefined);
      const file = isSeen ? real.file : undisclosed(CONTENT);
      for (const [length, proofAt] of [
        [2000, 1000],
        [2000, 2000],
        [2000, 0],
        [3 * MiB, MiB],
      ] as const) {
        const running = new RunningDigest('sha-256', file, real.thread);
        const proof = await running.catchUp(length, proofAt);
        assert.equal(proof, hexOf('sha-256', CONTENT.subarray(0, proofAt)));
        running.append([CONTENT.subarray(length, length + 10)], 10);
        assert.equal(await running.digest(), hexOf('sha-256', CONTENT.subarray(0, length + 10)));
        await running.close();
      }
    });
  }

  test('is ready as long as the file is small, and then costs another reading', async () => {
    await using real = await disk(CONTENT);
    const running = new RunningDigest('md5', real.file, real.thread);
    running.append([CONTENT.subarray(0, MiB)], MiB);
    assert.equal(running.isReady, true);
    running.append([CONTENT.subarray(MiB, MiB + 1)], 1);
    assert.equal(running.isReady, false);
    assert.equal(await running.digest(), hexOf('md5', CONTENT.subarray(0, MiB + 1)));
    await running.close();
  });

  test('far behind its writer holds it up only until it has come a little nearer', async () => {
    await using real = await disk();
    await real.handle.truncate(2048 * MiB);
    // It goes no nearer than it has to.
    real.thread.hold(true);
    const running = new RunningDigest('sha-1', real.file, real.thread);
    let waits = 0;
    for (let written = 0; written < 1344 * MiB; written += 16 * MiB) {
      running.append([], 16 * MiB);
      const wait = running.keepUp();
      if (wait !== undefined) waits += 1;
      await wait;
    }
    assert.ok(waits > 0);
    await running.close();
  });

  test('of nothing is the digest of nothing', async () => {
    await using real = await disk();
    const running = new RunningDigest('sha-256', real.file, real.thread);
    assert.equal(await running.digest(), hexOf('sha-256', Buffer.alloc(0)));
    await running.close();
  });
});

suite('the thread that hashes', () => {
  for (const algorithm of Object.keys(ALGORITHMS) as Algorithm[]) {
    test(`gives the ${algorithm} of every mark, in one reading`, async () => {
      await using real = await disk(CONTENT);
      const followed = real.thread.follow(algorithm, real.file.descriptor ?? -1);
      const marks = [0, 1, MiB, MiB, CONTENT.length];
      const digests = marks.map((at) => followed.digestAt(at));
      assert.deepEqual(
        await Promise.all(digests),
        marks.map((at) => hexOf(algorithm, CONTENT.subarray(0, at))),
      );
      // A mark that was passed is not asked for again, but the last one may be.
      assert.equal(await followed.digestAt(CONTENT.length), hexOf(algorithm, CONTENT));
      await followed.close();
    });
  }

  test('serves many files at once, each by itself', async () => {
    await using real = await disk(CONTENT);
    const jobs = Array.from({ length: 12 }, (_, index) => {
      const end = index * 250_000;
      return { end, followed: real.thread.follow('sha-256', real.file.descriptor ?? -1) };
    });
    await Promise.all(
      jobs.map(async ({ end, followed }) => {
        followed.advance(end);
        assert.equal(await followed.digestAt(end), hexOf('sha-256', CONTENT.subarray(0, end)));
        await followed.close();
      }),
    );
  });

  test('stops reading when it is told to, in the middle of its work', async () => {
    await using real = await disk();
    // Sparse: as long to hash as any, and no time to write.
    await real.handle.truncate(1024 * MiB);
    const followed = real.thread.follow('sha-256', real.file.descriptor ?? -1);
    const digest = followed.digestAt(1024 * MiB);
    await turn();
    await followed.close();
    await assert.rejects(digest, { name: 'Failure', code: 'storage-failed' });
    await assert.rejects(followed.digestAt(1024 * MiB), { code: 'storage-failed' });
  });

  test('says so when a file is shorter than it was told, and goes on with the others', async () => {
    await using real = await disk(CONTENT);
    const short = real.thread.follow('sha-256', real.file.descriptor ?? -1);
    const other = real.thread.follow('sha-256', real.file.descriptor ?? -1);
    await assert.rejects(short.digestAt(CONTENT.length + 1), { code: 'storage-failed' });
    await assert.rejects(short.digestAt(CONTENT.length + 2), { code: 'storage-failed' });
    assert.equal(await other.digestAt(CONTENT.length), hexOf('sha-256', CONTENT));
    await short.close();
    await other.close();
    const later = real.thread.follow('sha-256', real.file.descriptor ?? -1);
    assert.equal(await later.digestAt(5), hexOf('sha-256', CONTENT.subarray(0, 5)));
    await later.close();
  });

  test('says so when a descriptor is none', async () => {
    await using real = await disk();
    const followed = real.thread.follow('sha-256', 1_000_000);
    await assert.rejects(followed.digestAt(1), { code: 'storage-failed' });
    await followed.close();
  });

  test('lets a file wait that is growing while it is held, and none that is whole', async () => {
    await using real = await disk(CONTENT);
    const descriptor = real.file.descriptor ?? -1;
    const hex = hexOf('sha-256', CONTENT);
    for (const release of ['whole', 'let go'] as const) {
      real.thread.hold(true);
      const growing = real.thread.follow('sha-256', descriptor);
      let isKnown = false;
      const digest = growing.digestAt(CONTENT.length).finally(() => (isKnown = true));
      const whole = real.thread.follow('sha-256', descriptor);
      whole.whole();
      // Asked later, it would be known later.
      assert.equal(await whole.digestAt(CONTENT.length), hex);
      assert.equal(isKnown, false);
      if (release === 'whole') growing.whole();
      else real.thread.hold(false);
      assert.equal(await digest, hex);
      await Promise.all([growing.close(), whole.close()]);
    }
  });

  test('does not let a file wait that is far behind', async () => {
    await using real = await disk();
    const descriptor = real.file.descriptor ?? -1;
    await real.handle.truncate(1025 * MiB);
    real.thread.hold(true);
    const growing = real.thread.follow('crc32', descriptor);
    const near = growing.digestAt(MiB);
    growing.advance(1025 * MiB);
    assert.equal(typeof (await near), 'string');
    await growing.close();
  });

  test('leaves nobody waiting when it is ended', async () => {
    await using real = await disk();
    await real.handle.truncate(1024 * MiB);
    const followed = real.thread.follow('sha-256', real.file.descriptor ?? -1);
    const digest = assert.rejects(followed.digestAt(1024 * MiB), { code: 'storage-failed' });
    await real.thread[Symbol.asyncDispose]();
    await digest;
    await followed.close();
  });
});

suite('a digest by reading', () => {
  test('of a range is that of its bytes, by the thread and without', async () => {
    await using real = await disk(CONTENT);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: CONTENT.length }),
        fc.nat({ max: CONTENT.length }),
        async (one, other) => {
          const range = { start: Math.min(one, other), end: Math.max(one, other) };
          const expected = hexOf('sha-1', CONTENT.subarray(range.start, range.end));
          for (const file of [real.file, undisclosed(CONTENT)]) {
            assert.equal(await digestOfRange('sha-1', file, range, real.thread), expected);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  test('fails when the file has become shorter', async () => {
    const read = digestByReading('md5', undisclosed(CONTENT.subarray(0, 5)), { start: 0, end: 6 });
    await assert.rejects(read, { name: 'Failure', code: 'storage-failed' });
  });

  test('stops when nobody wants it any more', async () => {
    await using real = await disk();
    await real.handle.truncate(1024 * MiB);
    const reason = new Error('gone');
    const abort = new AbortController();
    const range = { start: 0, end: 1024 * MiB };
    const digest = digestOfRange('sha-256', real.file, range, real.thread, abort.signal);
    abort.abort(reason);
    await assert.rejects(digest, reason);
    const late = digestOfRange('sha-256', real.file, range, real.thread, abort.signal);
    await assert.rejects(late, reason);
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { suite, test } from 'node:test';
import { canReadInPlace, readInPlace } from './reused-buffer.ts';
import { receive, type ReceiveOptions } from './receive.ts';
import { BufferPool } from './buffer-pool.ts';
import { type Pieces, piecesOf, ReadPieces } from './pieces.ts';
import { readInTurns, send, type SendOptions } from './send.ts';
import { Traffic } from './traffic.ts';

/** Two ends of one connection; ours is as a passive listener hands it over. */
async function pair(inPlace = false): Promise<{ ours: Socket; theirs: Socket } & Disposable> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const theirs = connect({ port: address.port, host: '127.0.0.1', allowHalfOpen: true });
  theirs.on('error', () => {});
  const [accepted] = (await once(server, 'connection')) as [Socket];
  accepted.on('error', () => {});
  const ours = inPlace ? readInPlace(accepted) : accepted;
  return {
    ours,
    theirs,
    [Symbol.dispose]: () => {
      ours.destroy();
      theirs.destroy();
      server.close();
    },
  };
}

function options(changes: Partial<ReceiveOptions> = {}): ReceiveOptions {
  return {
    signal: new AbortController().signal,
    stallTimeoutMs: 10_000,
    gatherBytes: 1024,
    onBytes: () => {},
    ...changes,
  };
}

/** Bytes that differ by position, so that a lost or doubled piece shows. */
function pattern(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_value, index) => (index * 31) >> 3));
}

for (const [how, inPlace] of [
  ['piece by piece', false],
  ['into reused buffers', true],
] as const) {
  suite(`receiving ${how}`, () => {
    test('everything arrives in order, one write at a time, however slow the writes are', async () => {
      using ends = await pair(inPlace);
      const bytes = pattern(3_000_000);
      const came: Uint8Array[] = [];
      let running = 0;
      ends.theirs.end(bytes);
      const end = await receive(
        ends.ours,
        async (chunks) => {
          running += 1;
          assert.equal(running, 1);
          came.push(...chunks.map((chunk) => Buffer.from(chunk)));
          await new Promise(setImmediate);
          running -= 1;
        },
        options({ gatherBytes: 100_000 }),
      );
      assert.equal(end.kind, 'finished');
      assert.ok(bytes.equals(Buffer.concat(came)));
    });

    test('everything arrives in order, whether it is written at once or later', async () => {
      using ends = await pair(inPlace);
      const bytes = pattern(3_000_000);
      const came: Uint8Array[] = [];
      ends.theirs.end(bytes);
      let writes = 0;
      const end = await receive(
        ends.ours,
        (chunks) => {
          const keep = () => void came.push(...chunks.map((chunk) => Buffer.from(chunk)));
          writes += 1;
          // Some in a row each way.
          if (writes % 7 < 4) return keep();
          return new Promise(setImmediate).then(keep);
        },
        options({ gatherBytes: 100_000 }),
      );
      assert.equal(end.kind, 'finished');
      assert.ok(bytes.equals(Buffer.concat(came)));
    });

    test('what comes after a stop does not change what is being written', async () => {
      using ends = await pair(inPlace);
      const stop = new AbortController();
      const { promise: writing, resolve: onWrite } = Promise.withResolvers<Uint8Array>();
      const { promise: release, resolve: letGo } = Promise.withResolvers<void>();
      ends.theirs.write(Buffer.alloc(10_000, 'first'));
      const received = receive(
        ends.ours,
        async ([chunk]) => {
          if (chunk) onWrite(chunk);
          await release;
        },
        options({ gatherBytes: 100_000, signal: stop.signal }),
      );
      const chunk = await writing;
      const before = Buffer.from(chunk);
      stop.abort();
      // It is read on into nothing, until our side is closed.
      for (let turn = 0; turn < 20; turn += 1) {
        ends.theirs.write(Buffer.alloc(200_000, 'later'));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      assert.ok(before.equals(chunk));
      letGo();
      assert.equal((await received).kind, 'aborted');
    });

    test('while a write hangs the sender is held back', async () => {
      using ends = await pair(inPlace);
      let [came, written] = [0, 0];
      const gate = Promise.withResolvers<void>();
      ends.theirs.end(Buffer.alloc(16 * 1024 * 1024));
      const ended = receive(
        ends.ours,
        (chunks) => {
          for (const chunk of chunks) written += chunk.length;
          return gate.promise;
        },
        options({ gatherBytes: 65_536, onBytes: (count) => (came += count) }),
      );
      while (!ends.ours.isPaused()) await new Promise(setImmediate);
      assert.ok(came < 1024 * 1024, `${came} bytes were taken`);
      gate.resolve();
      assert.equal((await ended).kind, 'finished');
      assert.equal(written, 16 * 1024 * 1024);
    });

    test('an end that was there before anybody listened is an end', async () => {
      using ends = await pair(inPlace);
      ends.theirs.end();
      await once(ends.theirs, 'finish');
      assert.equal((await receive(ends.ours, () => {}, options())).kind, 'finished');
    });

    test('what came before a reset is written', async () => {
      using ends = await pair(inPlace);
      const bytes = pattern(1000);
      let written = 0;
      ends.theirs.write(bytes);
      const end = await receive(
        ends.ours,
        (chunks) => {
          for (const chunk of chunks) written += chunk.length;
          if (written === bytes.length) ends.theirs.resetAndDestroy();
        },
        options(),
      );
      assert.equal(end.kind, 'reset');
      assert.equal(written, bytes.length);
    });

    for (const [thrown, write] of [
      ['thrown', () => assert.fail('no')],
      ['rejected', () => Promise.reject(new assert.AssertionError({ message: 'no' }))],
    ] as const) {
      test(`a refusal that is ${thrown} ends it`, async () => {
        using ends = await pair(inPlace);
        ends.theirs.write('x');
        const end = await receive(ends.ours, write, options());
        assert.ok(end.kind === 'refused' && end.reason instanceof assert.AssertionError);
      });
    }

    test('a signal ends it, also one that was aborted before', async () => {
      for (const late of [true, false]) {
        using ends = await pair(inPlace);
        const abort = new AbortController();
        if (!late) abort.abort('why');
        const ended = receive(ends.ours, () => {}, options({ signal: abort.signal }));
        abort.abort('why');
        assert.deepEqual(await ended, { kind: 'aborted', reason: 'why' });
      }
    });

    test('a sender from whom nothing comes is given up', async () => {
      using ends = await pair(inPlace);
      const end = await receive(ends.ours, () => {}, options({ stallTimeoutMs: 20 }));
      assert.equal(end.kind, 'stalled');
    });

    test('a slow write is not the fault of the sender', async () => {
      using ends = await pair(inPlace);
      ends.theirs.end(Buffer.alloc(4 * 1024 * 1024));
      let writes = 0;
      const end = await receive(
        ends.ours,
        async () => {
          writes += 1;
          if (writes > 1) return;
          // Longer than the time after which a silent sender is given up.
          const { setTimeout: sleep } = await import('node:timers/promises');
          await sleep(1200);
        },
        options({ stallTimeoutMs: 800 }),
      );
      assert.equal(end.kind, 'finished');
    });
  });
}

test('this Node can read into reused buffers', async () => {
  assert.equal(await canReadInPlace(), true);
});

function sending(changes: Partial<SendOptions> = {}): SendOptions {
  return { ...options(), traffic: new Traffic(1024 * 1024), ...changes };
}

const ALONE = { pool: new BufferPool(), beside: false };

const ENDLESS: Pieces = { next: () => Buffer.alloc(100_000) };

suite('sending', () => {
  for (const [how, source, most] of [
    ['in two buffers that take turns', (read: Reading) => piecesOf(readInTurns(read, 10_000)), 2],
    [
      'in a buffer that is given back, and ahead where it has to be waited for',
      (read: Reading) => new ReadPieces({ ...ALONE, read, mostBytes: 10_000 }),
      2,
    ],
  ] as const) {
    test(`what is read ${how} arrives whole`, async () => {
      using ends = await pair();
      const bytes = pattern(1_000_003);
      let position = 0;
      let sent = 0;
      const buffers = new Set<ArrayBufferLike>();
      const pieces = source((into) => {
        buffers.add(into.buffer);
        const count = bytes.copy(into, 0, position);
        position += count;
        return position % 20_000 === 0 ? count : Promise.resolve(count);
      });
      const came: Buffer[] = [];
      ends.theirs.on('data', (chunk: Buffer) => came.push(chunk));
      const end = await send(ends.ours, pieces, sending({ onBytes: (count) => (sent += count) }));
      if (!ends.theirs.readableEnded) await once(ends.theirs, 'end');
      assert.equal(end.kind, 'finished');
      assert.equal(sent, bytes.length);
      assert.equal(buffers.size, most);
      assert.ok(bytes.equals(Buffer.concat(came)));
    });
  }

  test('a buffer is given back only when the connection has taken all of it', async () => {
    using ends = await pair();
    const pool = new BufferPool();
    const bytes = pattern(8 * 1024 * 1024);
    let position = 0;
    const read: Reading = (into) => {
      const count = bytes.copy(into, 0, position);
      position += count;
      return count;
    };
    const sent = send(
      ends.ours,
      new ReadPieces({ ...ALONE, read, mostBytes: 1024 * 1024, pool }),
      sending(),
    );
    // Until nothing more fits into the system's buffers.
    while (ends.ours.writableLength === 0) await new Promise(setImmediate);
    pool.take(1024 * 1024).fill(0xff);
    const came: Buffer[] = [];
    for await (const chunk of ends.theirs) came.push(chunk as Buffer);
    assert.equal((await sent).kind, 'finished');
    assert.ok(bytes.equals(Buffer.concat(came)));
  });

  test('where sending is work, large pieces are read beside it, but not behind the end', async () => {
    using ends = await pair();
    const bytes = pattern(2_500_000);
    const asked: boolean[] = [];
    let position = 0;
    const source = new ReadPieces({
      ...ALONE,
      read: (into, beside) => {
        asked.push(beside);
        const count = bytes.copy(into, 0, position);
        position += count;
        return beside ? Promise.resolve(count) : count;
      },
      mostBytes: 1024 * 1024,
      beside: true,
    });
    const came: Buffer[] = [];
    ends.theirs.on('data', (chunk: Buffer) => came.push(chunk));
    const ended = once(ends.theirs, 'end');
    assert.equal((await send(ends.ours, source, sending())).kind, 'finished');
    await ended;
    assert.ok(bytes.equals(Buffer.concat(came)));
    assert.deepEqual(asked, [false, true, true, false]);
  });

  test('what has to be waited for is read while the peer takes what came before', async () => {
    using ends = await pair();
    const reads: PromiseWithResolvers<number>[] = [];
    const source = new ReadPieces({
      ...ALONE,
      read: () => {
        const read = Promise.withResolvers<number>();
        reads.push(read);
        return read.promise;
      },
      mostBytes: 100,
    });
    const sent = send(ends.ours, source, sending());
    const begun = async (count: number): Promise<void> => {
      while (reads.length < count) await new Promise(setImmediate);
    };
    await begun(1);
    reads[0]?.resolve(100);
    const came = once(ends.theirs, 'data');
    await begun(2);
    await came;
    assert.equal(reads.length, 2);
    ends.theirs.destroy();
    reads[1]?.reject(new Error('the disk is gone'));
    assert.notEqual((await sent).kind, 'finished');
  });

  test('a source that throws ends it, and the peer sees no orderly end', async () => {
    using ends = await pair();
    const source = { next: () => assert.fail('no') };
    const end = await send(ends.ours, source, sending());
    assert.equal(end.kind, 'refused');
    assert.ok(ends.ours.destroyed);
  });

  test('a peer that goes away ends it, and the source is told', async () => {
    using ends = await pair();
    let isTold = false;
    async function* untilTold(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.alloc(100_000);
      } finally {
        isTold = true;
      }
    }
    ends.theirs.once('data', () => ends.theirs.resetAndDestroy());
    const end = await send(ends.ours, piecesOf(untilTold()), sending());
    assert.equal(end.kind, 'reset');
    assert.ok(isTold);
  });

  test('a peer that takes nothing is given up', async () => {
    using ends = await pair();
    const end = await send(ends.ours, ENDLESS, sending({ stallTimeoutMs: 50 }));
    assert.equal(end.kind, 'stalled');
  });

  test('a signal ends it', async () => {
    using ends = await pair();
    const abort = new AbortController();
    const ended = send(ends.ours, ENDLESS, sending({ signal: abort.signal }));
    abort.abort('why');
    assert.deepEqual(await ended, { kind: 'aborted', reason: 'why' });
  });
});

type Reading = (into: Uint8Array) => number | Promise<number>;

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { MiB } from '../../src/base/size.ts';
import { ROOT, parsePath } from '../../src/base/path.ts';
import type { RemoteConnection, WriteFrom } from '../../src/client/remote.ts';
import { FtpRemote } from '../../src/client/remotes/ftp/ftp-remote.ts';
import { PASSWORD, startLive } from '../ftp/live.ts';
import { fails, NEVER, noise } from './remote/subject.ts';

const FILE = parsePath('/film.mkv');
const BYTES = noise(3 * MiB);
const PROMISE = {
  algorithm: 'sha-256',
  hex: createHash('sha256').update(BYTES).digest('hex'),
} as const;

async function scene() {
  const live = await startLive();
  const remote = new FtpRemote({ ...live.server.ftp, user: 'anna', password: PASSWORD });
  const connection = await remote.connect(NEVER);
  return {
    live,
    remote,
    connection,
    disk: join(live.home('anna'), FILE),
    [Symbol.asyncDispose]: async () => {
      await connection[Symbol.asyncDispose]();
      await live[Symbol.asyncDispose]();
    },
  };
}

/** Sends a part of the file, and completes the upload or gives it up. */
async function send(
  connection: RemoteConnection,
  from: WriteFrom,
  bytes: Buffer,
  ending: 'complete' | 'give up',
): Promise<void> {
  await using writer = await connection.write(FILE, from, BYTES.length, NEVER);
  await writer.write(bytes);
  if (ending === 'complete') await writer.complete();
}

describe('with our own server', () => {
  test('an upload that is given up is kept out of sight, and continued by another connection', async () => {
    await using here = await scene();
    const { connection, remote, disk } = here;
    await send(connection, { kind: 'start' }, BYTES.subarray(0, 2 * MiB), 'give up');
    assert.equal(connection.isUsable, true);
    assert.equal(existsSync(disk), false);
    const entry = await connection.stat(FILE, NEVER);
    assert.equal(entry?.isUnfinished, true);
    const [listed] = await connection.list(ROOT, NEVER);
    assert.deepEqual(listed, entry);
    // It is shown with one byte less than it has, so that nobody takes it for complete.
    const offset = (entry?.size ?? 0) + 1;
    assert.ok(offset > 0 && offset <= 2 * MiB);
    await fails('busy', connection.read(FILE, 0, NEVER));
    await using second = await remote.connect(NEVER);
    const tooFar = { kind: 'offset', offset: offset + 1 } as const;
    const failure = await fails('offset-refused', second.write(FILE, tooFar, undefined, NEVER));
    assert.equal(failure.offset, offset);
    await send(second, { kind: 'offset', offset }, BYTES.subarray(offset), 'complete');
    assert.ok((await readFile(disk)).equals(BYTES));
    assert.equal((await second.stat(FILE, NEVER))?.isUnfinished, false);
  });

  test('of a part exactly that is sent, however far the file goes on', async () => {
    await using here = await scene();
    const { connection } = here;
    await send(connection, { kind: 'start' }, BYTES, 'complete');
    await using reader = await connection.read(FILE, 10, NEVER, MiB);
    const chunks: Buffer[] = [];
    for await (const chunk of reader) chunks.push(chunk);
    assert.ok(Buffer.concat(chunks).equals(BYTES.subarray(10, MiB)));
  });

  test('a promise tells what may be skipped, at first nothing and at last everything', async () => {
    await using here = await scene();
    const { connection, disk } = here;
    const promise = (): Promise<number> => connection.promise(FILE, PROMISE, BYTES.length, NEVER);
    assert.equal(await promise(), 0);
    await send(connection, { kind: 'start' }, BYTES.subarray(0, 2 * MiB), 'give up');
    const offset = await promise();
    assert.ok(offset > 0 && offset <= 2 * MiB);
    const part = { start: 0, end: offset };
    const prefix = await connection.digest(FILE, 'sha-256', part, NEVER);
    const expected = createHash('sha256').update(BYTES.subarray(0, offset)).digest('hex');
    assert.ok(prefix === undefined || prefix.hex === expected);
    await send(connection, { kind: 'offset', offset }, BYTES.subarray(offset), 'complete');
    assert.ok((await readFile(disk)).equals(BYTES));
    assert.equal(await promise(), BYTES.length);
    const whole = await connection.digest(FILE, 'sha-256', undefined, NEVER);
    assert.deepEqual(whole, PROMISE);
  });

  test('bytes that are not those that were promised are not published', async () => {
    await using here = await scene();
    const { connection, disk } = here;
    await connection.promise(FILE, PROMISE, BYTES.length, NEVER);
    const wrong = Buffer.from(BYTES);
    wrong[1_000_000] = (wrong[1_000_000] ?? 0) ^ 1;
    await fails('verification-failed', send(connection, { kind: 'start' }, wrong, 'complete'));
    assert.equal(connection.isUsable, true);
    assert.equal(existsSync(disk), false);
  });

  test('an upload that is shorter than was said is not complete', async () => {
    await using here = await scene();
    const { connection, disk } = here;
    const short = send(connection, { kind: 'start' }, BYTES.subarray(0, MiB), 'complete');
    const failure = await fails('busy', short);
    assert.equal(failure.replyCode, 451);
    assert.equal(existsSync(disk), false);
    assert.equal(connection.isUsable, true);
  });

  test('a connection that is closed in the middle of an upload publishes nothing', async () => {
    await using here = await scene();
    const { connection, remote, disk } = here;
    const other = await remote.connect(NEVER);
    const writer = await other.write(FILE, { kind: 'start' }, undefined, NEVER);
    await writer.write(BYTES);
    await other[Symbol.asyncDispose]();
    assert.equal(other.isUsable, false);
    // The server is asked until it has noticed.
    while (!(await connection.stat(FILE, NEVER))?.isUnfinished) await connection.keepAlive(NEVER);
    assert.equal(existsSync(disk), false);
  });
});

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { MiB } from '../../src/base/size.ts';
import {
  ConnectionPool,
  type Outcome,
  parsePath,
  type Remote,
  type TransferEvent,
  upload,
  type UploadOptions,
} from '../../src/client/index.ts';
import { PASSWORD, startLive } from '../ftp/live.ts';
import { temporaryFolder } from '../support/temporary.ts';
import type { Fault } from '../survive/faults.ts';
import { CuttingRemote } from './cutting-remote.ts';
import { fails } from './fails.ts';
import { noise } from './scene.ts';

const SIZE = 40 * MiB + 99;
const CONTENT = noise(SIZE);
const PATH = parsePath('/film.mkv');

/** What is tried again is tried at once. */
const noWait = (): number => 0;

/** Both connections of a session break when so many bytes have gone up. */
function cut(at: number, kind: 'rst' | 'fin' = 'rst'): Fault {
  return { kind, channel: 'data', direction: 'up', at, both: true, end: 'rst', rate: 0 };
}

/** A server of ours, a line that breaks, and a file on this side. */
async function openScene(faults: readonly Fault[] = [], content = CONTENT) {
  await using parts = new AsyncDisposableStack();
  const live = parts.use(await startLive());
  const folder = parts.use(await temporaryFolder());
  const source = join(folder.path, 'film.mkv');
  await writeFile(source, content);
  await mkdir(live.home('anna'), { recursive: true });
  const taken: number[] = [];
  const pace = {
    take: async (bytes: number) => void taken.push(bytes),
  };
  const options = {
    ...live.server.ftp,
    user: 'anna',
    password: PASSWORD,
    security: 'none',
    pace,
  } as const;
  const remote = parts.use(new CuttingRemote(options, faults));
  let logins = 0;
  const counted: Remote = {
    label: remote.label,
    connect: async (signal) => {
      logins += 1;
      return remote.connect(signal);
    },
  };
  const held = parts.move();
  return {
    live,
    remote,
    source,
    events: [] as TransferEvent[],
    target: join(live.home('anna'), 'film.mkv'),
    get logins() {
      return logins;
    },
    /** Bytes that were paced. */
    get paced() {
      return taken.reduce((sum, bytes) => sum + bytes, 0);
    },
    /** As another process would: with connections of its own. */
    async put(more: UploadOptions & { readonly connections?: number } = {}): Promise<Outcome> {
      const { connections = 3, ...options } = more;
      await using pool = new ConnectionPool(counted, { size: connections });
      const listener = (event: TransferEvent): void => void this.events.push(event);
      return await upload(pool, source, PATH, {
        segments: 3,
        listener,
        random: noWait,
        ...options,
      });
    },
    [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
  };
}

type Scene = Awaited<ReturnType<typeof openScene>>;

async function assertArrived({ target }: Scene, content = CONTENT): Promise<void> {
  assert.ok((await readFile(target)).equals(content), 'what arrived is what was sent');
}

suite('an upload over several connections', { timeout: 120_000 }, () => {
  test('arrives whole, is proven, and is told of as one file', async () => {
    await using scene = await openScene();
    const outcome = await scene.put();
    assert.deepEqual(outcome, {
      size: SIZE,
      resumed: 0,
      moved: SIZE,
      attempts: 1,
      proof: { kind: 'digest', algorithm: 'sha-256' },
      wasThere: false,
    });
    assert.equal(scene.logins, 3);
    assert.equal(scene.paced, SIZE);
    await assertArrived(scene);
    const phases = scene.events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []));
    assert.deepEqual(phases, ['connecting', 'checking', 'transferring', 'verifying']);
    const moved = scene.events.reduce(
      (sum, one) => sum + (one.kind === 'moved' ? one.bytes : 0),
      0,
    );
    assert.equal(moved, SIZE);
    assert.equal((await scene.put()).wasThere, true);
  });

  test('goes on when a connection of it breaks, in the same attempt', async () => {
    await using scene = await openScene();
    // The first connection is left alone.
    scene.remote.faults.push(cut(Number.MAX_SAFE_INTEGER), cut(5 * MiB), cut(2 * MiB, 'fin'));
    const outcome = await scene.put();
    assert.equal(scene.remote.struck, 2);
    assert.equal(outcome.attempts, 1);
    await assertArrived(scene);
    const events = scene.events.filter(({ kind }) => kind === 'moved' || kind === 'resumed');
    const last = events.reduce((at, one) => {
      if (one.kind === 'resumed') return one.bytes;
      return one.kind === 'moved' ? at + one.bytes : at;
    }, 0);
    assert.equal(last, SIZE, 'the progress counts what the server has');
  });

  test('goes on when all of them break', async () => {
    const faults = [cut(5 * MiB), cut(3 * MiB), cut(7 * MiB), cut(2 * MiB), cut(4 * MiB, 'fin')];
    await using scene = await openScene(faults);
    const outcome = await scene.put();
    assert.ok(outcome.attempts > 1);
    await assertArrived(scene);
    // What a reset drops is in the buffers of both systems.
    assert.ok(outcome.moved < 2 * SIZE, `${outcome.moved - SIZE} were sent twice`);
  });

  test('is continued by another process with exactly what is missing', async () => {
    await using scene = await openScene([cut(5 * MiB), cut(3 * MiB), cut(7 * MiB)]);
    await assert.rejects(scene.put({ retries: 0 }), fails('gave-up'));
    assert.equal(existsSync(scene.target), false);
    const outcome = await scene.put({ segments: 2 });
    // A reset drops what is in the buffers of both systems: how much is nobody's choice.
    assert.ok(outcome.resumed > 0);
    assert.equal(outcome.resumed + outcome.moved, SIZE);
    await assertArrived(scene);
  });

  test('goes on behind one stream, and one stream behind it', async () => {
    await using scene = await openScene([cut(20 * MiB)]);
    await assert.rejects(scene.put({ retries: 0, segments: 1, verify: 'full' }), fails('gave-up'));
    scene.remote.faults.push(cut(3 * MiB), cut(MiB), cut(MiB));
    await assert.rejects(scene.put({ retries: 0 }), fails('gave-up'));
    const begun = scene.events.findLast((event) => event.kind === 'resumed')?.bytes ?? 0;
    assert.ok(begun > 0, 'what the one stream brought is there already');
    const outcome = await scene.put({ segments: 1 });
    assert.ok(outcome.resumed >= begun, `${outcome.resumed} of ${begun}`);
    await assertArrived(scene);
  });

  test('of two at once comes once, whoever sends which part of it', async () => {
    await using scene = await openScene();
    const outcomes = await Promise.all([scene.put(), scene.put()]);
    assert.deepEqual(
      outcomes.map(({ proof }) => proof.kind),
      ['digest', 'digest'],
    );
    await assertArrived(scene);
    await using client = await scene.live.logIn();
    assert.match(await client.say('SITE QUOTA', 200), /Files: 1 of/);
    assert.doesNotMatch(await client.say('SITE UPLOADS', 213), /film/);
  });

  test('of a source that has changed since is never a mix', async () => {
    await using scene = await openScene([cut(5 * MiB), cut(3 * MiB), cut(7 * MiB)]);
    await writeFile(scene.target, 'what was there');
    await assert.rejects(scene.put({ retries: 0 }), fails('gave-up'));
    const other = noise(SIZE, 7);
    await writeFile(scene.source, other);
    const outcome = await scene.put();
    assert.equal(outcome.resumed, 0);
    await assertArrived(scene, other);
  });

  test('of a source that changes meanwhile begins again', async () => {
    await using scene = await openScene();
    let hasChanged = false;
    const change = async (): Promise<void> => appendFile(scene.source, 'more');
    const listener = (event: TransferEvent): void => {
      if (event.kind !== 'moved' || hasChanged) return;
      hasChanged = true;
      void change();
    };
    const outcome = await scene.put({ listener });
    assert.equal(outcome.size, SIZE + 4);
    await assertArrived(scene, Buffer.concat([CONTENT, Buffer.from('more')]));
  });

  test('of a source that keeps changing gives up, and what was there stays', async () => {
    await using scene = await openScene();
    await writeFile(scene.target, 'what was there');
    const listener = (event: TransferEvent): void => {
      if (event.kind === 'moved') void appendFile(scene.source, '.');
    };
    await assert.rejects(scene.put({ listener }), fails('source-changed'));
    assert.equal(await readFile(scene.target, 'utf8'), 'what was there');
  });

  test('goes over as many connections as there are', async () => {
    await using scene = await openScene();
    await scene.put({ connections: 1, segments: 4 });
    assert.equal(scene.logins, 1);
    await assertArrived(scene);
  });

  test('of a file that is not worth it goes over one', async () => {
    const small = noise(2 * MiB);
    await using scene = await openScene([], small);
    await scene.put();
    assert.equal(scene.logins, 1);
    await assertArrived(scene, small);
  });

  test('replaces no file that is not to be replaced', async () => {
    await using scene = await openScene();
    await writeFile(scene.target, 'what was there');
    await assert.rejects(scene.put({ overwrite: 'refuse' }), fails('already-exists'));
    assert.equal(await readFile(scene.target, 'utf8'), 'what was there');
  });

  test('is refused before a byte is sent if there can be no room', async () => {
    await using scene = await openScene();
    await scene.live.addAccount('tight', { quotaBytes: SIZE - 1 });
    const remote = new CuttingRemote(
      { ...scene.live.server.ftp, user: 'tight', password: PASSWORD, security: 'none' },
      [],
    );
    await using pool = new ConnectionPool(remote, { size: 3 });
    const attempt = upload(pool, scene.source, PATH, { segments: 3, retries: 0, random: noWait });
    await assert.rejects(attempt, fails('gave-up', 'no-room'));
    await remote[Symbol.asyncDispose]();
  });
});

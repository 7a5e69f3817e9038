import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  opendirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../../../test/support/temporary.ts';
import { decodeName } from '../../base/name.ts';
import type { Entry } from '../store.ts';
import { confine, ownDescriptors } from './confine.ts';
import { entryOf } from './entry.ts';
import { FolderLook } from './folder-look.ts';
import { listFolder } from './listing.ts';
import { LookThread } from './look-thread.ts';
import { packNames } from './look.ts';
import { Pace } from './pace.ts';

/** So many that a thread helps. */
const FILES = 3000;

/** No disk takes so many files in no time. */
const IN_MEMORY = existsSync('/dev/shm') ? '/dev/shm' : undefined;

/** A thread that finds nothing out, answers two questions about other folders than the root, and then … */
function unhelpful(then: 'dies' | 'hangs'): LookThread {
  const source = `
    import { parentPort } from 'node:worker_threads';
    let left = 2;
    parentPort.on('message', ({ folder }) => {
      if (folder !== '/') left -= 1;
      if (left >= 0) parentPort.postMessage(undefined);
      else if ('${then}' === 'dies') process.exit(1);
    });
  `;
  return new LookThread({
    script: new URL(`data:text/javascript,${encodeURIComponent(source)}`),
  });
}

interface Case {
  readonly title: string;
  readonly thread: () => LookThread;
  readonly pace: () => Pace;
}

const CASES: readonly Case[] = [
  { title: 'with the help of a thread', thread: () => new LookThread(), pace: () => new Pace() },
  {
    title: 'by a thread alone where the disk is slow',
    thread: () => new LookThread(),
    pace: carefulPace,
  },
  {
    title: 'where the thread dies in the middle of it',
    thread: () => unhelpful('dies'),
    pace: () => new Pace(),
  },
];

suite('a long folder', () => {
  for (const { title, thread: start, pace } of CASES) {
    test(`is listed whole and in its order ${title}`, async () => {
      await using folder = await temporaryFolder(IN_MEMORY);
      const { home } = fill(folder.path);
      using thread = start();
      await isUp(thread);
      using confined = confine(home, ownDescriptors());
      using look = new FolderLook(confined.hold(confined.root, 'folder'), thread);
      const entries: Entry[] = [];
      for await (const slice of listFolder(confined, look, pace())) entries.push(...slice);
      assert.deepEqual(
        entries.map(({ name }) => name),
        namesIn(home),
      );
      const byName = new Map(entries.map((entry) => [entry.name, entry]));
      assert.equal(byName.get('file-1234')?.size, 4);
      assert.equal(byName.get('inside')?.size, 4);
      assert.equal(byName.get('outside')?.kind, 'link');
      // What few ask for is the same as well, whoever has looked.
      for (const name of ['file-0', 'file-1234', 'file-2999']) {
        const stats = lstatSync(join(home, name), { bigint: true });
        const { unique, version, modified } = entryOf(name, stats);
        assert.deepEqual(pick(byName.get(name)), { unique, version, modified });
      }
    });
  }

  test('is held until the thread looks at it no more', async () => {
    await using folder = await temporaryFolder(IN_MEMORY);
    const { home } = fill(folder.path);
    using thread = unhelpful('hangs');
    await isUp(thread);
    using confined = confine(home, ownDescriptors());
    const held = confined.hold(confined.root, 'folder');
    const { path } = held;
    const look = new FolderLook(held, thread);
    for await (const _slice of listFolder(confined, look, new Pace())) {
      if (look.unanswered > 0) break;
    }
    look[Symbol.dispose]();
    assert.ok(leadsTo(path, home));
    thread[Symbol.dispose]();
    await nextTurn();
    assert.ok(!leadsTo(path, home));
  });
});

function fill(folder: string): { home: string; outside: string } {
  const [home, outside] = [join(folder, 'home'), join(folder, 'outside')];
  for (const path of [home, outside]) mkdirSync(path);
  for (let number = 0; number < FILES; number += 1) {
    writeFileSync(join(home, `file-${number}`), '');
  }
  writeFileSync(join(home, 'file-1234'), 'abcd');
  writeFileSync(join(outside, 'secret'), 'x');
  symlinkSync('file-1234', join(home, 'inside'));
  symlinkSync(join(outside, 'secret'), join(home, 'outside'));
  writeFileSync(Buffer.concat([Buffer.from(`${home}/`), Buffer.of(0xff, 0x41)]), '');
  return { home, outside };
}

/** As the folder gives them. */
function namesIn(folder: string): string[] {
  const names: string[] = [];
  using reader = opendirSync(folder, { encoding: 'buffer' as BufferEncoding });
  for (;;) {
    const found = reader.readSync();
    if (!found) return names;
    names.push(decodeName(found.name as unknown as Uint8Array));
  }
}

function pick(entry: Entry | undefined): Partial<Entry> {
  assert.ok(entry);
  const { unique, version, modified } = entry;
  return { unique, version, modified };
}

function leadsTo(link: string, folder: string): boolean {
  try {
    return readlinkSync(link) === folder;
  } catch {
    return false;
  }
}

/** One that has just seen the disk take long. */
function carefulPace(): Pace {
  let now = 0;
  const pace = new Pace(undefined, () => now);
  pace.atOnce(() => (now += 1000));
  assert.ok(pace.isCareful);
  return pace;
}

async function isUp(thread: LookThread): Promise<void> {
  const order = { folder: '/', names: packNames(['tmp']), count: 1 };
  for (;;) {
    const answer = thread.ask(thread, order);
    if (answer) return void (await answer);
    await sleep(5);
  }
}

import assert from 'node:assert/strict';
import { open, readdir, readlink, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { MiB } from '../base/size.ts';
import { LocalStore } from '../storage/local/local-store.ts';
import { MemoryStore } from '../storage/memory/memory-store.ts';
import type { StagedFile, Store, Tree } from '../storage/store.ts';
import {
  type Bench,
  at,
  begin,
  openBench,
  put,
  putCut,
  read,
  sha256,
} from '../../test/vault/harness.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';
import type { Writer } from './writer.ts';

interface OnDisk extends AsyncDisposable {
  readonly bench: Bench;
  readonly staging: string;
}

async function onDisk(): Promise<OnDisk> {
  const folder = await temporaryFolder();
  const staging = join(folder.path, 'staging');
  const bench = await openBench(new LocalStore({ staging }), join(folder.path, 'home'));
  return {
    bench,
    staging,
    [Symbol.asyncDispose]: async () => {
      await bench[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** What a failing disk does: one byte of the only staged file is another one. */
async function flipByte(staging: string, position: number): Promise<void> {
  const [name = ''] = await readdir(staging);
  await using file = await open(join(staging, name), 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  await file.write(Buffer.of((byte[0] ?? 0) ^ 0xff), 0, 1, position);
}

/** What it is refused for does not matter. */
async function tryToWrite(writer: Writer, content: Uint8Array): Promise<void> {
  try {
    await writer.write([content]);
  } catch {
    // The caller looks at what is there afterwards.
  }
}

/** Resolves when the digest of everything before `offset` is on record. */
async function proven({ database }: Bench, offset: number): Promise<void> {
  // As long as it takes: the thread that hashes has the lowest priority, and others may be busy.
  for (;;) {
    const rows = await database.query.selectFrom('checkpoints').select('offset').execute();
    if (rows.some((row) => row.offset === offset)) return;
    await sleep(2);
  }
}

suite('a writer that goes on where another one was cut', () => {
  test('does not commit when the bytes from before have changed on the disk', async () => {
    await using disk = await onDisk();
    const { home } = disk.bench;
    await putCut(home, '/a', 'x'.repeat(3000));
    await proven(disk.bench, 3000);
    await flipByte(disk.staging, 1500);
    const writer = await begin(home, '/a', { kind: 'append' });
    await assert.rejects(
      async () => {
        await writer.write([Buffer.from('rest')]);
        await writer.complete();
      },
      { name: 'Failure', code: 'storage-failed' },
    );
    await writer.interrupt('failed');
    await assert.rejects(home.open(at('/a')), { name: 'Failure' });
  });

  test('does not let changed bytes count as proven when it is cut itself', async () => {
    await using disk = await onDisk();
    const { home } = disk.bench;
    await putCut(home, '/a', 'x'.repeat(3000));
    await proven(disk.bench, 3000);
    await flipByte(disk.staging, 1500);
    const second = await begin(home, '/a', { kind: 'append' });
    await tryToWrite(second, Buffer.from('more'));
    await second.interrupt('cut again');
    // Whatever is offered from here on, it is not the changed bytes with an end to them.
    const third = await begin(home, '/a', { kind: 'append' });
    await tryToWrite(third, Buffer.from('rest'));
    await third.complete().catch(() => third.interrupt('failed'));
    const seen = await read(home, '/a').catch(() => 'nothing');
    assert.ok(seen === 'nothing' || seen === 'rest', `${seen.length} bytes are there`);
  });

  test('commits when the bytes from before are what they were', async () => {
    await using disk = await onDisk();
    const { home } = disk.bench;
    const content = Buffer.alloc(3 * MiB, 'content');
    await putCut(home, '/a', content.subarray(0, 2 * MiB));
    await proven(disk.bench, 2 * MiB);
    await put(home, '/a', content.subarray(2 * MiB), { kind: 'append' });
    const digest = await home.digest(at('/a'), 'sha-256', undefined, undefined);
    assert.equal(digest.hex, sha256(content));
  });

  test('records from where it goes on before it drops what is behind', async () => {
    const order: string[] = [];
    const store = watched(new MemoryStore(), (name) => order.push(name));
    await using bench = await openBench(store);
    await putCut(bench.home, '/a', 'x'.repeat(3000));
    const writer = await begin(bench.home, '/a', { kind: 'resume', offset: 1000 });
    order.length = 0;
    const durable = bench.database.durable.bind(bench.database);
    bench.database.durable = async () => {
      const [row] = await bench.vault.uploads();
      await durable();
      order.push(`durable at ${row?.offset}`);
    };
    await writer.write([Buffer.from('y')]);
    await writer.interrupt('cut');
    assert.ok(order.includes('truncate'), 'nothing was dropped');
    assert.equal(order[order.indexOf('truncate') - 1], 'durable at 1000');
  });
});

suite('two writers who are about to go on with the same upload', () => {
  for (const first of ['older', 'newer'] as const) {
    test(`never blend what they send: the ${first} one sends first`, async () => {
      await using bench = await openBench(new MemoryStore());
      await putCut(bench.home, '/a', '0123456789');
      const older = await begin(bench.home, '/a', { kind: 'resume', offset: 9 });
      const newer = await begin(bench.home, '/a', { kind: 'resume', offset: 2 });
      const send = {
        older: () =>
          assert.rejects(async () => older.write([Buffer.from('9')]), { code: 'locked' }),
        newer: () => newer.write([Buffer.from('CDEFGHIJ')]),
      };
      await send[first]();
      await send[first === 'older' ? 'newer' : 'older']();
      await newer.complete();
      assert.equal(await read(bench.home, '/a'), '01CDEFGHIJ');
    });
  }
});

suite('a writer that builds on a version', () => {
  test('does not put its rest behind the beginning of another version', async () => {
    await using bench = await openBench(new MemoryStore());
    await put(bench.home, '/a', 'first version');
    const writer = await begin(bench.home, '/a', { kind: 'resume', offset: 6 });
    await put(bench.home, '/a', 'SECOND VERSION');
    await assert.rejects(async () => writer.write([Buffer.from('rest of the first')]), {
      code: 'locked',
    });
    await writer.interrupt('too late');
    assert.equal(await read(bench.home, '/a'), 'SECOND VERSION');
    assert.deepEqual(await bench.vault.uploads(), []);
  });

  test('appends all the same where its bytes belong to the end of any version', async () => {
    await using bench = await openBench(new MemoryStore());
    await put(bench.home, '/a', 'first ');
    const writer = await begin(bench.home, '/a', { kind: 'append' });
    await put(bench.home, '/a', 'second and longer ');
    await writer.write([Buffer.from('end')]);
    await writer.complete();
    assert.equal(await read(bench.home, '/a'), 'second and longer end');
  });
});

suite('an append to a name that was free', () => {
  test('goes to the end of what another one has put there meanwhile', async () => {
    await using bench = await openBench(new MemoryStore());
    const allowed: string[] = [];
    const one = await bench.home.upload(at('/log'), { kind: 'append' }, {}, 'test', (permission) =>
      allowed.push(permission),
    );
    const two = await begin(bench.home, '/log', { kind: 'append' });
    await one.write([Buffer.from('one\n')]);
    await two.write([Buffer.from('two\n')]);
    await two.complete();
    await one.complete();
    assert.equal(await read(bench.home, '/log'), 'two\none\n');
    assert.deepEqual([...new Set(allowed)], ['write', 'append']);
    assert.deepEqual(await bench.ledger(), { committed: 8, files: 1, reserved: 0 });
  });
});

suite('a writer whose file cannot be hashed', () => {
  test('lets nothing go unheard, and keeps what is durable', async () => {
    await using disk = await onDisk();
    const { home } = disk.bench;
    await put(home, '/other', 'other');
    const writer = await begin(home, '/a');
    // Beyond a megabyte a thread reads behind; here it finds less than it was told.
    await writer.write([Buffer.alloc(1.5 * MiB, 'x')]);
    await truncate(join(disk.staging, writer.id), 1000);
    // The same thread has come to this only when it has come to that.
    await home.digest(at('/other'), 'md5', undefined, undefined);
    for (let count = 0; count < 5; count += 1) {
      await tryToWrite(writer, Buffer.alloc(1000, 'y'));
    }
    await writer.interrupt('cut');
  });
});

suite('a writer whose upload was dropped', () => {
  for (const [what, end] of [
    ['completed', (writer) => writer.complete()],
    ['written to', async (writer) => writer.write([Buffer.alloc(100_000, 'y')])],
  ] as const satisfies readonly (readonly [
    string,
    (writer: Awaited<ReturnType<typeof begin>>) => Promise<unknown>,
  ])[]) {
    test(`is told so when it is ${what}, and takes no room any more`, async () => {
      await using bench = await openBench(new MemoryStore());
      await bench.setLimits({ bytes: 1_000_000 });
      const writer = await begin(bench.home, '/a');
      await writer.write([Buffer.from('content')]);
      assert.equal(await bench.vault.dropUpload(writer.id), true);
      await assert.rejects(
        async () => {
          await end(writer);
          await writer.complete();
        },
        { name: 'Failure' },
      );
      await writer.interrupt('dropped');
      assert.deepEqual(await bench.ledger(), { committed: 0, files: 0, reserved: 0 });
      assert.equal((await bench.vault.uploads()).length, 0);
    });
  }
});

suite('a writer and its staged file', () => {
  test('leave nothing open, however they end', async () => {
    await using disk = await onDisk();
    const { home, vault } = disk.bench;
    await put(home, '/there', 'old');
    // The thread that hashes is there from now on, with what it has open.
    await put(home, '/first', Buffer.alloc(2 * MiB));
    const folder = dirname(disk.staging);
    const before = await openFiles(folder);
    const promise = { length: 4, digest: { algorithm: 'sha-256', hex: sha256('good') } } as const;

    await put(home, '/done', 'x'.repeat(5000));
    await put(home, '/large', Buffer.alloc(2 * MiB));
    await putCut(home, '/cut', 'x'.repeat(5000));
    await put(home, '/cut', 'rest', { kind: 'append' });
    await (await begin(home, '/never')).interrupt('never began');
    const bad = await begin(home, '/bad', { kind: 'replace' }, promise);
    await bad.write([Buffer.from('evil')]);
    await assert.rejects(bad.complete());
    await bad.interrupt('bad');
    const short = await begin(home, '/short', { kind: 'replace' }, { length: 10 });
    await short.write([Buffer.from('x')]);
    await assert.rejects(short.complete());
    await short.interrupt('short');
    const anew = await begin(home, '/there', { kind: 'append' });
    await anew.write([Buffer.from('end')]);
    await put(home, '/there', 'new');
    await anew.complete();
    const hanging = await begin(home, '/taken');
    await hanging.write([Buffer.from('first')]);
    await put(home, '/taken', 'second', { kind: 'append' });
    await assert.rejects(async () => hanging.write([Buffer.from('late')]));
    const dropped = await begin(home, '/dropped');
    await dropped.write([Buffer.from('x')]);
    await vault.dropUpload(dropped.id);
    await dropped.interrupt('dropped');
    await assert.rejects(begin(home, '/there', { kind: 'resume', offset: 99 }));
    {
      await using left = await begin(home, '/left');
      await left.write([Buffer.from('x')]);
    }
    const stopped = await begin(home, '/stopped');
    await stopped.write([Buffer.from('x')]);
    await vault.stopUploads();

    for (let attempt = 0; attempt < 10_000; attempt += 1) {
      if ((await openFiles(folder)) <= before) return;
      await turn();
    }
    assert.fail(`${await openFiles(folder)} files are open, ${before} were before`);
  });
});

/** A store that tells which calls are made on staged files. */
function watched(store: Store, hear: (name: string) => void): Store {
  const watch = <T extends object>(target: T, wrap: (result: unknown) => unknown): T =>
    new Proxy(target, {
      get(object, key) {
        const value: unknown = Reflect.get(object, key, object);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          hear(String(key));
          const result: unknown = Reflect.apply(value, object, args);
          return result instanceof Promise ? result.then(wrap) : result;
        };
      },
    });
  return {
    openTree: async (location) =>
      watch<Tree>(await store.openTree(location), (result) =>
        isStagedFile(result) ? watch(result, (inner) => inner) : result,
      ),
  };
}

function isStagedFile(value: unknown): value is StagedFile {
  return typeof value === 'object' && value !== null && 'truncate' in value;
}

/** What this process has open below a folder. */
async function openFiles(folder: string): Promise<number> {
  const all = await readdir('/proc/self/fd');
  const paths = await Promise.all(all.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return paths.filter((path) => path.startsWith(folder)).length;
}

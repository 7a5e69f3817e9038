import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, open, stat } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { PublishGroup } from '../../src/client/local/publish-group.ts';
import { type RemoteFacts, TransferFailure } from '../../src/client/index.ts';
import { at, PLAIN, STAGED } from './memory-remote.ts';
import { noise, openScene, type Scene } from './scene.ts';

const SIZE = 4000;
const content = noise(SIZE, 1);
const TIME = 1_700_000_000_000;

const SERVERS: Readonly<Record<string, RemoteFacts>> = {
  'a server of ours': STAGED,
  'a plain one': PLAIN,
};

/** Everything that the server is asked, in order. */
function requests(scene: Scene): string[] {
  const heard: string[] = [];
  scene.remote.onRequest = (request) => void heard.push(request);
  return heard;
}

async function withFile(facts: RemoteFacts): Promise<Scene> {
  const scene = await openScene(facts);
  scene.remote.files.put(at('a'), content, TIME);
  return scene;
}

const listed = { size: SIZE, modified: TIME };

suite('a small download that a listing has told of', () => {
  for (const [name, facts] of Object.entries(SERVERS)) {
    test(`comes whole and with its time from ${name}, and leaves nothing beside it`, async () => {
      await using scene = await withFile(facts);
      const outcome = await scene.get('a', { listed });
      assert.ok((await scene.read('a'))?.equals(content));
      assert.equal((await stat(scene.local('a'))).mtimeMs, TIME);
      assert.deepEqual(await scene.names(), ['a']);
      assert.equal(outcome.proof.kind, facts === STAGED ? 'digest' : 'size');
    });
  }

  test('is asked for, and proven, and that is all', async () => {
    await using scene = await withFile(STAGED);
    const heard = requests(scene);
    await scene.get('a', { listed });
    assert.deepEqual(heard, ['connect', 'read', 'digest']);
  });

  test('gives its connection back before it is on the disk', async () => {
    await using scene = await withFile(STAGED);
    let isThere: boolean | undefined;
    const onReleased = (): void => void (isThere = existsSync(scene.local('a')));
    await scene.get('a', { listed, onReleased });
    assert.equal(isThere, false);
  });

  test('is fetched again if it is not what the server says it is', async () => {
    await using scene = await withFile(STAGED);
    let spoilt = false;
    scene.remote.corrupt = (bytes) => {
      if (!spoilt) bytes.fill(0, 0, 1);
      spoilt = true;
    };
    await scene.get('a', { listed });
    assert.ok((await scene.read('a'))?.equals(content));
  });

  test('is the new version if the listing told of an old one', async () => {
    for (const size of [SIZE - 1, SIZE + 1]) {
      await using scene = await withFile(PLAIN);
      await scene.get('a', { listed: { size, modified: 5 } });
      assert.ok((await scene.read('a'))?.equals(content));
    }
  });

  test('begins anew where a dead process has left its draft, and clears it away', async () => {
    await using scene = await withFile(STAGED);
    await scene.write('a.part', noise(100));
    await scene.get('a', { listed });
    assert.ok((await scene.read('a'))?.equals(content));
    assert.deepEqual(await scene.names(), ['a']);
  });

  test('never writes into a draft that another process may be about to publish', async () => {
    await using scene = await withFile(STAGED);
    const draft = noise(SIZE, 9);
    await using other = await open(await scene.write('a.part', draft), 'r');
    await scene.get('a', { listed });
    assert.ok((await scene.read('a'))?.equals(content));
    assert.ok((await other.readFile()).equals(draft));
  });

  test('keeps the permissions of what it replaces', async () => {
    await using scene = await withFile(STAGED);
    await chmod(await scene.write('a', noise(7)), 0o640);
    await scene.get('a', { listed });
    assert.equal((await stat(scene.local('a'))).mode & 0o777, 0o640);
  });

  test('is not published without a proof where one is required', async () => {
    await using scene = await withFile(PLAIN);
    await assert.rejects(
      scene.get('a', { listed, requireVerify: true }),
      (error) => error instanceof TransferFailure && error.code === 'proof-missing',
    );
    assert.equal(await scene.read('a'), undefined);
  });

  test('goes on after a connection that was lost in the middle of it', async () => {
    await using scene = await withFile(STAGED);
    scene.remote.faults.push({ kind: 'cut', after: 100 });
    const outcome = await scene.get('a', { listed });
    assert.equal(outcome.attempts, 2);
    assert.ok((await scene.read('a'))?.equals(content));
  });
});

suite('small files that are published together', () => {
  test('are all there when it is said, and one that cannot be is told alone', async () => {
    await using scene = await openScene(STAGED);
    const group = new PublishGroup();
    const publish = (name: string) =>
      group.publish({
        bytes: Buffer.from(name),
        target: scene.local(name),
        draft: scene.local(`${name}.part`),
        modified: TIME,
        mode: undefined,
      });
    const names = Array.from({ length: 40 }, (_, index) => `file-${index}`);
    const [nowhere, ...rest] = await Promise.allSettled([
      publish('no/such/folder'),
      ...names.map(publish),
    ]);
    assert.equal(nowhere?.status, 'rejected');
    assert.ok(rest.every(({ status }) => status === 'fulfilled'));
    assert.deepEqual(await scene.names(), names.toSorted());
    assert.equal((await scene.read('file-7'))?.toString(), 'file-7');
  });
});

suite('a small upload where nothing was', () => {
  for (const [name, facts] of Object.entries(SERVERS)) {
    test(`arrives whole and with its time at ${name}, and leaves nothing beside it`, async () => {
      await using scene = await openScene(facts);
      await scene.write('a', content);
      await scene.put('a', { isNew: true });
      const there = scene.remote.files.committed(at('a'));
      const { mtimeMs } = await stat(scene.local('a'));
      assert.ok(there?.bytes.equals(content));
      assert.equal(there?.modified, Math.floor(mtimeMs));
      assert.deepEqual(scene.remote.files.paths(), [at('a')]);
    });
  }

  test('is promised, sent, and given its time, and that is all', async () => {
    await using scene = await openScene(STAGED);
    await scene.write('a', content);
    const heard = requests(scene);
    const outcome = await scene.put('a', { isNew: true });
    assert.deepEqual(heard, ['connect', 'promise', 'write', 'setModified']);
    assert.equal(outcome.proof.kind, 'digest');
  });

  test('is under another name first, where it is looked at before it gets its own', async () => {
    await using scene = await openScene(PLAIN);
    await scene.write('a', content);
    const heard = requests(scene);
    await scene.put('a', { isNew: true });
    assert.deepEqual(heard, ['connect', 'write', 'entry', 'move', 'setModified']);
  });

  test('does not get its name if not all of it has arrived', async () => {
    await using scene = await openScene(PLAIN);
    await scene.write('a', content);
    const { files } = scene.remote;
    scene.remote.onRequest = (request, path) => {
      if (request === 'entry') files.remove(path);
      if (request === 'move') assert.ok(files.committed(path)?.bytes.equals(content));
    };
    await scene.put('a', { isNew: true });
    assert.ok(scene.remote.files.committed(at('a'))?.bytes.equals(content));
  });

  test('is sent again if it is not what was promised', async () => {
    await using scene = await openScene(STAGED);
    await scene.write('a', content);
    let spoilt = false;
    scene.remote.corrupt = (bytes) => {
      if (!spoilt) bytes.fill(0, 0, 1);
      spoilt = true;
    };
    await scene.put('a', { isNew: true });
    assert.ok(scene.remote.files.committed(at('a'))?.bytes.equals(content));
  });

  test('goes on after a connection that was lost before the confirmation was heard', async () => {
    for (const facts of Object.values(SERVERS)) {
      await using scene = await openScene(facts);
      await scene.write('a', content);
      scene.remote.faults.push({ kind: 'reply-lost' });
      const outcome = await scene.put('a', { isNew: true });
      assert.equal(outcome.attempts, 2);
      assert.ok(scene.remote.files.committed(at('a'))?.bytes.equals(content));
      assert.deepEqual(scene.remote.files.paths(), [at('a')]);
    }
  });
});

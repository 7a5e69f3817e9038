import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { decodeName } from '../../src/base/name.ts';
import { child, ROOT } from '../../src/base/path.ts';
import { LocalStore } from '../../src/storage/local/local-store.ts';
import type { Tree } from '../../src/storage/store.ts';
import { noDescriptorStaysOpen } from './descriptors.ts';
import { localHome } from './local-home.ts';
import { at, entries, fails, names, put, staged, text } from './subject.ts';

noDescriptorStaysOpen();

test('names that are not UTF-8 are listed and used like any other', async () => {
  await using made = await localHome();
  const { tree, home } = made;
  const hard = [[0xff], [0xff, 0xfe], [0x61, 0xe9, 0x62], [0xc0, 0xae], [0xed, 0xb2, 0x80], [0xc3]];
  const expected: string[] = [];
  for (const bytes of hard) {
    const name = Buffer.from(bytes);
    writeFileSync(Buffer.concat([Buffer.from(`${home}/`), name]), 'bytes');
    expected.push(decodeName(name));
  }
  assert.deepEqual(await names(tree, '/'), expected.toSorted());
  for (const name of expected) {
    const path = at(`/${name}`);
    assert.equal((await tree.stat(path)).name, name);
    assert.equal(await text(tree, path), 'bytes');
    await tree.setModified(path, 5000);
    await put(tree, path, 'new bytes');
    await tree.move(path, at('/plain'));
    await tree.move(at('/plain'), path);
  }
  assert.deepEqual(await names(tree, '/'), expected.toSorted());
  for (const name of expected) await tree.removeFile(at(`/${name}`));
  const folder = at(`/${decodeName(Buffer.of(0x66, 0xff))}`);
  await tree.makeFolder(folder);
  await put(tree, `${folder}/${expected[0]}`, 'deep');
  assert.deepEqual(await names(tree, folder), [expected[0]]);
  assert.deepEqual([...readdirSync(home, 'buffer')], [Buffer.of(0x66, 0xff)]);
});

test('a name with a line break, made by another program, is told as it is', async () => {
  await using made = await localHome();
  writeFileSync(join(made.home, 'two\r\nlines'), 'x');
  assert.deepEqual(await names(made.tree, '/'), ['two\r\nlines']);
  await made.tree.removeFile(child(ROOT, 'two\r\nlines'));
});

test('a FIFO is no file: nobody waits for it, and it is not replaced', async (t) => {
  await using made = await localHome();
  if (!makes(t, 'mkfifo', join(made.home, 'pipe'))) return;
  await refusesWhatIsNoFile(made.tree, '/pipe');
});

test('a device is no file', async (t) => {
  await using made = await localHome();
  if (!makes(t, 'mknod', join(made.home, 'device'), 'c', '1', '5')) return;
  await refusesWhatIsNoFile(made.tree, '/device');
});

test('a socket is no file', async () => {
  await using made = await localHome();
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(join(made.home, 'socket'), resolve);
  });
  try {
    await refusesWhatIsNoFile(made.tree, '/socket');
  } finally {
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
});

async function refusesWhatIsNoFile(tree: Tree, path: string): Promise<void> {
  assert.equal((await tree.stat(at(path))).kind, 'other');
  assert.equal((await entries(tree, '/')).get(path.slice(1))?.kind, 'other');
  await put(tree, '/file', 'x');
  await fails('forbidden', tree.openFile(at(path)));
  await fails('forbidden', tree.stageCopy('copy', at(path), 0));
  await fails('forbidden', put(tree, path, 'x'));
  await fails('forbidden', tree.move(at('/file'), at(path)));
  await fails('not-a-directory', names(tree, path));
  await tree.move(at(path), at('/elsewhere'));
  await tree.removeFile(at('/elsewhere'));
  await tree.removeFile(at('/file'));
  assert.deepEqual(await names(tree, '/'), []);
}

/** False, with the test skipped, if this may not be made here. */
function makes(t: TestContext, command: string, ...parameters: string[]): boolean {
  try {
    execFileSync(command, parameters, { stdio: 'ignore' });
    return true;
  } catch {
    t.skip(`${command} is not to be had here`);
    return false;
  }
}

test('what changes in a file by other hands is a new version', async () => {
  await using made = await localHome();
  const path = join(made.home, 'file');
  const { version, modified } = await put(made.tree, '/file', 'abc');
  writeFileSync(path, 'xyz');
  await made.tree.setModified(at('/file'), modified);
  assert.notEqual((await made.tree.stat(at('/file'))).version, version);
});

test('two names of one file are one object', async () => {
  await using made = await localHome();
  const { unique } = await put(made.tree, '/one', 'x');
  linkSync(join(made.home, 'one'), join(made.home, 'two'));
  assert.equal((await made.tree.stat(at('/two'))).unique, unique);
  assert.equal((await made.tree.stat(at('/two'))).linked, undefined);
});

test('a published file gets the rights that any new file gets, whatever it began with', async () => {
  await using made = await localHome();
  const usual = 0o666 & ~process.umask();
  assert.equal((await put(made.tree, '/file', '0123456789')).mode, usual);
  chmodSync(join(made.home, 'file'), 0o4755);
  for (const [id, length] of [
    ['many', 9],
    ['few', 1],
  ] as const) {
    await (await made.tree.stageCopy(id, at('/file'), length))[Symbol.asyncDispose]();
    assert.equal((await made.tree.publish(id, at(`/${id}`))).mode, usual);
  }
});

test('the folder for staged files is for the server alone', async () => {
  await using made = await localHome();
  assert.equal(statSync(made.staging).mode & 0o777, 0o700);
  await staged(made.tree, 'x');
  assert.equal(readdirSync(made.staging).length, 1);
});

test('other files in the folder for staged files are let alone', async () => {
  await using made = await localHome();
  writeFileSync(join(made.staging, 'notes.txt'), 'x');
  assert.deepEqual(await made.tree.listStaged(), []);
});

test('a home is made with the folders above it', async () => {
  await using made = await localHome();
  const location = join(made.folder, 'a', 'b', 'c');
  await using tree = await made.store.openTree(location);
  await put(tree, '/file', 'x');
  assert.ok(existsSync(join(location, 'file')));
});

test('a home cannot be a file, nor hold the folder for staged files', async () => {
  await using made = await localHome();
  writeFileSync(join(made.folder, 'file'), '');
  await fails('already-exists', made.store.openTree(join(made.folder, 'file')));
  await fails('forbidden', made.store.openTree(made.folder));
  await fails('forbidden', made.store.openTree(made.staging));
});

test('a home that an operator moves while it is open is still the same home', async (t) => {
  await using made = await localHome();
  if (made.tree.facts.confinement === 'raced') return t.skip('the home is known by its path here');
  await put(made.tree, '/file', 'x');
  renameSync(made.home, `${made.home}-moved`);
  mkdirSync(made.home);
  writeFileSync(join(made.home, 'file'), 'of another home');
  symlinkSync(join(made.home, 'file'), join(`${made.home}-moved`, 'link'));
  assert.equal(await text(made.tree, '/file'), 'x');
  await fails('not-found', made.tree.openFile(at('/link')));
});

test('homes within one another do not see each other’s staged files', async () => {
  await using made = await localHome();
  const inner = join(made.home, 'inner');
  const hidden = join(inner, '.carryon-staging');
  await using tree = await made.store.openTree(inner);
  mkdirSync(hidden);
  writeFileSync(join(hidden, 'upload'), 'staged');
  symlinkSync('.carryon-staging', join(inner, 'link'));
  symlinkSync('inner/.carryon-staging/upload', join(made.home, 'link'));
  assert.deepEqual(await names(tree, '/'), ['link']);
  assert.deepEqual(await names(made.tree, '/inner'), ['link']);
  for (const name of ['.carryon-staging', '.Carryon-Staging', 'link']) {
    await fails('not-found', tree.stat(at(`/${name}/upload`)));
    await fails('not-found', tree.openFile(at(`/${name}/upload`)));
    await fails('not-found', tree.removeFile(at(`/${name}/upload`)));
    await fails('not-found', tree.move(at(`/${name}/upload`), at('/taken')));
    await fails('not-found', tree.makeFolder(at(`/${name}/new`)));
    await fails('not-found', put(tree, `/${name}/new`, 'x'));
    await fails('not-found', names(tree, `/${name}`));
  }
  await fails('not-found', made.tree.openFile(at('/link')));
  await fails('not-found', made.tree.openFile(at('/inner/.carryon-staging/upload')));
});

test('the name of the hidden folder can be neither made nor removed', async () => {
  await using made = await localHome();
  const { tree } = made;
  await put(tree, '/file', 'x');
  for (const path of ['/.carryon-staging', '/.CARRYON-staging']) {
    await fails('name-refused', tree.makeFolder(at(path)));
    await fails('name-refused', put(tree, path, 'x'));
    await fails('name-refused', tree.move(at('/file'), at(path)));
    await fails('not-found', tree.stat(at(path)));
    await fails('not-found', tree.removeFolder(at(path)));
    await fails('not-found', tree.removeFile(at(path)));
    await fails('not-found', tree.move(at(path), at('/shown')));
  }
});

test('a home on another file system stages in itself, hidden and for the server alone', async (t) => {
  const other = '/dev/shm';
  if (!existsSync(other) || statSync(other).dev === statSync(tmpdir()).dev) {
    return t.skip('there is no second file system here');
  }
  await using made = await localHome();
  const home = mkdtempSync(join(other, 'carryon-store-'));
  try {
    await using tree = await made.store.openTree(home);
    const id = await staged(tree, 'x');
    assert.deepEqual(readdirSync(home), ['.carryon-staging']);
    assert.equal(statSync(join(home, '.carryon-staging')).mode & 0o777, 0o700);
    assert.deepEqual(await names(tree, '/'), []);
    await tree.publish(id, at('/file'));
    assert.equal(await text(tree, '/file'), 'x');
    assert.deepEqual(readdirSync(made.staging), []);
    // The second time it is there already, and a link in its place is not followed.
    await (await made.store.openTree(home))[Symbol.asyncDispose]();
    rmSync(join(home, '.carryon-staging'), { recursive: true });
    symlinkSync(made.outside, join(home, '.carryon-staging'));
    await assert.rejects(made.store.openTree(home));
  } finally {
    rmSync(home, { recursive: true });
  }
});

test('others have their turn while a folder of 5,000 entries is listed', async () => {
  await using made = await localHome();
  for (let i = 0; i < 5000; i += 1) writeFileSync(join(made.home, `${i}`), '');
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 0);
  const seen = new Set<string>();
  for await (const slice of made.tree.list(ROOT)) {
    assert.ok(slice.length <= 256);
    for (const entry of slice) seen.add(entry.name);
  }
  clearInterval(counting);
  assert.equal(seen.size, 5000);
  assert.ok(turns >= 5, `${turns} turns`);
});

test('what was read from a folder and is gone when it is looked at is left out', async () => {
  await using made = await localHome();
  const count = 1000;
  for (let i = 0; i < count; i += 1) writeFileSync(join(made.home, `${i}`), '');
  let listed = 0;
  for await (const slice of made.tree.list(ROOT)) {
    if (listed === 0) for (let i = 0; i < count; i += 1) rmSync(join(made.home, `${i}`));
    listed += slice.length;
  }
  assert.ok(listed >= 256 && listed < count, `${listed} entries`);
});

test('a store can be opened for a relative place', async () => {
  await using made = await localHome();
  const staging = join(made.staging, '..', 'staging');
  await using tree = await new LocalStore({ staging }).openTree(`${made.home}/./`);
  assert.deepEqual(await names(tree, '/'), []);
});

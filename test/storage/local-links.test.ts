import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from '../../src/base/path.ts';
import type { StoreFacts, Tree } from '../../src/storage/store.ts';
import { noDescriptorStaysOpen } from './descriptors.ts';
import { type LocalHome, localHome } from './local-home.ts';
import { at, entries, facts, fails, names, put, staged, text } from './subject.ts';

noDescriptorStaysOpen();

/** Everything that can be asked about what is behind a link or a missing name. */
const WAYS: Readonly<Record<string, (tree: Tree, path: string, id: string) => Promise<unknown>>> = {
  'open it': (tree, path) => tree.openFile(at(path)),
  'list it': (tree, path) => names(tree, path),
  'set its time': (tree, path) => tree.setModified(at(path), 0),
  'set its permission bits': (tree, path) => tree.setMode(at(path), 0o777),
  'copy it': (tree, path) => tree.stageCopy('copy', at(path), 1),
  'see what is in it': (tree, path) => tree.stat(at(`${path}/secret`)),
  'open what is in it': (tree, path) => tree.openFile(at(`${path}/secret`)),
  'open what is deep in it': (tree, path) => tree.openFile(at(`${path}/folder/deep`)),
  'list what is in it': (tree, path) => names(tree, `${path}/folder`),
  'make a folder in it': (tree, path) => tree.makeFolder(at(`${path}/new`)),
  'remove a file in it': (tree, path) => tree.removeFile(at(`${path}/secret`)),
  'remove a folder in it': (tree, path) => tree.removeFolder(at(`${path}/empty`)),
  'move a file out of it': (tree, path) => tree.move(at(`${path}/secret`), at('/stolen')),
  'move a file into it': (tree, path) => tree.move(at('/own'), at(`${path}/planted`)),
  'move a file over one in it': (tree, path) => tree.move(at('/own'), at(`${path}/secret`)),
  'publish into it': (tree, path, id) => tree.publish(id, at(`${path}/planted`)),
  'publish over what is in it': (tree, path, id) => tree.publish(id, at(`${path}/secret`)),
};

for (const [kind, descriptors] of [
  ['race-free', undefined],
  ['raced', '/nowhere'],
] as const) {
  describe(`links in a home, ${kind}`, () => {
    const make = makeWithSecrets.bind(undefined, kind, descriptors);

    test('a link that leads outside is a link, and what is behind it is as if missing', async () => {
      await using made = await make();
      const { tree, home, outside } = made;
      const before = seen(outside);
      const id = await staged(tree, 'planted');
      const missing = await fails('not-found', tree.openFile(at('/missing')));
      const targets = {
        'a folder': outside,
        'a folder by a relative path': '../outside',
        'a file': join(outside, 'secret'),
        'what has nobody': join(outside, 'nothing'),
        'what has nobody, deep': join(outside, 'nothing', 'at', 'all'),
        'a file as if it were a folder': join(outside, 'secret', 'x'),
        'the root of the system': '/',
        'the root of the system by a detour': '/proc/self/root',
        'the folder above': '..',
        'a folder above by a detour': 'own/../..',
        'a device': '/dev/null',
        'what is like the home by name': `${home}-other`,
      };
      mkdirSync(`${home}-other`);
      for (const [name, target] of Object.entries(targets)) {
        symlinkSync(target, join(home, name));
        const link = await tree.stat(at(`/${name}`));
        assert.equal(link.kind, 'link', name);
        assert.equal(link.size, 0);
        assert.deepEqual(facts((await entries(tree, '/')).get(name)), facts(link));
        for (const behind of ['', '/secret', '/folder', '/folder/deep']) {
          assert.equal(tree.glance(at(`/${name}${behind}`)), undefined, `${name}${behind}`);
        }
        for (const [way, attempt] of Object.entries(WAYS)) {
          const failure = await fails('not-found', attempt(tree, `/${name}`, id));
          assert.equal(failure.message, missing.message, `${way}: ${name}`);
        }
      }
      assert.deepEqual(seen(outside), before);
      assert.deepEqual(await tree.listStaged(), [id]);
    });

    test('a link that leads inside is what it leads to', async () => {
      await using made = await make();
      const { tree, home } = made;
      mkdirSync(join(home, 'folder'));
      writeFileSync(join(home, 'folder', 'file'), 'inside');
      symlinkSync('folder', join(home, 'relative'));
      symlinkSync(join(home, 'folder'), join(home, 'absolute'));
      symlinkSync('relative', join(home, 'link to a link'));
      symlinkSync('folder/file', join(home, 'to file'));
      symlinkSync('.', join(home, 'to home'));
      const folder = await tree.stat(at('/folder'));
      const file = await tree.stat(at('/folder/file'));
      for (const name of ['relative', 'absolute', 'link to a link']) {
        const entry = await tree.stat(at(`/${name}`));
        assert.deepEqual(facts(entry), { ...facts(folder), name, linked: true });
        assert.deepEqual(facts((await entries(tree, '/')).get(name)), facts(entry));
        assert.equal(tree.glance(at(`/${name}/file`)), undefined);
        assert.deepEqual(await names(tree, `/${name}`), ['file']);
        assert.equal(await text(tree, `/${name}/file`), 'inside');
      }
      assert.deepEqual(facts(await tree.stat(at('/to file'))), {
        ...facts(file),
        name: 'to file',
        linked: true,
      });
      assert.equal(await text(tree, '/to file'), 'inside');
      assert.equal(await text(tree, '/to home/to home/to file'), 'inside');
      await tree.makeFolder(at('/absolute/new'));
      await put(tree, '/relative/uploaded', 'x');
      await tree.move(at('/relative/uploaded'), at('/link to a link/new/moved'));
      assert.equal(readFileSync(join(home, 'folder', 'new', 'moved'), 'utf8'), 'x');
      await tree.setModified(at('/to file'), 1_000_000);
      assert.equal((await tree.stat(at('/folder/file'))).modified, 1_000_000);
      await using copy = await tree.stageCopy('copy', at('/to file'), 3);
      assert.equal(await copy.size(), 3);
    });

    test('a link that leads in circles is a link and leads nowhere', async () => {
      await using made = await make();
      symlinkSync('b', join(made.home, 'a'));
      symlinkSync('a', join(made.home, 'b'));
      assert.equal((await made.tree.stat(at('/a'))).kind, 'link');
      assert.equal((await entries(made.tree, '/')).get('b')?.kind, 'link');
      await fails('not-found', made.tree.openFile(at('/a')));
      await fails('not-found', made.tree.stat(at('/a/x')));
      await fails('not-found', names(made.tree, '/b'));
    });

    test('removing a link removes the link alone', async () => {
      await using made = await make();
      const { tree, home, outside } = made;
      mkdirSync(join(home, 'folder'));
      writeFileSync(join(home, 'folder', 'file'), 'x');
      const before = seen(outside);
      const targets = { 'to folder': 'folder', 'to file': 'own', out: outside, nowhere: 'missing' };
      for (const [name, target] of Object.entries(targets)) {
        symlinkSync(target, join(home, name));
        await tree.removeFile(at(`/${name}`));
      }
      // What is shown as a folder can be removed as one.
      symlinkSync('folder', join(home, 'to folder'));
      await tree.removeFolder(at('/to folder'));
      symlinkSync(outside, join(home, 'out'));
      await fails('not-a-directory', tree.removeFolder(at('/out')));
      assert.deepEqual(await names(tree, '/'), ['folder', 'out', 'own']);
      assert.deepEqual(await names(tree, '/folder'), ['file']);
      assert.deepEqual(seen(outside), before);
    });

    test('moving a link moves the link alone', async () => {
      await using made = await make();
      const { tree, home, outside } = made;
      symlinkSync(outside, join(home, 'out'));
      symlinkSync('own', join(home, 'in'));
      await tree.makeFolder(at('/folder'));
      await tree.move(at('/out'), at('/folder/moved'));
      assert.equal(readlinkSync(join(home, 'folder', 'moved')), outside);
      await tree.move(at('/in'), at('/also'));
      assert.equal(readlinkSync(join(home, 'also')), 'own');
      assert.deepEqual(await names(tree, '/'), ['also', 'folder', 'own']);
    });

    test('a link moved onto what it leads to does not replace it', async () => {
      await using made = await make();
      symlinkSync('own', join(made.home, 'link'));
      await fails('already-exists', made.tree.move(at('/link'), at('/own')));
      assert.equal(await text(made.tree, '/own'), 'own');
      await made.tree.move(at('/own'), at('/link'));
      assert.equal(await text(made.tree, '/link'), 'own');
      assert.deepEqual(await names(made.tree, '/'), ['link']);
    });

    test('a file takes the place of a link, never of what is behind it', async () => {
      await using made = await make();
      const { tree, home, outside } = made;
      const before = seen(outside);
      const targets = {
        dangling: join(outside, 'nothing'),
        'to a file': join(outside, 'secret'),
        'to a folder': outside,
        'to a file inside': 'own',
      };
      for (const [name, target] of Object.entries(targets)) {
        symlinkSync(target, join(home, name));
        const entry = await put(tree, `/${name}`, 'uploaded');
        assert.equal(entry.kind, 'file');
        assert.ok(lstatSync(join(home, name)).isFile());
        symlinkSync(target, join(home, `moved ${name}`));
        await tree.move(at(`/${name}`), at(`/moved ${name}`));
        assert.equal(await text(tree, `/moved ${name}`), 'uploaded');
      }
      assert.equal(await text(tree, '/own'), 'own');
      assert.deepEqual(seen(outside), before);
    });

    test('a link to a folder inside is not replaced by a file', async () => {
      await using made = await make();
      await made.tree.makeFolder(at('/folder'));
      symlinkSync('folder', join(made.home, 'link'));
      await fails('is-a-directory', put(made.tree, '/link', 'x'));
      await fails('is-a-directory', made.tree.move(at('/own'), at('/link')));
      await fails('already-exists', made.tree.makeFolder(at('/link')));
    });

    test('a dangling link is no free name for a folder', async () => {
      await using made = await make();
      symlinkSync(join(made.outside, 'nothing'), join(made.home, 'link'));
      await fails('already-exists', made.tree.makeFolder(at('/link')));
      assert.ok(!existsSync(join(made.outside, 'nothing')));
    });

    test('a link that is made leads inside, and stays so wherever it goes', async () => {
      await using made = await make();
      const { tree, home } = made;
      mkdirSync(join(home, 'folder', 'deep'), { recursive: true });
      writeFileSync(join(home, 'folder', 'file'), 'inside');
      await tree.makeLink(at('/to file'), at('/folder/file'));
      await tree.makeLink(at('/folder/deep/to own'), at('/own'));
      await tree.makeLink(at('/to folder'), at('/folder/'));
      assert.equal(await text(tree, '/to file'), 'inside');
      assert.equal(await text(tree, '/to folder/deep/to own'), 'own');
      assert.equal((await tree.stat(at('/to folder'))).linked, true);
      await tree.move(at('/folder/deep/to own'), at('/moved up'));
      await tree.move(at('/to file'), at('/folder/deep/moved down'));
      assert.equal(readlinkSync(join(home, 'moved up')), realpathSync(join(home, 'own')));
      assert.equal(await text(tree, '/moved up'), 'own');
      assert.equal(await text(tree, '/folder/deep/moved down'), 'inside');
      await tree.removeFile(at('/moved up'));
      assert.equal(await text(tree, '/own'), 'own');
    });

    test('no link is made to what is outside, missing, or no file, nor over a name', async () => {
      await using made = await make();
      const { tree, home, outside } = made;
      const before = seen(outside);
      symlinkSync(outside, join(home, 'out'));
      symlinkSync(join(outside, 'secret'), join(home, 'out to a file'));
      symlinkSync('/', join(home, 'root'));
      mkdirSync(join(home, 'folder'));
      execFileSync('mkfifo', [join(home, 'pipe')]);
      for (const target of ['out', 'out/secret', 'out to a file', `root${outside}/secret`, 'no']) {
        await fails('not-found', tree.makeLink(at('/link'), at(`/${target}`)));
      }
      await fails('forbidden', tree.makeLink(at('/link'), at('/pipe')));
      await fails('not-found', tree.makeLink(at('/out/link'), at('/own')));
      await fails('not-found', tree.makeLink(at('/missing/link'), at('/own')));
      for (const name of ['out', 'folder', 'own', 'pipe']) {
        await fails('already-exists', tree.makeLink(at(`/${name}`), at('/own')));
      }
      await fails('forbidden', tree.makeLink(ROOT, at('/own')));
      for (const around of ['/', '/folder']) {
        await fails('name-refused', tree.makeLink(at('/folder/loop'), at(around)));
      }
      assert.deepEqual(await names(tree, '/folder'), []);
      assert.deepEqual(seen(outside), before);
    });

    test('a home that is itself reached by a link is the folder behind it', async () => {
      await using made = await make();
      symlinkSync(made.home, join(made.folder, 'entrance'));
      await using tree = await made.store.openTree(join(made.folder, 'entrance'));
      assert.equal(await text(tree, '/own'), 'own');
      symlinkSync(join(made.folder, 'entrance', 'own'), join(made.home, 'in by the entrance'));
      assert.equal(await text(tree, '/in by the entrance'), 'own');
      assert.equal((await tree.stat(ROOT)).unique, (await made.tree.stat(ROOT)).unique);
    });
  });
}

/** A home with something outside that must not be reached. */
async function makeWithSecrets(
  kind: StoreFacts['confinement'],
  descriptors: string | undefined,
): Promise<LocalHome> {
  const made = await localHome(descriptors);
  assert.equal(made.tree.facts.confinement, kind);
  mkdirSync(join(made.outside, 'folder'));
  mkdirSync(join(made.outside, 'empty'));
  writeFileSync(join(made.outside, 'secret'), 'secret');
  writeFileSync(join(made.outside, 'folder', 'deep'), 'secret');
  writeFileSync(join(made.home, 'own'), 'own');
  return made;
}

/** All there is below a folder: what, how much, and when it was last touched. */
function seen(folder: string): unknown {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const { size, mtimeNs, ctimeNs } = statSync(join(folder, name), { bigint: true });
      return [basename(name), size, mtimeNs, ctimeNs];
    });
}

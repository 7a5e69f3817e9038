import assert from 'node:assert/strict';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LocalStore } from '../../src/storage/local/local-store.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { at, openBench, put, read } from './harness.ts';

describe('a vault with links in a home', () => {
  it('removes links with a tree, and never what they lead to', async () => {
    await using folder = await temporaryFolder();
    await using bench = await openBench(
      new LocalStore({ staging: join(folder.path, 'staging') }),
      join(folder.path, 'home'),
    );
    const home = join(folder.path, 'home');
    await put(bench.home, '/kept', 'kept');
    await mkdir(join(home, 'full'));
    await writeFile(join(home, 'full', 'file'), 'content');
    await mkdir(join(home, 'tree'));
    await symlink('../full', join(home, 'tree', 'inside'));
    await symlink('.', join(home, 'tree', 'self'));
    await symlink('/etc', join(home, 'tree', 'outside'));
    await symlink('../kept', join(home, 'tree', 'file'));
    await bench.home.removeTree(at('/tree'));
    assert.deepEqual((await readdir(home)).toSorted(), ['full', 'kept']);
    assert.deepEqual(await readdir(join(home, 'full')), ['file']);
    assert.equal(await read(bench.home, '/kept'), 'kept');
  });

  it('counts a file once, however many links lead to it', async () => {
    await using folder = await temporaryFolder();
    await using bench = await openBench(
      new LocalStore({ staging: join(folder.path, 'staging') }),
      join(folder.path, 'home'),
    );
    const home = join(folder.path, 'home');
    await put(bench.home, '/a', '12345');
    await symlink('a', join(home, 'link'));
    await symlink('.', join(home, 'loop'));
    const { found, recorded } = await bench.vault.audit(1, false);
    assert.deepEqual(
      [found, recorded],
      [
        { bytes: 5, files: 1 },
        { bytes: 5, files: 1 },
      ],
    );
    await bench.home.makeLink(at('/made'), at('/a'));
    assert.deepEqual(await bench.ledger(), { committed: 5, files: 1, reserved: 0 });
    await bench.home.removeFile(at('/made'));
    await bench.home.removeFile(at('/link'));
    await bench.home.removeFile(at('/loop'));
    assert.deepEqual(await bench.ledger(), { committed: 5, files: 1, reserved: 0 });
  });
});

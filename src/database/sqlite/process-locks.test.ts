import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../../test/support/temporary.ts';
import { ProcessLocks } from './process-locks.ts';

const MODULE = fileURLToPath(new URL('./process-locks.ts', import.meta.url));

/** Another process that holds a lock of its own, and its name. */
async function startHolder(folder: string): Promise<{ child: ChildProcess; name: string }> {
  const program = `
    import { ProcessLocks } from ${JSON.stringify(MODULE)};
    const locks = new ProcessLocks(${JSON.stringify(folder)});
    process.stdout.write(locks.self);
    process.stdin.on('end', () => locks[Symbol.dispose]()).resume();
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [name] = await once(child.stdout, 'data');
  return { child, name: String(name) };
}

suite('process locks', () => {
  test('a process is alive to itself and to others until it lets go', async () => {
    await using folder = await temporaryFolder();
    using here = new ProcessLocks(folder.path);
    const other = new ProcessLocks(folder.path);
    assert.ok(here.isAlive(here.self));
    assert.ok(here.isAlive(other.self));
    assert.ok(other.isAlive(here.self));
    const name = other.self;
    other[Symbol.dispose]();
    assert.equal(here.isAlive(name), false);
  });

  test('a process that is killed is dead at once, and one that lives is not', async () => {
    await using folder = await temporaryFolder();
    using here = new ProcessLocks(folder.path);
    const killed = await startHolder(folder.path);
    const living = await startHolder(folder.path);
    assert.deepEqual([here.isAlive(killed.name), here.isAlive(living.name)], [true, true]);
    killed.child.kill('SIGKILL');
    await once(killed.child, 'exit');
    assert.deepEqual([here.isAlive(killed.name), here.isAlive(living.name)], [false, true]);
    living.child.stdin?.end();
    await once(living.child, 'exit');
    assert.equal(here.isAlive(living.name), false);
  });

  test('a process that nobody knows is dead', async () => {
    await using folder = await temporaryFolder();
    using here = new ProcessLocks(folder.path);
    assert.equal(here.isAlive('0123456789abcdef'), false);
    // Asking makes no file.
    assert.deepEqual(readdirSync(folder.path), [here.self]);
  });

  test('a lock that cannot be looked at is not taken for that of a dead process', async () => {
    await using folder = await temporaryFolder();
    using here = new ProcessLocks(folder.path);
    mkdirSync(join(folder.path, 'unreadable'));
    assert.equal(here.isAlive('unreadable'), true);
  });

  test('what dead processes have left is tidied up, once it is old', async () => {
    await using folder = await temporaryFolder();
    const past = new Date(Date.now() - 3_600_000);
    for (const name of ['recent', 'old']) writeFileSync(join(folder.path, name), '');
    utimesSync(join(folder.path, 'old'), past, past);
    const living = new ProcessLocks(folder.path);
    utimesSync(join(folder.path, living.self), past, past);
    using here = new ProcessLocks(folder.path);
    assert.deepEqual(
      readdirSync(folder.path).toSorted(),
      ['recent', living.self, here.self].toSorted(),
    );
    living[Symbol.dispose]();
  });

  test('many can begin at the same time in a folder that is not there yet', async () => {
    await using folder = await temporaryFolder();
    const inside = join(folder.path, 'not', 'there');
    const holders = await Promise.all([1, 2, 3].map(() => startHolder(inside)));
    using here = new ProcessLocks(inside);
    assert.deepEqual(
      holders.map(({ name }) => here.isAlive(name)),
      [true, true, true],
    );
    for (const { child } of holders) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
});

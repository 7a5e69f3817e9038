import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { startProgram } from '../support/program.ts';
import { type House, openHouse } from './client-house.ts';

const MiB = 2 ** 20;

suite('the queue of the command line', () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house[Symbol.asyncDispose]());

  async function items(): Promise<Record<string, unknown>[]> {
    const { stdout } = await house.run(['queue', 'list', '--json']);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  test('what is added is carried out, both ways, after a kill -9 too', async () => {
    const film = randomBytes(12 * MiB);
    await mkdir(join(house.here, 'tree/deep'), { recursive: true });
    await writeFile(join(house.here, 'tree/deep/one'), '1');
    await writeFile(join(house.here, 'film'), film);
    const added = await house.run(['queue', 'add', '-r', 'tree', 'film', `${house.url}to/`]);
    assert.equal(added.code, 0, added.stderr);
    assert.match(added.stderr, /Added 2 files/);
    assert.match(
      (await house.run(['queue', 'add', 'film', `${house.url}to/`])).stderr,
      /there already/,
    );

    const program = startProgram(['queue', 'run', '--json', '--limit-rate', '600K', '-P', '1'], {
      env: house.env,
    });
    const { promise: isMoving, resolve } = Promise.withResolvers<void>();
    program.child.stdout.on('data', () => {
      if (/"bytes":\d{7,},"total":12582912/.test(program.output.stdout)) resolve();
    });
    await Promise.race([isMoving, program.exited]);
    const second = await house.run(['queue', 'run']);
    assert.equal(second.code, 12, second.stderr);
    program.child.kill('SIGKILL');
    await program.exited;
    assert.deepEqual(
      (await items()).map(({ state }) => state),
      ['done', 'running'],
    );

    await house.run(['queue', 'add', 'get', `${house.url}to/tree/deep/one`, 'fetched/']);
    const run = await house.run(['queue', 'run']);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /film .* resumed, verified sha-256/);
    assert.deepEqual(await readFile(join(house.home, 'to/film')), film);
    assert.equal(await readFile(join(house.here, 'fetched/one'), 'utf8'), '1');
    for (const { state, proof } of await items()) {
      assert.deepEqual([state, proof], ['done', 'verified sha-256']);
    }
    assert.equal((await house.run(['queue', 'remove', '--done'])).code, 0);
    assert.deepEqual(await items(), []);
  });

  test('what fails for good has failed, with the reason, and what may pass is put off', async () => {
    await house.run(['queue', 'add', `${house.url}not-there`, '.']);
    await house.run(['queue', 'add', '--retries', '0', 'ftp://demo@127.0.0.1:1/x', '.']);
    const run = await house.run(['queue', 'run', '--no-wait']);
    assert.equal(run.code, 5, run.stderr);
    const states = (await items()).map(({ state, lastError }) => [state, lastError]);
    assert.deepEqual(
      states.map(([state]) => state),
      ['failed', 'waiting'],
    );
    assert.match(String(states[1]?.[1]), /cannot be reached/);
    assert.equal((await house.run(['queue', 'remove'])).code, 2);
    assert.equal((await house.run(['queue', 'remove', '999'])).code, 4);
    assert.equal((await house.run(['queue', 'remove', '--all'])).code, 0);
  });

  test('a password in a URL is refused, and stored nowhere', async () => {
    const url = house.url.replace('demo@', 'demo:se-cret@');
    const added = await house.run(['queue', 'add', `${url}x`, '.']);
    assert.equal(added.code, 2);
    assert.ok(!added.stderr.includes('se-cret'));
  });
});

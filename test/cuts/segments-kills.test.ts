import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { MiB } from '../../src/base/size.ts';
import { openHouse } from '../cli/client-house.ts';
import { startProgram } from '../support/program.ts';
import { startServer } from '../support/server-process.ts';
import { sha256Of, writeNoise } from './content.ts';
import { says } from './says.ts';

const SIZE = 48 * MiB + 77;

/** So much has moved: at least 8 MB, more than 16, more than 24. */
const FAR = [/"bytes":(?:[89]|\d\d)\d{6},/, /"bytes":(?:1[6-9]|[2-9]\d)\d{6},/];
const FARTHER = /"bytes":(?:2[5-9]|[3-9]\d)\d{6},/;

suite('an upload in segments', { timeout: 240_000 }, () => {
  test('carries on when the client and the server are killed with -9', async () => {
    await using house = await openHouse();
    const [source, target] = [join(house.here, 'film.mkv'), join(house.home, 'film.mkv')];
    const old = await writeNoise(source, 99, 2);
    assert.equal((await house.run(['put', 'film.mkv', house.url])).code, 0);
    const digest = await writeNoise(source, SIZE, 1);
    const words = ['put', 'film.mkv', house.url, '--segments', '3', '--json'];
    const begin = () =>
      startProgram([...words, '--limit-rate', '12M'], { cwd: house.here, env: house.env });
    for (const moment of FAR) {
      const program = begin();
      await says(program, moment);
      program.child.kill('SIGKILL');
      await program.exited;
      assert.equal(await sha256Of(target), old);
    }
    const program = begin();
    await says(program, FARTHER);
    const { port } = house.server;
    await house.server.kill('SIGKILL');
    assert.equal(await sha256Of(target), old);
    const data = join(house.home, '..', '..');
    await using _server = await startServer({ data, ftp: `127.0.0.1:${port}` });
    const { code } = (await program.exited) ?? {};
    assert.equal(code, 0, program.output.stderr);
    assert.equal(await sha256Of(target), digest);
    assert.deepEqual(readdirSync(house.home), ['film.mkv']);
    const { stdout } = await house.run(words);
    assert.match(stdout, /"wasThere":true/);
    const audit = await house.run(['quota', 'audit', '--data', data, '--json']);
    assert.match(audit.stdout, /"drift":\{"bytes":0,"files":0\}/);
    assert.deepEqual(readdirSync(join(data, 'staging')), []);
  });
});

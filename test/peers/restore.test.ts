import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { skipWithout } from '../support/peers.ts';
import { startProgram } from '../support/program.ts';
import { runCli } from '../support/run-cli.ts';
import { randomBytesOf } from './support/content.ts';
import { curl } from './support/curl.ts';
import { killCurlAfter } from './support/cuts.ts';
import { succeeded } from './support/process.ts';
import { Site } from './support/site.ts';

const skip = skipWithout('curl');

/** How often a restore is killed, each time later than before. */
const KILLS = 4;

suite('a backup of the records', { skip, timeout: 240_000 }, () => {
  test('is gone back to after a kill: accounts and quota are as they were, and a cut upload carries on', async () => {
    await using site = await Site.open();
    const content = randomBytesOf('restore', 500_000);
    await writeFile(site.local('film'), content);
    await killCurlAfter(site, site.as('ann'), 'film', content.subarray(0, 300_000));
    const backup = site.local('backup');
    await site.cli(['backup', backup]);

    const restore = ['restore', backup, '--data', site.data];
    const busy = await runCli([...restore, '--replace']);
    assert.deepEqual([busy.code, /stop it first/.test(busy.stderr)], [12, true], busy.stderr);
    succeeded(await curl(site.as('ann'), 'later', '-T', site.local('film')));
    await site.addAccount('bob');
    await site.server.kill('SIGKILL');
    const refused = await runCli(restore);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /There are records in .*carryon\.sqlite already; --replace keeps those/,
    );

    const restored = await runCli([...restore, '--replace']);
    assert.equal(restored.code, 0, restored.stderr);
    assert.match(restored.stderr, /Restored 1 account from .*backup/);
    assert.match(
      restored.stderr,
      /ann: its home holds 1 files, 488 KiB; the backup said 0 files, 0 B/,
    );
    assert.match(
      (await readdir(join(site.data, 'copies'))).join(' '),
      /^replaced-\d+T\d+Z\.sqlite$/,
    );
    await site.start();
    assert.doesNotMatch(await site.cli(['account', 'list']), /bob/);
    succeeded(await curl(site.as('ann'), 'film', '-C', '-', '-T', site.local('film')));
    assert.deepEqual(await readFile(site.inHome('ann', 'film')), content);
    const { resumedFrom } = await site.transfer({ path: '/film', outcome: 'complete' });
    assert.ok(resumedFrom > 0, 'it did not begin anew');
    await site.assertNoDrift('ann');

    const empty = site.local('elsewhere');
    const moved = await runCli(['restore', backup, '--data', empty]);
    assert.equal(moved.code, 0, moved.stderr);
    assert.match(moved.stderr, /ann: the 293 KiB of the unfinished \/film are not there/);
    const usage = await runCli(['account', 'usage', 'ann', '--json', '--data', empty]);
    const { bytes, unfinished } = JSON.parse(usage.stdout) as { bytes: number; unfinished: number };
    assert.deepEqual([bytes, unfinished], [0, 0]);
  });

  test('takes the place of the records in one step, whenever it is killed', async () => {
    await using site = await Site.open({ accounts: { ann: [] } });
    const backup = site.local('backup');
    await site.cli(['backup', backup]);
    await site.addAccount('bob');
    await site.server.stop();
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const restoring = startProgram(['restore', backup, '--replace', '--data', site.data]);
      await Promise.race([restoring.exited, sleep(kill * 200)]);
      restoring.child.kill('SIGKILL');
      await restoring.exited;
      assert.match(await site.cli(['account', 'list']), /^ann /m, `after kill ${kill}`);
    }
    await site.cli(['restore', backup, '--replace']);
    assert.doesNotMatch(await site.cli(['account', 'list']), /^bob /m);
  });
});

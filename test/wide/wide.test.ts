import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { MiB } from '../../src/base/size.ts';
import { RawClient } from '../peers/support/raw-client.ts';
import { Site } from '../peers/support/site.ts';
import { until } from '../peers/support/wait.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { makeWide } from './folder.ts';
import { measure, stopHalfway } from './listing.ts';

/** More of MLSD than the buffers of two sockets hold. */
const ENTRIES = 50_000;

/** What the young generation of V8 may come to; `npm run test:wide` asks the same of a million. */
const MEMORY = 96 * MiB;

suite(
  'a folder of very many files',
  { skip: process.platform !== 'linux' && 'needs /proc' },
  () => {
    let site: Site;
    let wide: string;
    const parts = new AsyncDisposableStack();
    before(async () => {
      // In memory where the system can: no disk takes so many files in no time.
      const { path: home } = parts.use(
        await temporaryFolder(existsSync('/dev/shm') ? '/dev/shm' : undefined),
      );
      wide = join(home, 'wide');
      makeWide(wide, ENTRIES);
      site = parts.use(await Site.open({ accounts: { ann: ['--home', home] } }));
    });
    after(() => parts.disposeAsync());

    for (const line of ['LIST /wide', 'NLST /wide', 'MLSD /wide']) {
      test(`is listed whole by ${line} in bounded memory, while others are answered`, async () => {
        const { entries, memory, others } = await measure(site, 'ann', line);
        assert.equal(entries, ENTRIES);
        assert.ok(memory < MEMORY, `${memory} bytes more than before`);
        assert.ok(others.answers > 3, `${others.answers} answers`);
      });
    }

    test('is read no further while the client reads nothing, and let go of when it leaves', async () => {
      await using client = await RawClient.login(site.as('ann'));
      const data = await stopHalfway(client, 'MLSD /wide');
      await using other = await RawClient.login(site.as('ann'));
      for (let turn = 0; turn < 100; turn += 1) await other.say('NOOP');
      assert.ok(await isReading(site, wide), 'the server has read all of it already');
      data.destroy();
      assert.equal((await client.reply()).code, 426);
      await until('the folder is closed', async () => !(await isReading(site, wide)));
    });
  },
);

/** True if the server has the folder open. */
async function isReading(site: Site, folder: string): Promise<boolean> {
  const descriptors = `/proc/${site.server.pid}/fd`;
  const names = await readdir(descriptors);
  const targets = await Promise.all(
    names.map((name) => readlink(`${descriptors}/${name}`).catch(() => '')),
  );
  return targets.includes(folder);
}

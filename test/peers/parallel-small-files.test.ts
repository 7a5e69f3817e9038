import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { skipWithout } from '../support/peers.ts';
import { randomBytesOf, treeOf } from './support/content.ts';
import { lftp, word } from './support/lftp.ts';
import { succeeded } from './support/process.ts';
import { Site } from './support/site.ts';

const FILES = 300;
const FOLDERS = 12;
const MOST_BYTES = 20_000;
const AT_ONCE = 4;

suite(`${FILES} small files, ${AT_ONCE} at once`, { timeout: 120_000 }, () => {
  test('go there and back with lftp as equal trees', { skip: skipWithout('lftp') }, async () => {
    await using site = await Site.open();
    const [there, back] = [site.local('there'), site.local('back')];
    for (let index = 0; index < FILES; index += 1) {
      const folder = join(there, `folder ${index % FOLDERS}`, index % 2 === 0 ? '' : 'inside');
      await mkdir(folder, { recursive: true });
      // Among them one that is empty.
      const bytes = Math.floor((index * MOST_BYTES) / FILES);
      await writeFile(join(folder, `file-${index}`), randomBytesOf(String(index), bytes));
    }
    await mkdir(join(there, 'empty folder'));
    const expected = await treeOf(there);

    const login = site.as('ann');
    succeeded(await lftp(login, `mirror -R -P ${AT_ONCE} ${word(there)} mirrored`));
    assert.deepEqual(await treeOf(site.inHome('ann', 'mirrored')), expected);
    // Again: times and sizes are as they were, and so nothing is sent.
    succeeded(await lftp(login, `mirror -R -P ${AT_ONCE} ${word(there)} mirrored`));
    assert.equal((await site.transfers({ direction: 'in', outcome: 'complete' })).length, FILES);
    succeeded(await lftp(login, `mirror -P ${AT_ONCE} mirrored ${word(back)}`));
    assert.deepEqual(await treeOf(back), expected);
    succeeded(await lftp(login, 'rm -r mirrored'));
    assert.deepEqual(await treeOf(site.inHome('ann')), {});
    assert.equal(await site.bytesUsed('ann'), 0);
    await site.assertNoDrift('ann');
  });
});

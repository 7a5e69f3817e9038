import assert from 'node:assert/strict';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { KiB, MiB } from '../../src/base/size.ts';
import { skipWithoutMounts, smallDisk } from './mounts.ts';
import { noise } from './noise.ts';
import { assertCode, assertSame, attempt, carryOn, fetch, send, Site } from './site.ts';

const skip = skipWithoutMounts();
const BIG = noise('big', 24 * MiB);
const SMALL = noise('small', 20 * KiB);

suite('homes on several disks', { skip, timeout: 120_000 }, () => {
  test('the disk of one home is full: only its uploads are refused, and they go on later', async () => {
    await using data = await smallDisk(128 * MiB);
    await using disk = await smallDisk(20 * MiB);
    const home = join(disk.path, 'ann');
    await using site = await Site.open(data.path, { ann: { home }, bob: {} });
    const [ann, bob] = [await site.logIn('ann'), await site.logIn('bob')];
    const refused = await send(ann, 'STOR big', BIG);
    assertCode(refused, 452);
    assert.match(refused.lines.join(''), /^The disk is full; \d+ bytes are kept$/);
    assertCode(await send(bob, 'STOR big', BIG), 226);
    assertCode(await send(ann, 'STOR other', BIG.subarray(0, 2 * MiB)), 452);
    assertSame(await fetch(bob, 'big'), BIG);
    const kept = site.uploads();
    assert.equal(kept[0]?.path, '/big');
    assert.ok(
      kept.every(({ state }) => state === 'staging'),
      'nobody holds them',
    );

    disk.resize(40 * MiB);
    assertCode(await carryOn(ann, 'big', BIG), 226);
    assertSame(await fetch(ann, 'big'), BIG);
    await site.assertNoDrift();
  });

  test('the disk of the records and of staging is full: a home elsewhere is still read, and nothing drifts', async () => {
    await using data = await smallDisk(20 * MiB);
    await using disk = await smallDisk(64 * MiB);
    const home = join(disk.path, 'ann');
    await using site = await Site.open(data.path, { ann: { home }, bob: {} });
    const [ann, bob] = [await site.logIn('ann'), await site.logIn('bob')];
    assertCode(await send(ann, 'STOR big', BIG), 226);
    await data.fill();
    assertCode(await send(bob, 'STOR big', BIG), 452);
    // Its bytes have room, and the records keep some for that.
    assertCode(await send(ann, 'STOR more', SMALL), 226);
    assertSame(await fetch(ann, 'big'), BIG);
    assertCode((await attempt(bob, 'LIST'))[1], 226);

    await truncate(join(data.path, 'ballast'), 0);
    assertCode(await send(bob, 'STOR small', SMALL), 226);
    await site.assertNoDrift();
    assert.deepEqual(site.uploads(), []);
  });
});

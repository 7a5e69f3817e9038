import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { MiB } from '../../src/base/size.ts';
import { breakableDisk, skipWithoutDevices, skipWithoutMounts, smallDisk } from './mounts.ts';
import { noise } from './noise.ts';
import { assertCode, assertSame, beginUpload, carryOn, fetch, send, Site } from './site.ts';
import { until } from './until.ts';

const BIG = noise('big', 8 * MiB);

suite('a disk that takes no changes', { timeout: 120_000 }, () => {
  test(
    'while it is mounted read-only, uploads are refused and downloads go on; afterwards all is as before',
    { skip: skipWithoutMounts() },
    async () => {
      await using data = await smallDisk(128 * MiB);
      await using disk = await smallDisk(64 * MiB);
      const accounts = { ann: { home: join(disk.path, 'ann') }, bob: {} };
      await using site = await Site.open(data.path, accounts);
      const [ann, bob] = [await site.logIn('ann'), await site.logIn('bob')];
      assertCode(await send(ann, 'STOR here', BIG), 226);
      const part = await beginUpload(site, ann, 'part', BIG.subarray(0, 3 * MiB));
      part.resetAndDestroy();
      await ann.reply(426);
      // It cannot become read-only while a file is being written, be it only to prove its digest.
      await until('nothing is open', async () => {
        const open = await site.descriptors();
        return !open.some((path) => path.includes('.carryon-staging/') || path.includes('/here'));
      });

      disk.remount('ro');
      assertCode(await send(ann, 'STOR new', BIG), 451);
      assertCode(await send(ann, 'STOR here', BIG), 451);
      await ann.say('DELE here', 451);
      await ann.say('MKD folder', 451);
      await ann.say('RNFR here', 350);
      await ann.say('RNTO there', 451);
      assertCode(await carryOn(ann, 'part', BIG), 451);
      assertSame(await fetch(ann, 'here'), BIG);
      assertCode(await send(bob, 'STOR other', BIG), 226);
      assert.deepEqual(
        site.uploads().map(({ path, state }) => [path, state]),
        [['/part', 'staging']],
        'what was refused has left nothing',
      );

      disk.remount('rw');
      assertCode(await carryOn(ann, 'part', BIG), 226);
      assertCode(await send(ann, 'STOR new', BIG), 226);
      await ann.say('DELE here', 250);
      assertSame(await fetch(ann, 'part'), BIG);
      await site.assertNoDrift();
    },
  );

  test(
    'when it becomes so in the middle of an upload, nothing is lost that was promised',
    { skip: skipWithoutDevices() },
    async () => {
      await using data = await smallDisk(128 * MiB);
      await using disk = await breakableDisk({ journal: true });
      const accounts = { ann: { home: join(disk.path, 'ann') }, bob: {} };
      await using site = await Site.open(data.path, accounts, {
        args: ['--uploads-checkpoint', '1MiB'],
      });
      const [ann, bob] = [await site.logIn('ann'), await site.logIn('bob')];
      assertCode(await send(ann, 'STOR here', BIG), 226);
      const big = await beginUpload(site, ann, 'big', BIG.subarray(0, 3 * MiB));
      await until('some of it is durable', async () => (site.uploads()[0]?.offset ?? 0) > 0);
      await disk.breakDown();
      big.end(BIG.subarray(3 * MiB));
      assertCode(await ann.reply(), 451, 452);
      // The journal cannot be written either: the system has given the disk up.
      assertCode(await send(ann, 'STOR new', BIG), 451, 452);
      assertSame(await fetch(ann, 'here'), BIG);
      assertCode(await send(bob, 'STOR other', BIG), 226);
      assertSame(await fetch(bob, 'other'), BIG);

      // Only mounting it anew helps, for which everybody has to let go of it.
      await site.server.stop();
      disk.heal();
      disk.mountAgain();
      await site.start();
      const again = await site.logIn('ann');
      assertSame(await fetch(again, 'here'), BIG);
      assertCode(await carryOn(again, 'big', BIG), 226);
      await site.server.stop();
      disk.mountAgain();
      await site.start();
      assertSame(await fetch(await site.logIn('ann'), 'big'), BIG);
      await site.assertNoDrift();
    },
  );
});

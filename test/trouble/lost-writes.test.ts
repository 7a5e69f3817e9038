import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { MiB } from '../../src/base/size.ts';
import { breakableDisk, skipWithoutDevices, smallDisk } from './mounts.ts';
import { noise } from './noise.ts';
import { assertCode, assertSame, beginUpload, fetch, send, Site } from './site.ts';
import { isStill, until } from './until.ts';

const BIG = noise('big', 12 * MiB);

suite(
  'a disk that loses what was written',
  { skip: skipWithoutDevices(), timeout: 120_000 },
  () => {
    test('an upload that cannot be made durable is refused, and its offset promises nothing that was lost', async () => {
      await using data = await smallDisk(128 * MiB);
      await using disk = await breakableDisk({ journal: false });
      const accounts = { ann: { home: join(disk.path, 'ann') }, bob: {} };
      await using site = await Site.open(data.path, accounts, {
        args: ['--uploads-checkpoint', '1MiB'],
      });
      const [ann, bob] = [await site.logIn('ann'), await site.logIn('bob')];
      assertCode(await send(ann, 'STOR big', Buffer.from('the old version')), 226);
      const begun = await beginUpload(site, ann, 'big', BIG.subarray(0, 4 * MiB));
      await until('some of it is durable', () => (site.uploads()[0]?.offset ?? 0) > 0);
      await until('no checkpoint is being taken', () => isStill(() => site.uploads()[0]?.offset));
      const durable = site.uploads()[0]?.offset;

      await disk.breakDown();
      begun.end(BIG.subarray(4 * MiB));
      assertCode(await ann.reply(), 451, 452);
      assert.equal(String(await fetch(ann, 'big')), 'the old version');
      assertCode(await send(bob, 'STOR other', BIG), 226);
      const [kept] = site.uploads();
      assert.ok(kept);
      assert.equal(kept.offset, durable, 'what the disk has lost is not taken for durable');
      assert.equal(kept.state, 'staging', 'nobody holds it');

      disk.heal();
      await ann.say(`REST ${kept.offset}`, 350);
      assertCode(await send(ann, 'STOR big', BIG.subarray(kept.offset)), 226);
      await site.server.stop();
      // What is only in memory is forgotten now: what is there then is what is on the disk.
      disk.mountAgain();
      await site.start();
      assertSame(await fetch(await site.logIn(), 'big'), BIG);
      await site.assertNoDrift();
    });

    test('an upload of unknown length is not published when its last sync fails, however often it is tried', async () => {
      await using data = await smallDisk(128 * MiB);
      await using disk = await breakableDisk({ journal: false });
      await using site = await Site.open(data.path, { ann: { home: join(disk.path, 'ann') } });
      const ann = await site.logIn();
      assertCode(await send(ann, 'STOR big', Buffer.from('the old version')), 226);
      await disk.breakDown();
      for (let time = 0; time < 3; time += 1) {
        assertCode(await send(ann, 'STOR big', BIG), 451, 452);
        assert.equal(String(await fetch(ann, 'big')), 'the old version');
      }
      assert.deepEqual(
        site.uploads().filter(({ offset, state }) => offset > 0 || state === 'running'),
        [],
        'none of it is taken for durable',
      );
      disk.heal();
      assertCode(await send(ann, 'STOR big', BIG), 226);
      await site.server.stop();
      disk.mountAgain();
      await site.start();
      assertSame(await fetch(await site.logIn(), 'big'), BIG);
      await site.assertNoDrift();
    });
  },
);

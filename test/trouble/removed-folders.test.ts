import assert from 'node:assert/strict';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { KiB, MiB } from '../../src/base/size.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { noise } from './noise.ts';
import {
  assertCode,
  assertSame,
  attempt,
  beginUpload,
  carryOn,
  fetch,
  send,
  Site,
} from './site.ts';

const BIG = noise('big', 3 * MiB);
const SMALL = noise('small', 20 * KiB);

const skip = process.platform !== 'linux' && 'needs a system that tells what was removed';

suite('a folder removed under the feet of the server', { skip, timeout: 120_000 }, () => {
  test('a home that is taken away is not shown as an empty one, and is back when it is put back', async () => {
    await using data = await temporaryFolder();
    await using site = await Site.open(data.path, { ann: {}, bob: {} });
    const home = join(data.path, 'homes', 'ann');
    const [ann, bob] = [await site.logIn('ann'), await site.logIn('bob')];
    assertCode(await send(ann, 'STOR here', BIG), 226);
    await rename(home, join(data.path, 'elsewhere'));
    await rename(join(data.path, 'elsewhere'), home);
    assertSame(await fetch(ann, 'here'), BIG);

    await rm(home, { recursive: true });
    assertCode((await attempt(ann, 'LIST'))[1], 451);
    assertCode((await attempt(ann, 'RETR here'))[1], 451);
    assertCode(await send(ann, 'STOR new', SMALL), 451);
    await ann.say('MKD folder', 451);
    await ann.say('DELE here', 451);
    const again = await site.logIn('ann');
    assertCode((await attempt(again, 'LIST'))[1], 451);
    assertCode(await send(bob, 'STOR other', SMALL), 226);
    assert.deepEqual(await readdir(join(data.path, 'homes')), ['bob'], 'it was not made again');

    await mkdir(home);
    assertCode(await send(ann, 'STOR new', SMALL), 226);
    assertSame(await fetch(again, 'new'), SMALL);
    await ann.say('MKD folder', 257);
    await site.cli(['quota', 'audit', 'ann', '--repair']);
    await site.assertNoDrift();
  });

  test('the home goes in the middle of an upload: it is refused, and kept', async () => {
    await using data = await temporaryFolder();
    await using site = await Site.open(data.path);
    const home = join(data.path, 'homes', 'ann');
    const ann = await site.logIn();
    const part = await beginUpload(site, ann, 'big', BIG.subarray(0, MiB));
    await rm(home, { recursive: true });
    part.end(BIG.subarray(MiB));
    assertCode(await ann.reply(), 451);
    await mkdir(home);
    assertCode(await carryOn(ann, 'big', BIG), 226);
    assertSame(await fetch(ann, 'big'), BIG);
    assert.deepEqual(site.uploads(), []);
    await site.assertNoDrift();
  });

  test('the folder of staged files is made again, and what was in it has to begin again', async () => {
    await using data = await temporaryFolder();
    await using site = await Site.open(data.path);
    const staging = join(data.path, 'staging');
    const [ann, bert] = [await site.logIn(), await site.logIn()];
    assertCode(await send(ann, 'STOR here', SMALL), 226);
    (await beginUpload(site, bert, 'cut', BIG.subarray(0, MiB))).resetAndDestroy();
    await bert.reply(426);
    const part = await beginUpload(site, ann, 'big', BIG.subarray(0, MiB));
    await rm(staging, { recursive: true });
    part.end(BIG.subarray(MiB));
    assertCode(await ann.reply(), 451, 550);

    assertSame(await fetch(ann, 'here'), SMALL);
    assertCode(await send(ann, 'STOR big', BIG), 226);
    assertSame(await fetch(ann, 'big'), BIG);
    await bert.say('SIZE cut', 550);
    assertCode(await send(bert, 'STOR cut', BIG), 226);
    assertSame(await fetch(bert, 'cut'), BIG);
    assert.deepEqual(site.uploads(), []);
    await site.assertNoDrift();
  });

  test('the folder of the target goes in the middle of an upload: refused, kept, and done when it is there again', async () => {
    await using data = await temporaryFolder();
    await using site = await Site.open(data.path);
    const folder = join(data.path, 'homes', 'ann', 'folder');
    const ann = await site.logIn();
    await ann.say('MKD folder', 257);
    const part = await beginUpload(site, ann, 'folder/big', BIG.subarray(0, MiB));
    await rm(folder, { recursive: true });
    part.end(BIG.subarray(MiB));
    assertCode(await ann.reply(), 550);
    assertCode(await send(ann, 'STOR folder/other', SMALL), 550);
    await ann.say('MKD folder', 257);
    assertCode(await carryOn(ann, 'folder/big', BIG), 226);
    assertSame(await fetch(ann, 'folder/big'), BIG);
    assert.deepEqual(site.uploads(), []);
    await site.assertNoDrift();
  });
});

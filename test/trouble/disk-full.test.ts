import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createHash } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { KiB, MiB } from '../../src/base/size.ts';
import type { Client } from '../ftp/client.ts';
import { smallDisk, skipWithoutMounts } from './mounts.ts';
import { noise } from './noise.ts';
import { assertCode, assertSame, attempt, carryOn, fetch, send, Site } from './site.ts';
import { until } from './until.ts';

const skip = skipWithoutMounts();
const BIG = noise('big', 40 * MiB);
const SMALL = noise('small', 20 * KiB);

suite('a disk that is full', { skip, timeout: 120_000 }, () => {
  test('an upload that does not fit is refused with 452, kept, and goes on when there is room', async () => {
    await using disk = await smallDisk(48 * MiB);
    await using site = await Site.open(disk.path, { ann: {}, bob: {} });
    const ann = await site.logIn();
    const old = noise('old', 16 * MiB);
    assertCode(await send(ann, 'STOR old', old), 226);
    assertCode(await send(ann, 'STOR big', noise('version 1', 300)), 226);

    assertCode(await send(ann, 'STOR big', BIG), 452);
    await site.assertServes();
    const [listing] = await attempt(ann, 'MLSD');
    assert.match(String(listing), /size=300;.* big/, 'the version that was there is untouched');
    const [kept] = site.uploads();
    assert.equal(kept?.state, 'staging', 'nobody holds it');
    assert.ok(kept.offset >= 16 * MiB, `${kept.offset} bytes are kept`);

    const bob = await site.logIn('bob');
    const [names] = await attempt(bob, 'NLST');
    assert.equal(String(names), '');
    assertSame(await fetch(ann, 'old'), old);

    await ann.say('DELE old', 250);
    // Its digest may still be in the making; then the room is free a moment later.
    await until('the room is free', async () => (await disk.room()) > 8 * MiB);
    assertCode(await send(bob, 'STOR little', SMALL), 226);
    await ann.say(`REST ${kept.offset}`, 350);
    assertCode(await send(ann, 'STOR big', BIG.subarray(kept.offset)), 226);
    assertSame(await fetch(ann, 'big'), BIG);
    assertSame(await fetch(bob, 'little'), SMALL);
    assert.deepEqual(site.uploads(), []);
    await site.assertNoDrift();
  });

  test('what came of other segments stays when one of them finds no room', async () => {
    await using disk = await smallDisk(48 * MiB);
    await using site = await Site.open(disk.path);
    const [ann, other] = [await site.logIn(), await site.logIn()];
    const whole = noise('segments', 24 * MiB);
    const hex = createHash('sha256').update(whole).digest('hex');
    const missing = (client: Client) =>
      client.say(`SITE MISSING sha-256=${hex} size=${whole.length} big`, 213);
    const segment = async (client: Client, start: number, end: number) => {
      await missing(client);
      await client.say(`RANG ${start} ${end - 1}`, 350);
      return send(client, 'STOR big', whole.subarray(start, end));
    };
    assertCode(await segment(other, 20 * MiB, 24 * MiB), 226);
    assertCode(await send(ann, 'STOR old', noise('old', 28 * MiB)), 226);
    assertCode(await segment(ann, 0, 20 * MiB), 452);
    await ann.say('DELE old', 250);
    await until('the room is free', async () => (await disk.room()) > 24 * MiB);
    const left = /^ *(\d+) (\d+)$/m.exec(await missing(ann));
    const [start, last] = [Number(left?.[1]), Number(left?.[2])];
    assert.equal(last, 20 * MiB - 1, 'nothing behind it was dropped');
    assertCode(await segment(other, start, 20 * MiB), 226);
    assert.match(await missing(ann), /^0 bytes/);
    assertSame(await fetch(ann, 'big'), whole);
    await site.assertNoDrift();
  });

  test('not even one block for the records: commands answer, downloads go on, nothing is half done', async () => {
    await using disk = await smallDisk(48 * MiB);
    await using site = await Site.open(disk.path);
    const ann = await site.logIn();
    assertCode(await send(ann, 'STOR here', SMALL), 226);
    await disk.fill();

    // Fill up what the write-ahead log has set aside already.
    const codes = new Map<string, number>();
    for (let turn = 0; turn < 60; turn += 1) {
      const { code } = await send(ann, `STOR new-${turn}`, SMALL);
      assert.ok([226, 451, 452].includes(code), `${code}`);
      codes.set(`new-${turn}`, code);
    }
    assert.ok([...codes.values()].includes(452), 'some were refused');
    assertSame(await fetch(ann, 'here'), SMALL);
    assertCode((await attempt(ann, 'LIST'))[1], 226);
    await site.assertServes();

    await truncate(join(disk.path, 'ballast'), 0);
    for (const [name, code] of codes) {
      if (code === 226) assertSame(await fetch(ann, name), SMALL);
      else assertCode(await send(ann, `STOR ${name}`, SMALL), 226);
    }
    await site.assertNoDrift();
    assert.deepEqual(site.uploads(), []);
  });

  test('on a full disk a file can be deleted, and that makes room', async () => {
    await using disk = await smallDisk(48 * MiB);
    await using site = await Site.open(disk.path);
    const ann = await site.logIn();
    assertCode(await send(ann, 'STOR old', noise('old', 10 * MiB)), 226);
    assertCode(await send(ann, 'STOR big', BIG), 452);
    await ann.say('DELE old', 250);
    // Its digest may still be in the making; then the room is free a moment later.
    await until('the room is free', async () => (await disk.room()) > 8 * MiB);
    assertCode(await carryOn(ann, 'big', BIG), 226);
    assertSame(await fetch(ann, 'big'), BIG);
    await site.assertNoDrift();
  });

  test('the server starts on a full disk, serves what is there, and takes uploads again later', async () => {
    await using disk = await smallDisk(48 * MiB);
    await using site = await Site.open(disk.path);
    const ann = await site.logIn();
    assertCode(await send(ann, 'STOR old', SMALL), 226);
    assertCode(await send(ann, 'STOR big', noise('more', 60 * MiB)), 452);
    await disk.fill();
    await site.server.kill('SIGKILL');
    await site.start();
    const again = await site.logIn();
    assertSame(await fetch(again, 'old'), SMALL);
    assertCode(await send(again, 'STOR new', noise('new', 2 * MiB)), 452);

    const { code } = await site.server.stop();
    assert.equal(code, 0, site.server.stderr);
    await truncate(join(disk.path, 'ballast'), 0);
    await site.start();
    const later = await site.logIn();
    await later.say('DELE big', 250);
    assertCode(await send(later, 'STOR new', BIG), 226);
    assertSame(await fetch(later, 'new'), BIG);
    await site.assertNoDrift();
  });
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Client } from './client.ts';
import { startLive, type Live } from './live.ts';

/*
 * SIZE of an unfinished upload is one byte less than what is kept: a sender that was cut after its
 * last byte would else take it for done.
 */

/** How much of a running upload is made durable at a time, in bytes. */
const CHECKPOINT = 4096;

/** Asks until the answer is the wanted one: for what happens without a reply. */
async function until(ask: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 2000; tries += 1) {
    if (await ask()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  assert.fail('it never happened');
}

/** Waits until the server has received this many bytes of the running upload. */
function received(client: Client, bytes: number): Promise<void> {
  return until(async () => (await client.say('STAT', 211)).includes(`: ${bytes} bytes so far`));
}

suite('what becomes of an upload', () => {
  let live: Live;
  const published = (name: string): string | undefined => {
    const path = join(live.home('anna'), name);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };

  before(async () => {
    live = await startLive({ flags: { uploadsCheckpoint: String(CHECKPOINT) } });
    await live.addAccount('camera', { unconfirmed: 'publish' });
  });
  after(() => live[Symbol.asyncDispose]());

  test('a client that was killed leaves a partial that it can go on with, and nothing else', async () => {
    {
      await using client = await live.logIn();
      const data = await client.data();
      client.send('STOR killed');
      await client.reply(150);
      data.write('01234');
      await received(client, 5);
      // As the system does for a process that is gone: FIN on every connection.
      client.socket.end();
      data.end();
      await client.ended().catch(() => {});
    }
    assert.equal(published('killed'), undefined);
    await using again = await live.logIn();
    await until(async () => (await again.say('SIZE killed')) === '4');
    await again.say('REST 4', 350);
    const reply = await again.upload('STOR killed', '456789');
    assert.equal(reply.code, 226);
    assert.equal(published('killed'), '0123456789');
  });

  test('the digest of what has come of an unfinished upload is told, and of no byte more', async () => {
    await using client = await live.logIn();
    const data = await client.data();
    client.send('STOR proven');
    await client.reply(150);
    data.write('hello');
    await received(client, 5);
    data.resetAndDestroy();
    await client.reply(426);
    const hello = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
    assert.equal(await client.say('XSHA256 "proven" 0 5', 250), hello);
    assert.match(await client.say('XSHA256 "proven" 0 6', 554), /Only 5 bytes/);
    await client.say('XSHA256 proven', 450);
  });

  test('when the control connection breaks first, what still comes is kept and not published', async () => {
    const client = await live.logIn();
    const data = await client.data();
    client.send('STOR orphan');
    await client.reply(150);
    data.write('01234');
    await received(client, 5);
    client.reset();
    data.end('56789');
    await using again = await live.logIn();
    await until(async () => (await again.say('SIZE orphan')) === '9');
    assert.equal(published('orphan'), undefined);
    const reply = await again.upload('APPE orphan', '9ab');
    assert.equal(reply.code, 226);
    assert.equal(published('orphan'), '0123456789ab');
    await client[Symbol.asyncDispose]();
  });

  test('QUIT behind STOR is no sign of death, even if the connection is then half closed', async () => {
    await using client = await live.logIn();
    const data = await client.data();
    client.send('STOR quit');
    client.send('QUIT');
    client.socket.end();
    await client.reply(150);
    data.end('all of it');
    await client.reply(226);
    await client.reply(221);
    await client.ended();
    assert.equal(published('quit'), 'all of it');
  });

  test('an account for devices that never wait publishes what nobody confirms', async () => {
    await using client = await live.logIn('camera');
    const data = await client.data();
    client.send('STOR picture');
    await client.reply(150);
    data.end('picture');
    client.socket.end();
    const file = join(live.home('camera'), 'picture');
    await until(async () => existsSync(file));
    assert.equal(readFileSync(file, 'utf8'), 'picture');
  });

  test('ABOR stops an upload, keeps its bytes, and is answered in its turn', async () => {
    await using client = await live.logIn();
    const data = await client.data();
    client.send('STOR aborted');
    await client.reply(150);
    data.write('01234');
    await received(client, 5);
    client.send('NOOP');
    client.send('ABOR');
    await client.reply(426);
    await client.reply(200);
    await client.reply(226);
    assert.equal(await client.say('SIZE aborted', 213), '4');
    assert.equal(published('aborted'), undefined);
    assert.equal((await client.upload('STOR aborted', 'new')).code, 226);
    assert.equal(published('aborted'), 'new');
  });

  test('ABOR with all that Telnet wants before it stops an upload, too', async () => {
    await using client = await live.logIn();
    const data = await client.data();
    client.send('STOR telnet');
    await client.reply(150);
    data.write('x');
    await received(client, 1);
    client.socket.write(Buffer.from([0xff, 0xf4, 0xff, 0xf2, ...Buffer.from('ABOR\r\n')]));
    await client.reply(426);
    await client.reply(226);
  });

  test('ABOR that was sent ahead stops the transfer that it follows', async () => {
    await using client = await live.logIn();
    await client.data();
    client.socket.write('STOR ahead\r\nABOR\r\nNOOP\r\n');
    await client.reply(150);
    await client.reply(426);
    await client.reply(226);
    await client.reply(200);
    assert.equal(published('ahead'), undefined);
  });

  test('a reset of the data connection keeps the bytes and the old version', async () => {
    await using client = await live.logIn();
    await writeFile(join(live.home('anna'), 'old'), 'the old version');
    const data = await client.data();
    client.send('STOR old');
    await client.reply(150);
    data.write('the new ver');
    await received(client, 11);
    assert.equal(
      (await live.logIn().then((c) => c.download('RETR old'))).toString(),
      'the old version',
    );
    data.resetAndDestroy();
    await client.reply(426);
    assert.equal(published('old'), 'the old version');
    assert.equal(await client.say('SIZE old', 213), '15');
    await client.say('REST 11', 350);
    assert.equal((await client.upload('STOR old', 'sion')).code, 226);
    assert.equal(published('old'), 'the new version');
  });

  test('a second session goes on where it is told, and the one that hangs is ended', async () => {
    await using first = await live.logIn();
    const data = await first.data();
    first.send('STOR taken');
    await first.reply(150);
    data.write('a'.repeat(3 * CHECKPOINT));
    await received(first, 3 * CHECKPOINT);
    await using second = await live.logIn();
    let told = 0;
    await until(async () => (told = Number(await second.say('SIZE taken'))) >= CHECKPOINT);
    await second.say(`REST ${told}`, 350);
    assert.equal((await second.upload('STOR taken', 'b')).code, 226);
    await first.reply(426);
    assert.equal(published('taken'), `${'a'.repeat(told)}b`);
    await first.say('NOOP', 200);
  });

  test('nobody else sees an unfinished upload, and its owner can drop it', async () => {
    await using client = await live.logIn();
    await client.say('ALLO 10', 200);
    assert.equal((await client.upload('STOR dropped', '01234')).code, 451);
    const listing = await client.download('MLSD');
    assert.match(listing.toString(), /size=4;.*X\.partial=1; dropped\r\n/);
    await client.passive();
    await client.say('RETR dropped', 450);
    await client.say('DELE dropped', 250);
    await client.say('SIZE dropped', 550);
  });

  test('many small files are stored without a wait for each', async () => {
    await using client = await live.logIn();
    const began = performance.now();
    for (let index = 0; index < 50; index += 1) {
      assert.equal((await client.upload(`STOR small-${index}`, 'x')).code, 226);
    }
    const took = performance.now() - began;
    assert.ok(took < 50 * 1000, `${took} ms: each waited for the longest grace`);
  });
});

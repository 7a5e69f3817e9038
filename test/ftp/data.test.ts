import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { readAll } from './client.ts';
import { startLive, type Live } from './live.ts';

suite('data connections', () => {
  let live: Live;
  before(async () => {
    live = await startLive({ flags: { ftpDataTimeout: '1s' } });
    await mkdir(live.home('anna'), { recursive: true });
    await writeFile(join(live.home('anna'), 'file'), 'content');
  });
  after(() => live[Symbol.asyncDispose]());

  test('a stranger who takes the port first gets nothing, and the right one is still let in', async () => {
    await using client = await live.logIn();
    const port = await client.passive();
    const stranger = await client.data(port, '127.0.0.2');
    assert.equal((await readAll(stranger).catch(() => Buffer.alloc(0))).length, 0);
    const data = await client.data(port);
    client.send('RETR file');
    await client.reply(150);
    assert.equal((await readAll(data)).toString(), 'content');
    await client.reply(226);
  });

  test('one port takes one connection', async () => {
    await using client = await live.logIn();
    const port = await client.passive();
    const data = await client.data(port);
    client.send('RETR file');
    await client.reply(150);
    await assert.rejects(async () => {
      const second = await client.data(port);
      await once(second, 'end');
      throw new Error('it was let in and closed');
    });
    assert.equal((await readAll(data)).toString(), 'content');
    await client.reply(226);
  });

  test('a data connection that never comes is 425, and nothing was touched', async () => {
    await using client = await live.logIn();
    await client.passive();
    client.send('STOR never');
    await client.reply(150);
    await client.reply(425);
    await client.say('SIZE never', 550);
    await client.passive();
    client.send('STOR file');
    await client.reply(150);
    await client.reply(425);
    assert.equal((await client.download('RETR file')).toString(), 'content');
  });

  test('an address where nobody listens is 425 at once', async () => {
    await using client = await live.logIn();
    await using other = await live.logIn();
    // A port that was free a moment ago and that nobody has any more.
    const port = await other.passive();
    await other.say('ABOR', 226);
    await client.say(`EPRT |1|127.0.0.1|${port}|`, 200);
    client.send('RETR file');
    await client.reply(150);
    await client.reply(425);
  });

  test('a data connection whose peer has left before the verb came sends nothing anywhere', async () => {
    await using client = await live.logIn();
    const data = await client.data();
    data.resetAndDestroy();
    client.send('STOR file');
    await client.reply(150);
    const { code } = await client.reply();
    assert.ok(code === 426 || code === 425, String(code));
    assert.equal((await client.download('RETR file')).toString(), 'content');
  });
});

suite('over IPv6', () => {
  test('EPSV and EPRT work, and PASV says what to use', async (context) => {
    let live: Live;
    try {
      live = await startLive({ flags: { ftp: '[::1]:0' } });
    } catch {
      context.skip('there is no IPv6 here');
      return;
    }
    await using _live = live;
    await using client = await live.logIn();
    await client.say('PASV', 522);
    await client.say('EPSV 1', 522);
    await client.say('EPSV 2', 229);
    await client.say('EPRT |2|::1|51201|', 200);
    await client.say('EPRT |1|127.0.0.1|51201|', 504);
    await client.say('PORT 127,0,0,1,200,1', 504);
  });
});

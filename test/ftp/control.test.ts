import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { Client, readAll } from './client.ts';
import { startLive, type Live } from './live.ts';

const LARGE = 32 * 1024 * 1024;

suite('the control connection', () => {
  let live: Live;
  before(async () => {
    live = await startLive({ flags: { ftpCommandsPerSecond: 'off' } });
    const home = live.home('anna');
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'large'), Buffer.alloc(LARGE, 'large'));
    await writeFile(join(home, 'small'), 'small');
  });
  after(() => live[Symbol.asyncDispose]());

  test('commands that were sent ahead are answered in order', async () => {
    await using client = await live.logIn();
    const commands = Array.from({ length: 500 }, (_value, index) =>
      index % 3 === 0 ? `MKD ${index}` : index % 3 === 1 ? `SIZE ${index}` : 'PWD',
    );
    client.socket.write(commands.map((line) => `${line}\r\n`).join(''));
    for (const command of commands) {
      const { lines } = await client.reply(
        command === 'PWD' ? 257 : command.startsWith('MKD') ? 257 : 550,
      );
      if (command.startsWith('MKD')) assert.ok(lines[0]?.startsWith(`"/${command.slice(4)}"`));
    }
  });

  test('a line of a megabyte is one error, and what stands in it is never done', async () => {
    await using client = await live.connect();
    client.socket.write(`${'x'.repeat(1024 * 1024)}QUIT\r\nSYST\r\n`);
    await client.reply(500);
    await client.reply(215);
  });

  test('a line may come byte by byte, and several in one piece', async () => {
    await using client = await live.connect();
    client.socket.setNoDelay(true);
    for (const byte of 'SYST\r\nNOOP\r\nSY') {
      client.socket.write(byte);
      await new Promise(setImmediate);
    }
    client.socket.write('ST\n');
    await client.reply(215);
    await client.reply(200);
    await client.reply(215);
  });

  test('during a download STAT is answered at once and all else behind it', async () => {
    await using client = await live.logIn();
    const data = await client.data();
    client.send('RETR large');
    await client.reply(150);
    data.pause();
    client.send('NOOP');
    client.send('PWD');
    assert.match(await client.say('STAT', 211), /Sending large: \d+ bytes so far/);
    const bytes = await readAll(data);
    assert.equal(bytes.length, LARGE);
    await client.reply(226);
    await client.reply(200);
    await client.reply(257);
  });

  test('ABOR stops a download, and the session goes on', async () => {
    await using client = await live.logIn();
    const data = await client.data();
    client.send('RETR large');
    await client.reply(150);
    data.pause();
    client.send('ABOR');
    await client.reply(426);
    await client.reply(226);
    data.destroy();
    assert.equal((await client.download('RETR small')).toString(), 'small');
  });

  test('QUIT during a download lets it finish', async () => {
    await using client = await live.logIn();
    const data = await client.data();
    client.send('RETR large');
    await client.reply(150);
    client.send('QUIT');
    const bytes = await readAll(data);
    assert.ok(bytes.equals(readFileSync(join(live.home('anna'), 'large'))));
    await client.reply(226);
    await client.reply(221);
    await client.ended();
  });

  test('a flood of commands during a transfer is held back and then answered', async () => {
    await using client = await live.logIn();
    const data = await client.data();
    client.send('RETR large');
    await client.reply(150);
    const count = 100_000;
    client.socket.write('NOOP\r\n'.repeat(count));
    await readAll(data);
    await client.reply(226);
    for (let index = 0; index < count; index += 1) await client.reply(200);
  });

  test('a client that dies behind a flood of commands does not publish half a file', async () => {
    await using client = await live.logIn();
    const data = await client.data();
    client.send('STOR half');
    await client.reply(150);
    data.write('half');
    client.socket.end('NOOP\r\n'.repeat(20));
    await once(client.socket, 'finish');
    data.end();
    // The replies end with the connection: the one to STOR comes first, if anybody reads it.
    const { code } = await client.reply();
    assert.equal(code, 426);
    await using again = await live.logIn();
    assert.match(await again.say('MLST half', 250), /X\.partial=1/);
  });

  test('connections that come and break at once leave the server unharmed', async () => {
    for (let index = 0; index < 50; index += 1) {
      await using client = await Client.connect(live.server.ftp);
      client.socket.write('USER anna\r\nPASS');
      client.reset();
    }
    await using client = await live.connect();
    await client.say('NOOP', 200);
  });

  test('REIN lets another one in on the same connection', async () => {
    await live.addAccount('rein');
    await using client = await live.logIn();
    await client.say('CWD /', 250);
    await client.say('REST 5', 350);
    await client.say('EPSV ALL', 200);
    await client.say('REIN', 220);
    await client.say('USER rein', 331);
    await client.say('PASS correct horse', 230);
    assert.match(await client.say('STAT', 211), /Logged in as rein/);
    await client.passive('PASV');
  });

  test('who speaks another protocol is sent away', async () => {
    await using client = await live.connect();
    client.socket.write(`EHLO x\r\n${'X-Header: 1\r\n'.repeat(10)}\r\n`);
    for (let count = 0; count < 9; count += 1) await client.reply(500);
    await client.reply(421);
    await client.ended();
  });

  test('a browser that was led here is sent away at its first word, before its body is read', async () => {
    for (const word of ['GET', 'post', 'OPTIONS', 'CONNECT']) {
      await using client = await live.connect();
      client.socket.write(`${word} / HTTP/1.1\r\nHost: x\r\n\r\nUSER anna\r\n`);
      await client.reply(421);
      await client.ended();
    }
  });

  test('an account that is disabled is asked to leave, also in the middle of a transfer', async () => {
    await live.addAccount('leaver');
    await writeFile(join(live.home('anna'), 'x'), '');
    await using idle = await live.logIn('leaver');
    await using busy = await live.logIn('leaver');
    const data = await busy.data();
    busy.send('STOR file');
    await busy.reply(150);
    data.write('x');
    await live.server.accounts.set('leaver', { enabled: false });
    await idle.reply(421);
    await idle.ended();
    await busy.reply(426);
    await busy.reply(421);
    await busy.ended();
  });
});

suite('a server with little room and time', () => {
  test('one connection too many gets 421', async () => {
    await using live = await startLive({ flags: { limitsMaxConnections: '2' } });
    await using one = await live.connect();
    await using two = await live.connect();
    await using three = await Client.connect(live.server.ftp);
    await three.reply(421);
    await three.ended();
    await one.say('QUIT', 221);
    await one[Symbol.asyncDispose]();
    await two.say('NOOP', 200);
    for (;;) {
      await using four = await Client.connect(live.server.ftp);
      if ((await four.reply()).code === 220) break;
    }
  });

  test('who does not log in, or says nothing, gets 421', async () => {
    await using live = await startLive({ flags: { ftpLoginTimeout: '1s', ftpIdleTimeout: '1s' } });
    await using stranger = await live.connect();
    await using guest = await live.logIn();
    await stranger.reply(421);
    await stranger.ended();
    await guest.reply(421);
    await guest.ended();
  });
});

suite('stopping the server', () => {
  test('tells the idle 421, keeps what has come of an upload, and takes a few seconds at most', async () => {
    await using live = await startLive();
    await using idle = await live.logIn();
    await using busy = await live.logIn();
    const data = await busy.data();
    busy.send('STOR file');
    await busy.reply(150);
    data.write('01234');
    while (!(await busy.say('STAT', 211)).includes(': 5 bytes')) await new Promise(setImmediate);
    const began = performance.now();
    const stopped = live.server[Symbol.asyncDispose]();
    await idle.reply(421);
    await busy.reply(421);
    await busy.ended();
    await stopped;
    assert.ok(performance.now() - began < 10_000);
  });
});

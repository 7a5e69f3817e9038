import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { runClient, succeeded } from '../peers/support/process.ts';
import { skipWithout } from '../support/peers.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { Client, listenForData, readAll } from './client.ts';
import { freePorts } from '../support/free-ports.ts';
import { type Live, PASSWORD, startLive } from './live.ts';

/** Where the connections of these tests come from; others of 127.0.0.0/8 are no proxies. */
const PROXY = '127.0.0.1';
const CLIENT = '192.0.2.7';
const LINE = `PROXY TCP4 ${CLIENT} 198.51.100.9 49152 21\r\n`;

const FLAGS = {
  ftpProxies: PROXY,
  ftps: '127.0.0.1:0',
  ftpProxyHeaderTimeout: '400ms',
  ftpDataTimeout: '1s',
  bansTrusted: 'none',
};

suite('behind a proxy that speaks the PROXY protocol', () => {
  let live: Live;
  before(async () => {
    live = await startLive({ flags: FLAGS });
  });
  after(() => live[Symbol.asyncDispose]());

  /** A control connection that begins with this. */
  async function hand(header: string | Buffer): Promise<Client> {
    const client = await Client.connect(live.server.ftp);
    client.socket.write(header);
    await client.reply(220);
    return client;
  }

  test('the client is who the header says, in version 1 and 2, however it is cut', async () => {
    const two = Buffer.from('0d0a0d0a000d0a515549540a2111000f', 'hex');
    const told = Buffer.of(192, 0, 2, 7, 198, 51, 100, 9, 0xc0, 0, 0, 21, 0xee, 0, 0);
    for (const header of [LINE, Buffer.concat([two, told])]) {
      await using client = await Client.connect(live.server.ftp);
      const bytes = Buffer.from(header);
      for (const byte of bytes) client.socket.write(Buffer.of(byte));
      await client.reply(220);
      await logIn(client);
      assert.match(await client.say('STAT', 211), new RegExp(`from ${CLIENT}`));
    }
  });

  test('what follows the header in the same piece is the first command', async () => {
    await using client = await hand(`${LINE}NOOP\r\nSYST\r\n`);
    await client.reply(200);
    await client.reply(215);
  });

  test('LOCAL and UNKNOWN are the proxy itself, and are answered', async () => {
    const local = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex');
    for (const header of ['PROXY UNKNOWN\r\n', local]) {
      await using client = await hand(header);
      await logIn(client);
      assert.match(await client.say('STAT', 211), /from 127\.0\.0\.1/);
    }
  });

  test('who says nothing, something else, or too much is not talked to', async () => {
    const endless = Buffer.concat([
      Buffer.from('0d0a0d0a000d0a515549540a2111ffff', 'hex'),
      Buffer.alloc(100),
    ]);
    for (const begin of ['', 'PROXY TCP4', 'USER anna\r\n', 'PROXY TCP4 x x x x\r\n', endless]) {
      const socket = connect(live.server.ftp).on('error', () => {});
      await once(socket, 'connect');
      socket.write(begin);
      assert.equal((await readAll(socket).catch(() => '')).length, 0, String(begin));
    }
  });

  test('nobody else is believed', async () => {
    await using client = await Client.connect(live.server.ftp, '127.0.0.2');
    client.socket.write(LINE);
    await client.reply(220);
    await client.reply(500);
  });

  test('TLS begins behind the header, on the port where it is there at once, too', async () => {
    assert.ok(live.server.ftps);
    await using client = await Client.connect(live.server.ftps);
    client.socket.write(LINE);
    await client.encrypt();
    await client.reply(220);
    await logIn(client);
    const raw = await data(client, LINE);
    client.send('STOR secret');
    await client.reply(150);
    const secure = await client.encryptData(raw);
    secure.end('encrypted');
    await client.reply(226);
    const back = await data(client, LINE);
    client.send('RETR secret');
    await client.reply(150);
    const reading = await client.encryptData(back);
    assert.equal((await readAll(reading)).toString(), 'encrypted');
    await client.reply(226);
  });

  test('a data connection is the one of the client that its own header tells of', async () => {
    await using client = await hand(LINE);
    await logIn(client);
    const content = 'x'.repeat(300_000);
    const up = await data(client, `${LINE}${content.slice(0, 1000)}`);
    client.send('STOR through');
    await client.reply(150);
    up.end(content.slice(1000));
    await client.reply(226);
    const port = await client.passive();
    const thief = await client.data(port);
    thief.write(LINE.replace(CLIENT, '192.0.2.8'));
    const silent = await client.data(port);
    const direct = await client.data(port, '127.0.0.3');
    const down = await client.data(port);
    down.write(LINE);
    client.send('RETR through');
    await client.reply(150);
    assert.equal((await readAll(down)).toString(), content);
    await client.reply(226);
    for (const other of [thief, silent, direct]) {
      assert.equal((await readAll(other).catch(() => '')).length, 0);
    }
  });

  test('a client whom the proxy does not hand on for data may come by itself', async () => {
    await using client = await hand(LINE.replace(CLIENT, '127.0.0.4'));
    await logIn(client);
    const up = await client.data(await client.passive(), '127.0.0.4');
    client.send('STOR direct');
    await client.reply(150);
    up.end('direct');
    await client.reply(226);
    using listener = await listenForData('127.0.0.4');
    await client.say(`EPRT |1|127.0.0.4|${listener.port}|`, 200);
    client.send('RETR direct');
    await client.reply(150);
    const socket: Socket = await listener.connection;
    assert.equal((await readAll(socket)).toString(), 'direct');
    await client.reply(226);
    await client.say('EPRT |1|127.0.0.1|50000|', 504);
  });

  test('PASV tells the address that the client has connected to, EPSV its family', async () => {
    await using client = await hand(LINE);
    await logIn(client);
    assert.match(await client.say('PASV', 227), /\(198,51,100,9,/);
    await using six = await hand('PROXY TCP6 2001:db8::7 2001:db8::1 49152 21\r\n');
    await logIn(six);
    await six.say('PASV', 522);
    await six.say('EPSV 2', 229);
  });

  test('limits and bans are those of the client, not of the proxy', async () => {
    const flags = {
      ...FLAGS,
      limitsMaxConnectionsPerAddress: '2',
      bansThreshold: '5',
      loginFreeFailures: '100',
    };
    await using strict = await startLive({ flags });
    await using parts = new AsyncDisposableStack();
    const from = async (address: string) => {
      const client = parts.use(await Client.connect(strict.server.ftp));
      client.socket.write(LINE.replace(CLIENT, address));
      return client;
    };
    for (let turn = 0; turn < 2; turn += 1) await (await from('192.0.2.20')).reply(220);
    await (await from('192.0.2.20')).reply(421);
    const guesser = await from('192.0.2.30');
    await guesser.reply(220);
    // Five points, which is the threshold.
    guesser.send('GET / HTTP/1.1');
    await guesser.reply(421);
    let reply = 220;
    for (let turn = 0; reply !== 421; turn += 1) {
      assert.ok(turn < 100, 'the ban acts');
      reply = (await (await from('192.0.2.30')).reply()).code;
    }
    await (await from('192.0.2.31')).reply(220);
  });

  test('curl uploads and downloads', { skip: skipWithout('curl') }, async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'curl');
    await writeFile(file, 'by curl');
    const { port } = live.server.ftp;
    const url = `ftp://127.0.0.1:${port}/by-curl`;
    const common = ['-q', '-sS', '--haproxy-protocol', '-u', `anna:${PASSWORD}`];
    succeeded(await runClient('curl', [...common, '-T', file, url]));
    assert.equal(succeeded(await runClient('curl', [...common, url])), 'by curl');
    const secure = [...common, '-k', '--ssl-reqd'];
    assert.equal(succeeded(await runClient('curl', [...secure, url])), 'by curl');
  });
});

/** Where HAProxy listens, so that it can have the same ports as the server. */
const FRONT = '127.0.0.40';

/** Its control port, and passive ports, behind it. */
const PORTS = 5;

test(
  'HAProxy hands on control and data connections, and each client keeps its address',
  {
    skip: skipWithout('haproxy', 'curl'),
  },
  async () => {
    await using folder = await temporaryFolder();
    const first = await freePorts(PORTS, '0.0.0.0');
    const last = first + PORTS - 1;
    await using live = await startLive({
      flags: {
        ftp: `127.0.0.1:${first}`,
        ftpProxies: PROXY,
        passivePorts: `${first + 1}-${last}`,
        ftpPassiveLocal: 'none',
      },
    });
    const config = join(folder.path, 'haproxy.cfg');
    await writeFile(
      config,
      `defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen ftp
  bind ${FRONT}:${first}-${last}
  source ${PROXY}
  server carryon 127.0.0.1 send-proxy-v2
`,
    );
    const haproxy = spawn('haproxy', ['-f', config, '-db'], { stdio: 'ignore' });
    const ended = once(haproxy, 'close');
    try {
      const from = '127.0.0.41';
      const url = `ftp://${FRONT}:${first}/through`;
      const common = ['-q', '-sS', '--retry', '50', '--retry-connrefused', '--retry-delay', '0'];
      const curl = async (...flags: string[]): Promise<string> => {
        const login = ['--interface', from, '-u', `anna:${PASSWORD}`];
        return succeeded(await runClient('curl', [...common, ...login, ...flags, url]));
      };
      const file = join(folder.path, 'file');
      await writeFile(file, 'by way of HAProxy');
      await curl('-T', file);
      for (const how of ['--disable-epsv', '--disable-eprt']) {
        assert.equal(await curl(how), 'by way of HAProxy');
      }
      assert.equal(await curl('-k', '--ssl-reqd'), 'by way of HAProxy');
      assert.match(
        await readFile(join(live.home('..'), 'log/transfers.ndjson'), 'utf8'),
        new RegExp(from),
      );
    } finally {
      haproxy.kill();
      await ended;
    }
  },
);

async function logIn(client: Client): Promise<void> {
  await client.say('USER anna', 331);
  await client.say(`PASS ${PASSWORD}`, 230);
  await client.say('TYPE I', 200);
}

/** A data connection that begins with this. */
async function data(client: Client, header: string): Promise<Socket> {
  const socket = await client.data();
  socket.write(header);
  return socket;
}

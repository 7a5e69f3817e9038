import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { suite, test } from 'node:test';
import { freePorts } from '../support/free-ports.ts';
import { startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { Client, readAll } from './client.ts';
import { PASSWORD, startLive } from './live.ts';

/** Whether this machine has IPv6. */
const hasIpv6 = await freePorts(1, '::1').then(
  () => true,
  () => false,
);
const needsIpv6 = { skip: hasIpv6 ? false : 'there is no IPv6 here' };

/** Logs in and lists. */
async function visit(client: Client, how: 'EPSV' | 'PASV', host: string): Promise<void> {
  await client.reply(220);
  await client.say('USER anna', 331);
  await client.say(`PASS ${PASSWORD}`, 230);
  const data = await client.data(await client.passive(how), client.socket.localAddress, host);
  client.send('LIST');
  await client.reply(150);
  await readAll(data);
  await client.reply(226);
}

suite('where the server listens', () => {
  test('each of several addresses lets clients in, in the clear and with TLS from the start', async () => {
    const both = '127.0.0.1:0, 127.0.0.2:0';
    await using live = await startLive({ flags: { ftp: both, ftps: both } });
    const { ftp, ftps } = live.server.addresses;
    assert.deepEqual(
      [...ftp, ...ftps].map(({ host }) => host),
      ['127.0.0.1', '127.0.0.2', '127.0.0.1', '127.0.0.2'],
    );
    for (const address of ftp) {
      await using client = await Client.connect(address);
      await visit(client, 'PASV', address.host);
    }
    for (const address of ftps) {
      await using client = await Client.connectTls(address);
      await client.reply(220);
    }
  });

  test('[::] is IPv6 and IPv4 on one port, each with its own addresses', needsIpv6, async () => {
    await using live = await startLive({ flags: { ftp: '[::]:0' } });
    const { port } = live.server.ftp;
    await using four = await Client.connect({ host: '127.0.0.1', port });
    await visit(four, 'PASV', '127.0.0.1');
    assert.match(await four.say('STAT', 211), /from 127\.0\.0\.1/);
    assert.match(await four.say('PASV', 227), /\(127,0,0,1,/);
    await four.say('EPSV 1', 229);
    await four.say('EPSV 2', 522);
    await using six = await Client.connect({ host: '::1', port });
    await visit(six, 'EPSV', '::1');
    await six.say('PASV', 522);
  });

  test('0.0.0.0 and [::] may share a port', needsIpv6, async () => {
    const port = await freePorts(1, '::');
    await using live = await startLive({ flags: { ftp: `0.0.0.0:${port}, [::]:${port}` } });
    assert.equal(live.server.addresses.ftp.length, 2);
    for (const host of ['127.0.0.1', '::1']) {
      await using client = await Client.connect({ host, port });
      await client.reply(220);
    }
  });

  test('where one place is taken the server does not start, and holds none', async () => {
    const port = await freePorts(1, '127.0.0.1');
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    assert.ok(typeof address === 'object' && address !== null);
    const ftp = `127.0.0.1:${port}, 127.0.0.1:${address.port}`;
    await assert.rejects(startLive({ flags: { ftp } }), { code: 'EADDRINUSE' });
    taken.close();
    await using _now = await startLive({ flags: { ftp: `127.0.0.1:${port}` } });
  });

  test('every place is shown at the start, the first one first', async () => {
    await using data = await temporaryFolder();
    await using server = await startServer({
      data: data.path,
      ftp: '127.0.0.1:0,127.0.0.2:0',
      args: ['--ftps', '127.0.0.3:0'],
    });
    const urls = [...server.stdout.matchAll(/ftps?:\/\/127\.0\.0\.\d:\d+\/$/gm)].map(String);
    assert.deepEqual(
      urls.map((url) => url.replace(/:\d+\//, '')),
      ['ftp://127.0.0.1', 'ftp://127.0.0.2', 'ftps://127.0.0.3'],
      server.stdout,
    );
    assert.ok(urls[0]?.includes(`:${server.port}/`));
  });
});

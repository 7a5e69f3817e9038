import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { suite, test } from 'node:test';
import { freePorts } from '../support/free-ports.ts';
import { Client, readAll } from './client.ts';
import { type Live, PASSWORD, startLive } from './live.ts';

/** Somebody who is logged in, from this address. */
async function visitor(live: Live, from: string): Promise<Client> {
  const client = await Client.connect(live.server.ftp, from);
  await client.reply(220);
  await client.say('USER anna', 331);
  await client.say(`PASS ${PASSWORD}`, 230);
  await client.say('TYPE I', 200);
  return client;
}

/** Fetches a file through this port, from this address. */
async function fetch(client: Client, name: string, port: number, from: string): Promise<string> {
  const data = await client.data(port, from);
  client.send(`RETR ${name}`);
  await client.reply(150);
  const bytes = await readAll(data);
  await client.reply(226);
  return bytes.toString();
}

suite('few passive ports', () => {
  test('clients with different addresses share one, and each gets its own connection', async () => {
    const first = await freePorts(1);
    await using live = await startLive({ flags: { passivePorts: String(first) } });
    await using parts = new AsyncDisposableStack();
    const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
    const clients = await Promise.all(addresses.map((from) => visitor(live, from)));
    for (const client of clients) parts.use(client);
    for (const [index, client] of clients.entries()) {
      const port = await client.passive('PASV');
      const data = await client.data(port, addresses[index]);
      client.send(`STOR of-${index}`);
      await client.reply(150);
      data.end(`of ${addresses[index]}`);
      await client.reply(226);
    }
    const ports = await Promise.all(clients.map((client) => client.passive()));
    assert.deepEqual(ports, [first, first, first]);
    // The last one first: who waited longest has no claim on what comes.
    for (const index of [2, 0, 1]) {
      const client = clients[index];
      assert.ok(client);
      const came = await fetch(client, `of-${index}`, first, addresses[index] ?? '');
      assert.equal(came, `of ${addresses[index]}`);
    }
  });

  test('who shares a port with others is still the only one who can come to it', async () => {
    const first = await freePorts(1);
    await using live = await startLive({ flags: { passivePorts: String(first) } });
    await using one = await visitor(live, '127.0.0.1');
    await using other = await visitor(live, '127.0.0.2');
    await one.passive();
    await other.passive();
    const thief = await one.data(first, '127.0.0.3');
    assert.equal((await readAll(thief).catch(() => '')).length, 0);
    const mine = await one.data(first, '127.0.0.1');
    const again = await one.data(first, '127.0.0.1');
    assert.equal((await readAll(again).catch(() => '')).length, 0);
    one.send('STOR one');
    await one.reply(150);
    mine.end('one');
    await one.reply(226);
    assert.equal(await fetch(other, 'one', first, '127.0.0.2'), 'one');
  });

  test('port exhaustion: who takes all ports takes them from nobody else, is told so, and gets them back', async () => {
    const first = await freePorts(3);
    await using live = await startLive({ flags: { passivePorts: `${first}-${first + 2}` } });
    await using parts = new AsyncDisposableStack();
    const greedy: Client[] = [];
    for (let index = 0; index < 4; index += 1) {
      greedy.push(parts.use(await visitor(live, '127.0.0.1')));
    }
    const [last] = greedy.splice(-1);
    assert.ok(last);
    const taken = await Promise.all(greedy.map((client) => client.passive()));
    assert.equal(new Set(taken).size, 3, 'as long as there are enough each has its own');
    for (const line of ['EPSV', 'PASV', 'EPSV']) {
      assert.match(await last.say(line, 425), /No port is free/);
      await last.say('LIST', 425);
    }
    const others = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];
    for (const from of others) {
      const client = parts.use(await visitor(live, from));
      const port = await client.passive();
      assert.ok(port >= first && port <= first + 2);
    }
    // Each way in which one is given back.
    for (const ending of ['ABOR', 'QUIT', 'RST']) {
      const client = greedy.pop();
      assert.ok(client);
      if (ending === 'RST') client.reset();
      else await client.say(ending);
      let code = 425;
      for (let turn = 0; code !== 229; turn += 1) {
        assert.ok(turn < 500, `after ${ending} there is a port again`);
        last.send('EPSV');
        code = (await last.reply()).code;
      }
      await last.say('ABOR', 226);
      greedy.unshift(parts.use(await visitor(live, '127.0.0.1')));
      await greedy[0]?.passive();
    }
  });

  test('a port that another program has is left out', async () => {
    const first = await freePorts(2);
    const taken = createServer().listen(first, '127.0.0.1');
    await once(taken, 'listening');
    try {
      await using live = await startLive({ flags: { passivePorts: `${first}-${first + 1}` } });
      await using client = await visitor(live, '127.0.0.1');
      for (let turn = 0; turn < 5; turn += 1) assert.equal(await client.passive(), first + 1);
    } finally {
      taken.close();
    }
  });

  test('a port to which nobody comes is given back in time', async () => {
    const first = await freePorts(1);
    const flags = { passivePorts: String(first), ftpPassiveTimeout: '100ms' };
    await using live = await startLive({ flags });
    await using one = await visitor(live, '127.0.0.1');
    await using other = await visitor(live, '127.0.0.1');
    await one.passive();
    let code = 425;
    while (code !== 229) {
      other.send('EPSV');
      code = (await other.reply()).code;
    }
  });
});

/** Stores something through the port that the server tells. @returns that port */
async function storeOnce(client: Client, name: string): Promise<number> {
  const port = await client.passive();
  const data = await client.data(port);
  client.send(`STOR ${name}`);
  await client.reply(150);
  data.end(name);
  await client.reply(226);
  return port;
}

suite('a passive port that has brought a connection', () => {
  const KEPT = { ftpPassiveKeep: '60s' };

  test('brings the next one of the same session, and of no other', async () => {
    await using live = await startLive({ flags: KEPT });
    await using client = await visitor(live, '127.0.0.1');
    await using other = await visitor(live, '127.0.0.1');
    const port = await storeOnce(client, 'one');
    assert.equal(await storeOnce(client, 'two'), port);
    assert.notEqual(await storeOnce(other, 'three'), port);
    assert.equal(await fetch(client, 'two', await client.passive(), '127.0.0.1'), 'two');
  });

  test('is told no more when somebody came whom nobody waited for', async () => {
    await using live = await startLive({ flags: KEPT });
    await using client = await visitor(live, '127.0.0.1');
    const port = await storeOnce(client, 'one');
    const stranger = await client.data(port);
    assert.equal((await readAll(stranger).catch(() => '')).length, 0);
    assert.notEqual(await storeOnce(client, 'two'), port);
  });

  test('is told no more when somebody did not come who may still do so', async () => {
    await using live = await startLive({ flags: KEPT });
    await using client = await visitor(live, '127.0.0.1');
    const port = await storeOnce(client, 'one');
    assert.equal(await client.passive(), port);
    assert.notEqual(await client.passive(), port);
  });

  test('is replaced after a hundred connections', async () => {
    await using live = await startLive({ flags: KEPT });
    await using client = await visitor(live, '127.0.0.1');
    const first = await storeOnce(client, 'again');
    for (let count = 1; count < 100; count += 1) {
      assert.equal(await storeOnce(client, 'again'), first);
    }
    assert.notEqual(await storeOnce(client, 'again'), first);
  });

  test('is closed after its time', async () => {
    await using live = await startLive({ flags: { ftpPassiveKeep: '100ms' } });
    await using client = await visitor(live, '127.0.0.1');
    const port = await storeOnce(client, 'one');
    for (;;) {
      const late = connect(port, '127.0.0.1').on('error', () => {});
      const isOpen = await once(late, 'connect').then(
        () => true,
        () => false,
      );
      late.destroy();
      if (!isOpen) break;
    }
  });

  test('is closed at once where operators want a port for each', async () => {
    await using live = await startLive({ flags: { ftpPassiveKeep: '0s' } });
    await using client = await visitor(live, '127.0.0.1');
    const port = await storeOnce(client, 'one');
    assert.notEqual(await storeOnce(client, 'two'), port);
  });
});

suite('the address that PASV tells', () => {
  test('is the configured one for those outside, the inner one inside, and EPSV needs none', async () => {
    const flags = {
      passiveAddress: '203.0.113.7',
      ftpPassiveLocal: '127.0.0.1',
      ftpPassiveAddressByNetwork: '127.0.0.3=192.0.2.3',
    };
    await using live = await startLive({ flags });
    for (const [from, told] of [
      ['127.0.0.1', '127,0,0,1'],
      ['127.0.0.2', '203,0,113,7'],
      ['127.0.0.3', '192,0,2,3'],
    ] as const) {
      await using client = await visitor(live, from);
      assert.match(await client.say('PASV', 227), new RegExp(`\\(${told},`));
      assert.match(await client.say('EPSV', 229), /\(\|\|\|\d+\|\)/);
    }
  });

  test('is that of a name, if a name is said', async () => {
    const flags = { passiveAddress: 'localhost', ftpPassiveLocal: 'none' };
    await using live = await startLive({ flags });
    await using client = await visitor(live, '127.0.0.2');
    assert.match(await client.say('PASV', 227), /\(127,0,0,1,/);
  });
});

import assert from 'node:assert/strict';
import { constants } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import { readAll } from './client.ts';
import { PASSWORD, startLive, type Live } from './live.ts';

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const CONTENT = Buffer.from(Uint8Array.from({ length: 300_000 }, (_value, at) => (at * 31) >> 3));

function only(version: (typeof VERSIONS)[number]): ConnectionOptions {
  return { minVersion: version, maxVersion: version };
}

/** The ways in which a session is carried over. */
const RESUMPTIONS: Readonly<Record<string, ConnectionOptions>> = {
  'TLSv1.2, by ticket': only('TLSv1.2'),
  // As clients do that switch tickets off, curl 7 among them.
  'TLSv1.2, by number': { ...only('TLSv1.2'), secureOptions: constants.SSL_OP_NO_TICKET },
  'TLSv1.3': only('TLSv1.3'),
};

suite('encrypted connections', () => {
  let live: Live;
  before(async () => {
    live = await startLive({ flags: { ftps: '127.0.0.1:0', tlsHandshakeTimeout: '5s' } });
    await mkdir(live.home('anna'), { recursive: true });
    await writeFile(join(live.home('anna'), 'file'), CONTENT);
  });
  after(() => live[Symbol.asyncDispose]());

  for (const version of VERSIONS) {
    for (const implicit of [false, true]) {
      const how = `${version}, ${implicit ? 'implicit' : 'explicit'}`;

      test(`carry files and listings both ways, and every data connection resumes (${how})`, async () => {
        await using client = await live.logInTls({ implicit, tls: only(version) });
        const name = `${version}-${implicit}`;
        let raw = await client.data();
        client.send(`STOR ${name}`);
        await client.reply(150);
        let data = await client.encryptData(raw, only(version));
        assert.ok(data.isSessionReused());
        data.end(CONTENT);
        await client.reply(226);
        await client.say(`SIZE ${name}`, 213);

        for (const [command, expected] of [
          [`RETR ${name}`, CONTENT],
          [`NLST ${name}`, Buffer.from(`${name}\r\n`)],
        ] as const) {
          raw = await client.data();
          client.send(command);
          await client.reply(150);
          data = await client.encryptData(raw, only(version));
          assert.ok(data.isSessionReused());
          assert.ok(expected.equals(await readAll(data)));
          await client.reply(226);
        }
        // On the side of the server every one of them was closed in order.
        await client.say('QUIT', 221);
        await client.ended();
      });
    }
  }

  test('150 comes before the handshake, which then is the next thing on the data connection', async () => {
    await using client = await live.logInTls();
    const raw = await client.data();
    raw.pause();
    client.send('RETR file');
    await client.reply(150);
    assert.equal(raw.bytesRead, 0);
    const data = await client.encryptData(raw);
    assert.ok(CONTENT.equals(await readAll(data)));
    await client.reply(226);
  });

  test('a data connection that the server opens is encrypted with the roles unchanged', async () => {
    await using client = await live.logInTls();
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const address = listener.address();
    assert.ok(address !== null && typeof address === 'object');
    await client.say(`EPRT |1|127.0.0.1|${address.port}|`, 200);
    client.send('RETR file');
    const [raw] = await once(listener, 'connection');
    await client.reply(150);
    const data = await client.encryptData(raw);
    assert.ok(CONTENT.equals(await readAll(data)));
    await client.reply(226);
    listener.close();
  });

  test('what follows AUTH in the same piece is not believed, and ends the connection', async () => {
    for (const more of ['USER anna\r\n', 'U', '\u0016\u0003\u0001']) {
      await using client = await live.connect();
      client.socket.write(`AUTH TLS\r\n${more}`);
      await client.reply(421);
      await client.ended();
    }
    // Nor what came while something else was answered.
    await using client = await live.connect();
    client.socket.write(`USER anna\r\nPASS ${PASSWORD}\r\nAUTH TLS\r\nDELE file\r\n`);
    await client.reply(331);
    await client.reply(230);
    await client.reply(421);
    await client.ended();
  });

  test('what is said in the clear after 234 is no handshake, and ends the connection', async () => {
    await using client = await live.connect();
    await client.say('AUTH TLS', 234);
    client.send('USER anna');
    await client.ended();
  });

  test('AUTH makes void whatever was said in the clear, a login above all', async () => {
    await using client = await live.logIn();
    await client.say('RNFR file', 350);
    await client.say('REST 7', 350);
    await client.say('AUTH TLS', 234);
    await client.encrypt();
    await client.say('PWD', 530);
    await client.say(`PASS ${PASSWORD}`, 503);
    await client.say('PROT P', 503);
    await client.say('AUTH TLS', 503);
  });

  test('nobody who came to speak another protocol gets as far as FTP', async () => {
    for (const [protocols, fits] of [
      [['ftp'], true],
      [['http/1.1', 'ftp'], true],
      [['http/1.1'], false],
      [['h2', 'http/1.1'], false],
    ] as const) {
      await using client = await live.connect();
      await client.say('AUTH TLS', 234);
      const encrypted = client.encrypt({ ALPNProtocols: [...protocols] });
      if (fits) {
        await encrypted;
        await client.say('SYST', 215);
      } else await assert.rejects(encrypted);
    }
  });

  test('SSL and TLS 1.1 are no protection any more', async () => {
    await using client = await live.connect();
    await client.say('AUTH SSL', 234);
    await assert.rejects(
      client.encrypt({
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      }),
    );
  });

  test('PROT C sends data in the clear, and PROT P protects it again', async () => {
    await using client = await live.logInTls();
    await client.say('PROT C', 200);
    assert.ok(CONTENT.equals(await client.download('RETR file')));
    await client.say('PROT P', 200);
    const raw = await client.data();
    client.send('RETR file');
    await client.reply(150);
    assert.ok(CONTENT.equals(await readAll(await client.encryptData(raw))));
    await client.reply(226);
  });

  test('who speaks no TLS where it is due is told 522, and nothing was touched', async () => {
    await using client = await live.logInTls();
    const raw = await client.data();
    client.send('STOR file');
    await client.reply(150);
    raw.write('what is this');
    await client.reply(522);
    await client.say('SIZE file', 213);
    assert.equal((await client.say('SIZE file', 213)).trim(), String(CONTENT.length));
  });

  test('a control connection that resumes its own session later is a new one all the same', async () => {
    await using first = await live.logInTls();
    const { session } = first;
    assert.ok(session);
    await using second = await live.connect();
    await second.say('AUTH TLS', 234);
    await second.encrypt({ session });
    await second.say('PWD', 530);
  });
});

suite('TLS where it is required', () => {
  let live: Live;
  before(async () => {
    live = await startLive({
      flags: { tlsPolicy: 'required', tlsSessionReuse: 'required' },
    });
    await mkdir(live.home('anna'), { recursive: true });
    await writeFile(join(live.home('anna'), 'file'), CONTENT);
  });
  after(() => live[Symbol.asyncDispose]());

  test('nobody logs in in the clear, and no data is in the clear', async () => {
    await using clear = await live.connect();
    await clear.say('USER anna', 530);
    await clear.say(`PASS ${PASSWORD}`, 503);
    await using client = await live.logInTls();
    await client.say('PROT C', 534);
    await client.say('CCC', 534);
  });

  test('nor after a login without PROT P', async () => {
    await using client = await live.connect();
    await client.say('AUTH TLS', 234);
    await client.encrypt();
    await client.say('USER anna', 331);
    await client.say(`PASS ${PASSWORD}`, 230);
    await client.passive();
    await client.say('RETR file', 521);
    await client.say('PBSZ 0', 200);
    await client.say('PROT P', 200);
  });

  for (const [how, tls] of Object.entries(RESUMPTIONS)) {
    test(`a data connection without the session of its control connection is refused (${how})`, async () => {
      await using victim = await live.logInTls({ tls: tls });
      await using thief = await live.logInTls({ tls: tls });
      for (const session of [undefined, thief.session]) {
        const raw = await victim.data();
        victim.send('RETR file');
        await victim.reply(150);
        const data = await victim.encryptData(raw, { ...tls, session }).catch(() => undefined);
        assert.notEqual(data?.isSessionReused(), true);
        const came = data && (await readAll(data).catch(() => Buffer.alloc(0)));
        assert.equal(came?.length ?? 0, 0);
        await victim.reply(522);
      }
      const raw = await victim.data();
      victim.send('RETR file');
      await victim.reply(150);
      assert.ok(CONTENT.equals(await readAll(await victim.encryptData(raw, tls))));
      await victim.reply(226);
    });
  }
});

test('where TLS is off nothing is said about it', async () => {
  await using live = await startLive({ flags: { tlsPolicy: 'off' } });
  await using client = await live.connect();
  assert.doesNotMatch(await client.say('FEAT', 211), /AUTH|PROT|PBSZ|CCC/);
  await client.say('AUTH TLS', 502);
  await client.say('PROT P', 503);
  assert.equal(live.server.certificate, undefined);
});

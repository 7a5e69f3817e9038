import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { loadSettings } from '../../src/config/load.ts';
import { ensureOwnCertificate } from '../../src/protocols/ftp/tls/own-certificate.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary.ts';
import type { Client } from './client.ts';
import { PASSWORD, startLive, type Live } from './live.ts';

const ONE = 'one.example';
const TWO = 'two.example';
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

suite('virtual hosts', () => {
  let live: Live;
  let folder: TemporaryFolder;

  before(async () => {
    folder = await temporaryFolder();
    await certify(ONE);
    await writeFile(join(folder.path, `${ONE}.txt`), 'Welcome to one\r\nEverybody reads this\n');
    const flags = { ftps: '127.0.0.1:0', hostsNames: `${ONE}, ${TWO}`, hostsFolder: folder.path };
    live = await startLive({ flags });
    for (const name of [`ann@${ONE}`, `ann@${TWO}`]) await live.addAccount(name);
  });
  after(async () => {
    await live[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  function certify(host: string): Promise<void> {
    return ensureOwnCertificate(join(folder.path, `${host}.pem`), [host], Date.now());
  }

  for (const version of VERSIONS) {
    for (const implicit of [false, true]) {
      test(`who asks for a host in TLS sees its certificate and is there (${version}, ${implicit ? 'implicit' : 'explicit'})`, async () => {
        const tls = { servername: ONE, minVersion: version, maxVersion: version };
        await using client = await live.logInTls({ account: 'ann', implicit, tls });
        assert.equal(certificateOf(client), `DNS:${ONE}`);
        assert.match(await client.say('STAT', 211), new RegExp(`Logged in as ann@${ONE}`));
        const raw = await client.data();
        client.send(`STOR ${version}`);
        await client.reply(150);
        const data = await client.encryptData(raw, tls);
        assert.ok(data.isSessionReused());
        data.end('hello');
        await client.reply(226);
      });
    }
  }

  test('the session of one host is not resumed with another name', async () => {
    const tls = { servername: ONE, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    await using client = await live.logInTls({ account: 'ann', tls });
    await using other = await live.logInTls({ account: 'ann', tls: { ...tls, servername: TWO } });
    assert.match(await other.say('STAT', 211), new RegExp(`Logged in as ann@${TWO}`));
    assert.notEqual(certificateOf(other), certificateOf(client));
  });

  test('HOST before AUTH chooses the certificate, and holds', async () => {
    await using client = await live.connect();
    await client.say(`HOST ${ONE}`, 220);
    await encrypt(client, {});
    assert.equal(certificateOf(client), `DNS:${ONE}`);
    await logIn(client, 'ann');
    assert.match(await client.say('STAT', 211), new RegExp(`Logged in as ann@${ONE}`));
  });

  test('HOST and the name in TLS have to agree, whichever comes first', async () => {
    await using late = await live.connect();
    await encrypt(late, { servername: TWO });
    await late.say(`HOST ${ONE}`, 504);
    await late.say(`HOST ${TWO}`, 220);
    await using early = await live.connect();
    await early.say(`HOST ${ONE}`, 220);
    await encrypt(early, { servername: TWO });
    await early.say('USER ann', 530);
    await early.say(`HOST ${TWO}`, 220);
    await logIn(early, 'ann');
  });

  test('a name in TLS that is no host here is the server itself', async () => {
    await using client = await live.logInTls({ tls: { servername: 'other.example' } });
    assert.match(await client.say('STAT', 211), /Logged in as anna from/);
  });

  test('the greeting of a host is what its file says, else its name', async () => {
    await using client = await live.connect();
    client.send(`HOST ${ONE}`);
    assert.deepEqual((await client.reply(220)).lines, ['Welcome to one', 'Everybody reads this']);
    assert.equal(await client.say(`HOST ${TWO}`, 220), `This is ${TWO}`);
  });

  test('certificates and greetings are read again, and what is missing changes nothing', async () => {
    await certify(TWO);
    await writeFile(join(folder.path, `${TWO}.txt`), 'Two is here\n');
    await rm(join(folder.path, `${ONE}.pem`));
    const settings = loadSettings({
      env: {},
      flags: { hostsNames: ONE, hostsFolder: folder.path },
    });
    await live.server.reload(settings);
    await using client = await live.logInTls({ account: 'ann', tls: { servername: TWO } });
    assert.equal(certificateOf(client), `DNS:${TWO}`);
    await using one = await live.logInTls({ account: 'ann', tls: { servername: ONE } });
    assert.equal(certificateOf(one), `DNS:${ONE}`);
    await using plain = await live.connect();
    assert.equal(await plain.say(`HOST ${TWO}`, 220), 'Two is here');
  });
});

test('a server that is one host refuses HOST and does not offer it', async () => {
  await using live = await startLive();
  await using client = await live.connect();
  await client.say(`HOST ${ONE}`, 502);
  assert.doesNotMatch(await client.say('FEAT', 211), /HOST/);
});

async function encrypt(client: Client, tls: ConnectionOptions): Promise<void> {
  await client.say('AUTH TLS', 234);
  await client.encrypt(tls);
}

async function logIn(client: Client, name: string): Promise<void> {
  await client.say(`USER ${name}`, 331);
  await client.say(`PASS ${PASSWORD}`, 230);
}

/** The first name in the certificate that the client was shown. */
function certificateOf(client: Client): string | undefined {
  return (client.socket as TLSSocket).getPeerX509Certificate()?.subjectAltName?.split(',')[0];
}

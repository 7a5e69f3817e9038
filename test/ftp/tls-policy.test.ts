import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { runClient, succeeded } from '../peers/support/process.ts';
import { selfSigned } from '../support/certificate.ts';
import { skipWithout } from '../support/peers.ts';
import { temporaryFolder } from '../support/temporary.ts';
import type { Client } from './client.ts';
import { type Live, PASSWORD, startLive } from './live.ts';

/** A connection in TLS on which nobody has logged in. */
async function encrypted(live: Live): Promise<Client> {
  const client = await live.connect();
  await client.say('AUTH TLS', 234);
  await client.encrypt();
  await client.say('PBSZ 0', 200);
  return client;
}

async function addAll(live: Live): Promise<void> {
  for (const tls of ['off', 'allowed', 'required'] as const) await live.addAccount(tls, { tls });
}

suite('TLS by account', () => {
  let lax: Live;
  let strict: Live;
  before(async () => {
    lax = await startLive();
    strict = await startLive({ flags: { tlsPolicy: 'required' } });
    await addAll(lax);
    await addAll(strict);
  });
  after(async () => {
    await lax[Symbol.asyncDispose]();
    await strict[Symbol.asyncDispose]();
  });

  test('an account that requires it says no password in the clear, and moves no data so', async () => {
    await using clear = await lax.connect();
    await clear.say('USER required', 530);
    await clear.say(`PASS ${PASSWORD}`, 503);
    await using client = await encrypted(lax);
    await client.say('USER required', 331);
    await client.say(`PASS ${PASSWORD}`, 230);
    await client.passive();
    await client.say('LIST', 521);
    await client.say('PROT P', 200);
    await client.say('PROT C', 534);
    await client.passive();
    const data = await client.data();
    client.send('LIST');
    await client.reply(150);
    (await client.encryptData(data)).resume();
    await client.reply(226);
  });

  test('an account that need not may come in in the clear where all others must not', async () => {
    for (const account of ['allowed', 'off']) {
      await using client = await strict.connect();
      await client.say('USER anna', 530);
      await client.say(`USER ${account}`, 331);
      await client.say(`PASS ${PASSWORD}`, 230);
      await client.download('LIST');
    }
    await using client = await encrypted(strict);
    await client.say('USER anna', 331);
    await client.say(`PASS ${PASSWORD}`, 230);
    await client.passive();
    await client.say('LIST', 521);
  });

  test('an account with off does not come in encrypted, and its password is not told of', async () => {
    await using client = await encrypted(lax);
    await client.say('USER off', 331);
    await client.say('PASS wrong', 530);
    await client.say('USER off', 331);
    assert.match(await client.say(`PASS ${PASSWORD}`, 530), /in the clear only/);
    await client.say('PWD', 530);
  });

  test('a change acts on sessions that are open', async () => {
    await using client = await lax.logIn('allowed');
    await client.download('LIST');
    await lax.server.accounts.set('allowed', { tls: 'required' });
    let code = 226;
    for (let turn = 0; code === 226; turn += 1) {
      assert.ok(turn < 1000, 'the change acts');
      const data = await client.data();
      client.send('LIST');
      code = (await client.reply()).code;
      data.resume();
      if (code === 150) code = (await client.reply()).code;
      data.destroy();
    }
    assert.equal(code, 521);
    await lax.server.accounts.set('allowed', { tls: 'allowed' });
  });

  test('where the server has no TLS an account that requires it stays out', async () => {
    await using live = await startLive({ flags: { tlsPolicy: 'off' } });
    await addAll(live);
    await using client = await live.connect();
    await client.say('USER required', 530);
    await client.say('USER allowed', 331);
    await client.say(`PASS ${PASSWORD}`, 230);
  });
});

suite('certificates of clients', { skip: skipWithout('openssl') }, () => {
  test('required or allowed: a good one comes in, another never, and none where it may', async () => {
    await using folder = await temporaryFolder();
    const good = selfSigned(folder.path, 'good');
    const bad = selfSigned(folder.path, 'bad');
    for (const policy of ['required', 'allowed']) {
      const flags = { tlsClientCa: good.certificateFile, tlsClientCertificates: policy };
      await using live = await startLive({ flags });
      const attempt = async (own?: typeof good): Promise<string> => {
        await using client = await live.connect();
        await client.say('AUTH TLS', 234);
        try {
          await client.encrypt(own && { cert: own.pem, key: await readFile(own.keyFile) });
          await client.say('USER anna', 331);
          return await client.say(`PASS ${PASSWORD}`, 230);
        } catch {
          return 'refused';
        }
      };
      assert.equal(await attempt(good), 'Welcome', policy);
      assert.equal(await attempt(bad), 'refused', policy);
      assert.equal(await attempt(), policy === 'allowed' ? 'Welcome' : 'refused', policy);
      await using thief = await live.connect();
      await thief.say('AUTH TLS', 234);
      await thief.encrypt({ cert: good.pem, key: await readFile(good.keyFile) });
      await thief.say('USER anna', 331);
      await thief.say('PASS wrong', 530);
    }
  });
});

test(
  'CCC by option: Python logs in encrypted, goes on in the clear, and its data stays encrypted',
  {
    skip: skipWithout('python3'),
  },
  async () => {
    await using live = await startLive({ flags: { tlsAllowCcc: 'true' } });
    await mkdir(live.home('anna'), { recursive: true });
    await writeFile(join(live.home('anna'), 'file'), 'content');
    const script = `
import ftplib, sys
ftp = ftplib.FTP_TLS(timeout=60)
ftp.connect('127.0.0.1', int(sys.argv[1]))
ftp.login('anna', '${PASSWORD}')
ftp.prot_p()
ftp.ccc()
assert ftp.pwd() == '/'
got = []
ftp.retrbinary('RETR file', got.append)
print(b''.join(got).decode())
ftp.quit()
`;
    const { port } = live.server.ftp;
    const result = await runClient('python3', ['-c', script, String(port)]);
    assert.equal(succeeded(result).trim(), 'content');
  },
);

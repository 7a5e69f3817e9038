import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer as createPlainServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createServer, type SecureVersion, type TLSSocket } from 'node:tls';
import { type SelfSigned, selfSigned } from '../../../../test/support/certificate.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../../test/support/temporary.ts';
import { troubled } from '../../transfer-failure.ts';
import { Encryption } from './encryption.ts';
import { settle, type Trust } from './options.ts';

const NEVER = new AbortController().signal;

/** A TLS server that says hello, and remembers whether a session was resumed. */
async function startTls({ keyFile, certificateFile }: SelfSigned, version: SecureVersion) {
  const resumed: boolean[] = [];
  const sockets = new Set<TLSSocket>();
  const key = await readFile(keyFile);
  const cert = await readFile(certificateFile);
  const server = createServer({ key, cert, minVersion: version, maxVersion: version });
  server.on('secureConnection', (socket) => {
    sockets.add(socket.on('error', () => {}));
    resumed.push(socket.isSessionReused());
    socket.write('hello');
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    resumed,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function encryption(host: string, trust: Trust, connectTimeoutMs = 10_000): Encryption {
  return new Encryption(settle({ host, port: 0, user: '', password: '', trust, connectTimeoutMs }));
}

function pinned(fingerprint: string): Trust {
  return { kind: 'pinned', fingerprints: [fingerprint] };
}

/** Connects, waits for the hello, which brings the tickets, and closes. */
async function visit(by: Encryption, port: number): Promise<void> {
  const raw = connect({ host: '127.0.0.1', port });
  await once(raw, 'connect');
  const secure = await by.wrap(raw, NEVER);
  const [hello] = (await once(secure, 'data')) as [Buffer];
  assert.equal(String(hello), 'hello');
  secure.destroy();
}

describe('encryption', () => {
  let folder: TemporaryFolder;
  let here: SelfSigned;
  let elsewhere: SelfSigned;
  before(async () => {
    folder = await temporaryFolder();
    here = selfSigned(folder.path, 'here');
    elsewhere = selfSigned(folder.path, 'elsewhere', 'DNS:elsewhere.example');
  });
  after(() => folder[Symbol.asyncDispose]());

  test('believes a certificate that an authority vouches for, if it names the host', async () => {
    await using server = await startTls(here, 'TLSv1.3');
    const trust = { kind: 'authorities', pem: here.pem } as const;
    await visit(encryption('localhost', trust), server.port);
    await visit(encryption('127.0.0.1', trust), server.port);
    for (const host of ['127.0.0.2', 'localhost.example', 'elsewhere.example']) {
      await assert.rejects(visit(encryption(host, trust), server.port), (error) => {
        assert.ok(troubled(error, 'certificate-refused'));
        return /ERR_TLS_CERT_ALTNAME_INVALID/.test(error.message);
      });
    }
  });

  test('does not believe a pinned certificate because of an authority, nor the other way', async () => {
    await using server = await startTls(elsewhere, 'TLSv1.3');
    await visit(encryption('localhost', pinned(elsewhere.fingerprint)), server.port);
    for (const trust of [
      pinned(here.fingerprint),
      { kind: 'authorities', pem: here.pem },
      { kind: 'authorities' },
    ] satisfies Trust[]) {
      await assert.rejects(visit(encryption('localhost', trust), server.port), (error) =>
        troubled(error, 'certificate-refused'),
      );
    }
    await visit(encryption('localhost', { kind: 'insecure' }), server.port);
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const host of ['localhost', '127.0.0.1']) {
      test(`resumes the session of the connection before, by ${version} with ${host} (basic-ftp#282)`, async () => {
        await using server = await startTls(here, version);
        const by = encryption(host, { kind: 'authorities', pem: here.pem });
        for (let round = 0; round < 4; round += 1) await visit(by, server.port);
        assert.deepEqual(server.resumed, [false, true, true, true]);
        // Another remote does not know of it.
        await visit(encryption(host, { kind: 'insecure' }), server.port);
        assert.equal(server.resumed.at(-1), false);
      });
    }
  }

  test('judges again whoever cannot resume the session', async () => {
    await using first = await startTls(here, 'TLSv1.3');
    await using second = await startTls(elsewhere, 'TLSv1.3');
    const by = encryption('localhost', { kind: 'pinned', fingerprints: [here.fingerprint] });
    await visit(by, first.port);
    await assert.rejects(visit(by, second.port), (error) => troubled(error, 'certificate-refused'));
  });

  test('fails with whoever speaks no TLS, says nothing, or hangs up', async () => {
    const says: Record<string, string | undefined> = { plain: '220 hello\r\n', nothing: undefined };
    for (const [what, text] of Object.entries(says)) {
      const server = createPlainServer((socket) => {
        socket.on('error', () => {});
        if (text !== undefined) socket.end(text);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const code = what === 'plain' ? 'protocol-broken' : 'unreachable';
      await assert.rejects(
        visit(encryption('localhost', { kind: 'insecure' }, 300), port),
        (error) => troubled(error, code),
      );
      server.close();
    }
    const rude = createPlainServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(rude, 'listening');
    const { port } = rude.address() as AddressInfo;
    await assert.rejects(visit(encryption('localhost', { kind: 'insecure' }), port), (error) =>
      troubled(error, 'connection-lost'),
    );
    rude.close();
  });
});

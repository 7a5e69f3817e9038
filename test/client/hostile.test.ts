import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Path, ROOT, parsePath } from '../../src/base/path.ts';
import { FtpRemote } from '../../src/client/remotes/ftp/ftp-remote.ts';
import type { FtpOptions } from '../../src/client/remotes/ftp/options.ts';
import { parseEprtArgument } from '../../src/wire/ftp/addresses.ts';
import {
  passive,
  type Script,
  type ScriptedServer,
  startScripted,
} from './remote/scripted-server.ts';
import { fails, NEVER } from './remote/subject.ts';

const FILE = parsePath('/file');

const NO_FACTS = '211-Features\r\n REST STREAM\r\n SIZE\r\n211 End\r\n';

function remoteOf({ port }: ScriptedServer, options: Partial<FtpOptions> = {}): FtpRemote {
  return new FtpRemote({
    host: '127.0.0.1',
    port,
    user: 'anna',
    password: 'secret',
    stallTimeoutMs: 5000,
    ...options,
  });
}

async function visit(script: Script, options: Partial<FtpOptions> = {}) {
  const server = await startScripted(script);
  const connection = await remoteOf(server, options).connect(NEVER);
  return {
    server,
    connection,
    fetch: async (path: Path = FILE, offset = 0): Promise<string> => {
      let text = '';
      for await (const chunk of await connection.read(path, offset, NEVER)) text += String(chunk);
      return text;
    },
    [Symbol.asyncDispose]: async () => {
      await connection[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Names that lead out of a folder, or are no names. */
const EVIL_NAMES = ['../x', '/etc/x', 'a/b', '..', '.', '', '../../.ssh/authorized_keys', 'a\0b'];

async function endlessly(socket: Socket): Promise<void> {
  const block = Buffer.from('type=file;size=1; name\r\n'.repeat(4000));
  while (!socket.destroyed) {
    socket.write(block);
    await sleep(1);
  }
}

describe('a hostile server cannot', () => {
  test('have its listings name what is elsewhere (CVE-2026-27699, CVE-2026-30914)', async () => {
    const facts = EVIL_NAMES.map((name) => `type=file;size=1; ${name}\r\n`).join('');
    await using modern = await visit({
      MLSD: (to) => to.give(`${facts}type=file;size=1; good\r\n`),
    });
    const listed = await modern.connection.list(ROOT, NEVER);
    assert.deepEqual(
      listed.map(({ name }) => name),
      ['good'],
    );
    const lines = EVIL_NAMES.map((name) => `-rw-r--r-- 1 o g 1 Jan  1  2020 ${name}\r\n`).join('');
    await using old = await visit({
      FEAT: () => NO_FACTS,
      LIST: (to) => to.give(`${lines}-rw-r--r-- 1 o g 1 Jan  1  2020 good\r\n`),
    });
    const names = await old.connection.list(ROOT, NEVER);
    assert.deepEqual(
      names.map(({ name }) => name),
      ['good'],
    );
  });

  test('have its MLST name what is elsewhere', async () => {
    await using scene = await visit({
      MLST: () => '250-Look\r\n type=file;size=3; /etc/passwd\r\n250 End\r\n',
    });
    assert.equal((await scene.connection.stat(FILE, NEVER))?.name, 'file');
  });

  test('be talked to by what a name holds (CVE-2026-39983, GHSA-6v7q-wjvx-w8wg)', async () => {
    await using scene = await visit({});
    const { connection, server } = scene;
    const before = server.heard.length;
    for (const end of ['\r\n', '\n', '\r', '\0']) {
      const path = `/a${end}DELE b` as Path;
      await fails('unsupported', connection.stat(path, NEVER));
      await fails('unsupported', connection.list(path, NEVER));
      await fails('unsupported', connection.remove(path, NEVER));
      await fails('unsupported', connection.move(path, FILE, NEVER));
      await fails('unsupported', connection.read(path, 0, NEVER));
    }
    assert.equal(connection.isUsable, true);
    await connection.keepAlive(NEVER);
    assert.ok(!server.heard.slice(before).some((line) => /DELE|RETR|MLST|MLSD/.test(line)));
    for (const evil of [{ user: 'a\r\nDELE b' }, { password: 'a\r\nDELE b' }]) {
      await fails('unsupported', remoteOf(server, evil).connect(NEVER));
    }
    assert.ok(!server.heard.some((line) => line.startsWith('DELE')));
  });

  test('fill the memory with an endless listing (CVE-2026-41324)', async () => {
    const script: Script = {
      MLSD: async (to) => {
        to.control.write('150 here it comes\r\n');
        await endlessly(await to.arrival);
        return '426 cut\r\n';
      },
    };
    await using bytes = await visit(script, { maxListingBytes: 1_000_000 });
    await fails('protocol-broken', bytes.connection.list(ROOT, NEVER));
    const entries: Script = { MLSD: (to) => to.give('type=file; a\r\n'.repeat(2000)) };
    await using names = await visit(entries, { maxEntries: 1000 });
    await fails('protocol-broken', names.connection.list(ROOT, NEVER));
    assert.equal(names.connection.isUsable, true);
  });

  test('fill the memory with an endless reply (CVE-2026-44240, GHSA-rpmf-866q-6p89)', async () => {
    for (const piece of ['200-', '200-more\r\n', '\r\n']) {
      const script: Script = {
        NOOP: async ({ control }) => {
          control.write('200-begin\r\n');
          while (!control.destroyed) {
            control.write(piece.repeat(1000));
            await sleep(1);
          }
          return undefined;
        },
      };
      await using scene = await visit(script, { maxReplyBytes: 100_000 });
      await fails('protocol-broken', scene.connection.keepAlive(NEVER));
      assert.equal(scene.connection.isUsable, false);
    }
  });

  test('send our data connection to another host (CVE-2020-8284, CVE-2021-4189, CVE-2021-37533, CVE-2026-8328)', async () => {
    await using scene = await visit({
      EPSV: () => '500 no\r\n',
      // A documentation address: whoever goes there gets nowhere.
      PASV: async (to) => passive(await to.listen(), '192,0,2,1'),
    });
    assert.equal(await scene.fetch(), 'hello');
  });

  test('lead data of another host to us in active mode (CVE-2020-15152, RFC 2577 §3)', async () => {
    let port = 0;
    await using scene = await visit(
      {
        EPRT: (_, argument) => {
          const where = parseEprtArgument(argument);
          port = where !== undefined && 'port' in where ? where.port : 0;
          return '200 ok\r\n';
        },
        RETR: async ({ control }) => {
          control.write('150 coming\r\n');
          const intruder = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.2' });
          intruder.on('error', () => {}).end('evil');
          await new Promise((resolve) => intruder.once('close', resolve));
          connect({ host: '127.0.0.1', port }).end('good');
          return '226 done\r\n';
        },
      },
      { dataMode: 'active' },
    );
    assert.equal(await scene.fetch(), 'good');
  });

  test('end the program by what it sends (CVE-2026-126346)', async () => {
    for (const greeting of [
      'SSH-2.0-x\r\n',
      '\xff\xff\xff',
      '999\r\n',
      '220-\r\n221 x\r\n\r\n',
      '\0\0',
    ]) {
      await using server = await startScripted({
        greeting: ({ control }) => {
          control.write(Buffer.from(greeting, 'latin1'));
          control.end();
          return undefined;
        },
      });
      await assert.rejects(remoteOf(server).connect(NEVER), { name: 'TransferFailure' });
    }
  });

  test('reach the prototype of objects by a name (CVE-2026-126345)', async () => {
    const facts = '__proto__=1;type=file;constructor=2;size=1;';
    await using scene = await visit({
      FEAT: () => '211-\r\n MLST type*;__proto__*;\r\n __proto__ polluted\r\n211 End\r\n',
      MLSD: (to) => to.give(`${facts} __proto__\r\ntype=__proto__; constructor\r\n`),
      MLST: () => `250-\r\n ${facts} /__proto__\r\n250 End\r\n`,
    });
    const entries = await scene.connection.list(ROOT, NEVER);
    assert.deepEqual(
      entries.map(({ name, kind }) => [name, kind]),
      [
        ['__proto__', 'file'],
        ['constructor', 'other'],
      ],
    );
    assert.equal((await scene.connection.stat(parsePath('/__proto__'), NEVER))?.size, 1);
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
    assert.equal(({} as Record<string, unknown>)['size'], undefined);
  });

  test('slip replies in before the encryption (CVE-2021-22947, CVE-2011-0411, CVE-2011-1575)', async () => {
    for (const injected of ['230 already in\r\n', '331 ', '250 a\r\n250 b\r\n']) {
      await using server = await startScripted({ AUTH: () => `234 go on\r\n${injected}` });
      const connecting = remoteOf(server, { security: 'explicit' }).connect(NEVER);
      await fails('protocol-broken', connecting);
      assert.deepEqual(server.heard, ['AUTH TLS']);
    }
  });

  test('slip replies in behind the permission to encrypt, a moment later', async () => {
    await using server = await startScripted({
      AUTH: async ({ control }) => {
        control.write('234 go on\r\n');
        await sleep(50);
        return '230 already in\r\n'.repeat(10);
      },
    });
    await assert.rejects(remoteOf(server, { security: 'explicit' }).connect(NEVER), {
      name: 'TransferFailure',
    });
    assert.ok(!server.heard.some((line) => /^(?:USER|PASS)/.test(line)));
  });

  test('talk us out of encryption that was asked for (CVE-2021-22946)', async () => {
    for (const script of [
      { AUTH: () => '502 not here\r\n' },
      { AUTH: () => '230 you are in already\r\n' },
      { greeting: () => '230 you are in already\r\n', AUTH: () => '534 no\r\n' },
    ] satisfies Script[]) {
      await using server = await startScripted(script);
      const connecting = remoteOf(server, { security: 'explicit' }).connect(NEVER);
      await assert.rejects(connecting, { name: 'TransferFailure' });
      assert.deepEqual(server.heard, ['AUTH TLS']);
    }
    await using willing = await startScripted({ AUTH: () => '502 not here\r\n' });
    const offered = remoteOf(willing, { security: 'explicit-if-offered' });
    await using connection = await offered.connect(NEVER);
    assert.equal(connection.isUsable, true);
  });

  test('have a stray reply taken for the answer to something else (rclone#3445)', async () => {
    await using scene = await visit({ NOOP: () => '200 ok\r\n550 and this\r\n' });
    await scene.connection.keepAlive(NEVER);
    await sleep(50);
    assert.equal(scene.connection.isUsable, false);
    await fails('connection-lost', scene.connection.stat(FILE, NEVER));
    await using early = await visit({ NOOP: () => '150 something begins\r\n' });
    await fails('connection-lost', early.connection.keepAlive(NEVER));
  });

  test('go on talking without being asked', async () => {
    await using scene = await visit({
      NOOP: async ({ control }) => {
        while (!control.destroyed) {
          control.write('200 ok\r\n'.repeat(100));
          await sleep(1);
        }
        return undefined;
      },
    });
    await scene.connection.keepAlive(NEVER).catch(() => {});
    assert.equal(scene.connection.isUsable, false);
    await fails('protocol-broken', scene.connection.keepAlive(NEVER));
  });

  test('begin a transfer again and again', async () => {
    await using scene = await visit({
      RETR: async ({ control, arrival }) => {
        (await arrival).end('hello');
        while (!control.destroyed) {
          control.write('150 again\r\n'.repeat(10));
          await sleep(1);
        }
        return undefined;
      },
    });
    await fails('protocol-broken', scene.fetch());
  });

  test('write to the terminal of whoever reads what it refuses', async () => {
    await using scene = await visit({ DELE: () => '500 \x1b[2Jgone\x07\x9b31m\r\n' });
    const failure = await fails('unsupported', scene.connection.remove(FILE, NEVER));
    assert.doesNotMatch(failure.message, /\p{Cc}/u);
  });

  test('learn or show a password by sending it back', async () => {
    const events: string[] = [];
    await using scene = await visit(
      { PASS: (_, argument) => `230 Your password is ${argument}\r\n` },
      { trace: ({ text }) => events.push(text) },
    );
    assert.ok(scene.server.heard.includes('PASS secret'));
    assert.ok(!events.some((text) => text.includes('secret')));
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MiB } from '../../src/base/size.ts';
import { ROOT, parsePath } from '../../src/base/path.ts';
import { FtpRemote } from '../../src/client/remotes/ftp/ftp-remote.ts';
import type { FtpOptions } from '../../src/client/remotes/ftp/options.ts';
import { type Script, type ScriptedServer, startScripted } from './remote/scripted-server.ts';
import { fails, NEVER } from './remote/subject.ts';

const FILE = parsePath('/file');

function remoteOf({ port }: ScriptedServer, options: Partial<FtpOptions> = {}): FtpRemote {
  const login = { user: 'anna', password: 'secret' };
  return new FtpRemote({ host: '127.0.0.1', port, ...login, ...options });
}

async function visit(script: Script, options: Partial<FtpOptions> = {}) {
  const server = await startScripted(script);
  const connection = await remoteOf(server, options).connect(NEVER);
  return {
    server,
    connection,
    fetch: async (offset = 0): Promise<string> => {
      let text = '';
      for await (const chunk of await connection.read(FILE, offset, NEVER)) text += String(chunk);
      return text;
    },
    store: async (bytes: Buffer | string): Promise<void> => {
      await using writer = await connection.write(FILE, { kind: 'start' }, undefined, NEVER);
      await writer.write(Buffer.from(bytes));
      await writer.complete();
    },
    [Symbol.asyncDispose]: async () => {
      await connection[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Sends five bytes as if they were all. */
function cutScript(opening: string): Script {
  return {
    SIZE: () => '213 100\r\n',
    RETR: async ({ control, arrival }) => {
      control.write(`150 ${opening}\r\n`);
      (await arrival).end('hello');
      return '226 done\r\n';
    },
  };
}

const FEAT = (): string => '211-\r\n SIZE\r\n211 End\r\n';

describe('a login', () => {
  test('waits for a server that says it will be ready later (120)', async () => {
    await using scene = await visit({ greeting: () => '120 soon\r\n220 now\r\n' });
    assert.equal(scene.connection.isUsable, true);
  });

  test('can be tried again later if the server is full (421)', async () => {
    for (const script of [
      { greeting: () => '421 too many\r\n' },
      { PASS: () => '421 too many\r\n' },
    ] satisfies Script[]) {
      await using server = await startScripted(script);
      const failure = await fails('busy', remoteOf(server).connect(NEVER));
      assert.deepEqual([failure.retry, failure.replyCode], ['same', 421]);
    }
  });

  test('says the account where one is asked for (ACCT)', async () => {
    const script = { PASS: () => '332 account?\r\n', ACCT: () => '230 in\r\n' };
    await using scene = await visit(script, { account: 'books' });
    assert.ok(scene.server.heard.includes('ACCT books'));
    await using other = await startScripted(script);
    await fails('login-refused', remoteOf(other).connect(NEVER));
  });

  test('needs no PASS where none is asked for, and no features at all', async () => {
    await using scene = await visit({
      USER: () => '230 in\r\n',
      FEAT: () => '500 what?\r\n',
      PWD: () => '257 "/home/an""na" is current\r\n',
    });
    assert.ok(!scene.server.heard.some((line) => line.startsWith('PASS')));
    assert.equal(scene.connection.startFolder, '/home/an"na');
    assert.equal(scene.connection.facts.readsFromOffset, true);
    assert.equal(scene.connection.facts.listsExactly, false);
  });

  test('does not wait for ever for a greeting', async () => {
    await using server = await startScripted({ greeting: () => undefined });
    await fails('stalled', remoteOf(server, { connectTimeoutMs: 100 }).connect(NEVER));
  });
});

describe('a data connection', () => {
  test('is asked for in the order that all servers take: EPSV, REST, RETR (libunftp#462)', async () => {
    await using scene = await visit({});
    await scene.fetch(2);
    assert.deepEqual(scene.server.heard.slice(-3), ['EPSV', 'REST 2', 'RETR /file']);
    // The marker was used up, so it needs no other.
    await scene.fetch();
    assert.deepEqual(scene.server.heard.slice(-2), ['EPSV', 'RETR /file']);
  });

  test('is asked for by PASV where EPSV is not known, and then always', async () => {
    await using scene = await visit({ EPSV: () => '500 what?\r\n' });
    assert.equal(await scene.fetch(), 'hello');
    assert.equal(await scene.fetch(), 'hello');
    assert.equal(scene.server.heard.filter((line) => line === 'EPSV').length, 1);
  });

  test('is asked for by PASV where EPSV leads nowhere', async () => {
    await using scene = await visit({ EPSV: () => '229 (|||1|)\r\n' });
    assert.equal(await scene.fetch(), 'hello');
  });

  test('that the server cannot open (425) leaves the control connection as it was', async () => {
    await using scene = await visit({ RETR: () => '150 wait\r\n425 cannot\r\n' });
    await fails('unreachable', scene.fetch());
    assert.equal(scene.connection.isUsable, true);
  });

  test('that was lost (426) is lost', async () => {
    await using scene = await visit({ RETR: (to) => to.give('hel', '426 broken\r\n') });
    const failure = await fails('connection-lost', scene.fetch());
    assert.equal(failure.replyCode, 426);
    assert.equal(scene.connection.isUsable, false);
  });
});

describe('a download', () => {
  test('takes the last reply before or long after the bytes (basic-ftp#205, #212)', async () => {
    await using early = await visit({
      RETR: async ({ control, arrival }) => {
        const socket = await arrival;
        control.write('150 here\r\n226 done\r\n');
        await sleep(50);
        socket.end('hello');
        return undefined;
      },
    });
    assert.equal(await early.fetch(), 'hello');
    await using late = await visit({
      RETR: async (to) => {
        await to.give('hello');
        await sleep(50);
        return '226 done\r\n';
      },
    });
    assert.equal(await late.fetch(), 'hello');
    await late.connection.keepAlive(NEVER);
  });

  test('that ends before the file does is not believed (curl#6149)', async () => {
    await using told = await visit(cutScript('Opening (100 bytes)'));
    await fails('connection-lost', told.fetch());
    // Servers tell the whole or the rest.
    await using rest = await visit(cutScript('Opening (5 bytes)'));
    assert.equal(await rest.fetch(95), 'hello');
    await using whole = await visit(cutScript('Opening (100 bytes)'));
    assert.equal(await whole.fetch(95), 'hello');
  });

  test('stalls when the server sends nothing, with a warning before', async () => {
    const warnings: number[] = [];
    await using scene = await visit(
      {
        RETR: async ({ control, arrival }) => {
          control.write('150 here\r\n');
          (await arrival).write('hel');
          return undefined;
        },
      },
      { stallWarningMs: 50, stallTimeoutMs: 150, onStall: (waited) => warnings.push(waited) },
    );
    const failure = await fails('stalled', scene.fetch());
    assert.equal(failure.retry, 'same');
    assert.equal(warnings.length, 1);
    assert.equal(scene.connection.isUsable, false);
  });

  test('does not stall while we are slow ourselves (basic-ftp#256)', async () => {
    const bytes = Buffer.alloc(8 * MiB);
    await using scene = await visit(
      { RETR: (to) => to.give(bytes) },
      { stallWarningMs: 40, stallTimeoutMs: 100 },
    );
    let got = 0;
    let pauses = 0;
    for await (const chunk of await scene.connection.read(FILE, 0, NEVER)) {
      got += chunk.length;
      if (pauses < 3) await sleep(150);
      pauses += 1;
    }
    assert.equal(got, bytes.length);
  });

  test('names the offset that our own server would take (554)', async () => {
    await using scene = await visit({ RETR: () => '554 The file has only 12 bytes\r\n' });
    const failure = await fails('offset-refused', scene.fetch(20));
    assert.equal(failure.offset, 12);
    // The refused transfer has not used the marker up.
    await fails('offset-refused', scene.fetch());
    assert.ok(scene.server.heard.includes('REST 0'));
  });

  test('that is refused for a moment (450) or for good (550) is told from what is not there', async () => {
    const there = '250-\r\n type=file;size=5; /file\r\n250 End\r\n';
    for (const [code, mlst, trouble] of [
      [450, there, 'busy'],
      [450, '550 none\r\n', 'not-found'],
      [550, there, 'refused'],
      [550, '550 none\r\n', 'not-found'],
      [452, there, 'no-room'],
      [530, there, 'login-refused'],
      [502, there, 'unsupported'],
    ] as const) {
      await using scene = await visit({ RETR: () => `${code} no\r\n`, MLST: () => mlst });
      const failure = await fails(trouble, scene.fetch());
      assert.equal(failure.replyCode, code);
      assert.equal(scene.connection.isUsable, true);
    }
  });
});

describe('an upload', () => {
  test('ends as soon as the server says that there is no room, and the connection goes on', async () => {
    await using scene = await visit({
      STOR: async ({ control, arrival }) => {
        control.write('150 send it\r\n');
        const socket = await arrival;
        await once(socket, 'readable');
        return '552 full\r\n';
      },
    });
    await using writer = await scene.connection.write(FILE, { kind: 'start' }, undefined, NEVER);
    await fails(
      'no-room',
      (async () => {
        for (;;) await writer.write(Buffer.alloc(MiB));
      })(),
    );
    await writer[Symbol.asyncDispose]();
    assert.equal(scene.connection.isUsable, true);
  });

  test('that the server takes for complete in its middle is lost, and can be tried again', async () => {
    await using scene = await visit({
      STOR: async ({ control, arrival }) => {
        control.write('150 send it\r\n');
        await once(await arrival, 'readable');
        return '226 done\r\n';
      },
    });
    await using writer = await scene.connection.write(FILE, { kind: 'start' }, undefined, NEVER);
    const failure = await fails(
      'connection-lost',
      (async () => {
        for (;;) await writer.write(Buffer.alloc(MiB));
      })(),
    );
    assert.equal(failure.retry, 'same');
  });

  test('stalls when the server takes nothing', async () => {
    await using scene = await visit(
      {
        STOR: ({ control }) => {
          control.write('150 send it\r\n');
          return undefined;
        },
      },
      { stallWarningMs: 50, stallTimeoutMs: 150 },
    );
    await using writer = await scene.connection.write(FILE, { kind: 'start' }, undefined, NEVER);
    await fails(
      'stalled',
      (async () => {
        for (;;) await writer.write(Buffer.alloc(4 * MiB));
      })(),
    );
  });

  test('is lost with its control connection', async () => {
    await using scene = await visit({
      STOR: async ({ control, arrival }) => {
        control.write('150 send it\r\n');
        await once(await arrival, 'readable');
        control.destroy();
        return undefined;
      },
    });
    await fails('connection-lost', scene.store(Buffer.alloc(16 * MiB)));
    assert.equal(scene.connection.isUsable, false);
  });
});

describe('once a control connection was lost while data flowed', () => {
  test('NOOP keeps the next one, and the answers are told apart (FluentFTP#387, basic-ftp#170)', async () => {
    let fetches = 0;
    let noops = 0;
    await using server = await startScripted({
      NOOP: () => {
        noops += 1;
        return '200 ok\r\n';
      },
      RETR: async (to) => {
        fetches += 1;
        if (fetches === 1) {
          to.control.write('150 here\r\n');
          to.control.destroySoon();
          (await to.arrival).destroy();
          return undefined;
        }
        void (async () => {
          const socket = await to.arrival;
          to.control.write('150 here\r\n');
          while (noops < 3) await sleep(5);
          socket.end('hello');
          to.control.write('226 done\r\n');
        })();
        return undefined;
      },
    });
    const remote = remoteOf(server, { noopMs: 20 });
    const fetch = async (): Promise<string> => {
      await using connection = await remote.connect(NEVER);
      let text = '';
      for await (const chunk of await connection.read(FILE, 0, NEVER)) text += String(chunk);
      assert.equal(await connection.stat(FILE, NEVER), undefined);
      return text;
    };
    await fails('connection-lost', fetch());
    assert.equal(await fetch(), 'hello');
  });
});

describe('a listing', () => {
  test('of an empty folder may be a refusal (450, 550)', async () => {
    await using scene = await visit({ FEAT, LIST: () => '550 No files found\r\n' });
    assert.deepEqual(await scene.connection.list(ROOT, NEVER), []);
  });

  test('is asked for without flags where they are taken for a name', async () => {
    await using scene = await visit({
      FEAT,
      LIST: (to, argument) =>
        argument === '' ? to.give('-rw-r--r-- 1 o g 1 Jan  1  2020 a\r\n') : '550 -a?\r\n',
    });
    for (let round = 0; round < 2; round += 1) {
      const entries = await scene.connection.list(ROOT, NEVER);
      assert.deepEqual(
        entries.map(({ name }) => name),
        ['a'],
      );
    }
    assert.equal(scene.server.heard.filter((line) => line === 'LIST -a').length, 1);
  });

  test('may come without a 150', async () => {
    await using scene = await visit({
      MLSD: async ({ arrival }) => {
        (await arrival).end();
        return '226 nothing here\r\n';
      },
    });
    assert.deepEqual(await scene.connection.list(ROOT, NEVER), []);
    await scene.connection.keepAlive(NEVER);
  });

  test('is read as DOS writes it, too', async () => {
    await using scene = await visit({
      FEAT,
      LIST: (to) =>
        to.give('01-02-26  03:04PM       <DIR>          sub\r\n01-02-26  03:04PM  5 f\r\n'),
    });
    const entries = await scene.connection.list(ROOT, NEVER);
    assert.deepEqual(
      entries.map(({ name, kind, size }) => [name, kind, size]),
      [
        ['sub', 'folder', undefined],
        ['f', 'file', 5],
      ],
    );
  });
});

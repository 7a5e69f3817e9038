import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parsePath } from '../../src/base/path.ts';
import { ConnectionPool } from '../../src/client/pool.ts';
import { FtpRemote } from '../../src/client/remotes/ftp/ftp-remote.ts';
import { Bundling } from '../../src/client/transfer/bundling.ts';
import type { Trouble } from '../../src/client/transfer-failure.ts';
import { type Script, startScripted } from './remote/scripted-server.ts';
import { fails } from './remote/subject.ts';

const NAMES = ['a', 'b', 'c'] as const;

/** An ordinary server that lets files be renamed, but for what the script says. */
async function visit(script: Script = {}) {
  const server = await startScripted({
    RNFR: () => '350 to what\r\n',
    RNTO: () => '250 done\r\n',
    ...script,
  });
  const { port } = server;
  const remote = new FtpRemote({
    ...{ host: '127.0.0.1', port, user: 'anna', password: 'secret', stallTimeoutMs: 2000 },
  });
  const pool = new ConnectionPool(remote, { size: 1 });
  const stopping = new AbortController();
  const { signal } = stopping;
  {
    await using lease = await pool.lease(signal);
    await lease.connection.list(parsePath('/'), signal);
  }
  server.heard.splice(0);
  const bundling = new Bundling(pool, 1);
  return {
    server,
    pool,
    stopping,
    /** All at once. */
    store: (proving: 'best' | 'digest' = 'best') =>
      Promise.allSettled(
        NAMES.map((name) => {
          const file = { path: parsePath(`/${name}`), bytes: Buffer.from('hello') };
          return bundling.store({ ...file, modified: undefined, isNew: true, proving }, signal);
        }),
      ),
    fetch: (size = 5) =>
      Promise.allSettled(
        NAMES.map((name) => {
          const path = parsePath(`/${name}`);
          return bundling.fetch({ path, size, modified: undefined, proving: 'best' }, signal);
        }),
      ),
    /** Whether the pool's connections still go ahead of the replies. */
    goesAhead: async () => {
      await using lease = await pool.lease(signal);
      return lease.connection.bundles !== undefined;
    },
    [Symbol.asyncDispose]: async () => {
      await pool[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const PROVEN = { proof: { kind: 'size' }, isTimed: true };

function values<T>(settled: readonly PromiseSettledResult<T>[]): (T | undefined)[] {
  return settled.map((one) => (one.status === 'fulfilled' ? one.value : undefined));
}

/** Those that were on their way fail; others are left to go alone. None has got through. */
async function failsForSome(code: Trouble, settled: readonly PromiseSettledResult<unknown>[]) {
  const failures = settled.filter((one) => one.status === 'rejected');
  assert.ok(failures.length > 0);
  for (const { reason } of failures) await fails(code, Promise.reject(reason as Error));
  for (const one of settled) if (one.status === 'fulfilled') assert.equal(one.value, undefined);
}

suite('small files that are stored with commands ahead of the replies', () => {
  test('get their names only when their sizes have been told', async () => {
    await using here = await visit();
    assert.deepEqual(values(await here.store()), [PROVEN, PROVEN, PROVEN]);
    const spoken = here.server.heard.map((line) => line.replace(/\.[0-9a-f]{8}\./, '.'));
    assert.deepEqual(spoken, [
      ...['EPSV', 'STOR /.a.part'],
      ...['SIZE /.a.part', 'EPSV', 'STOR /.b.part'],
      ...['RNFR /.a.part', 'RNTO /a', 'SIZE /.b.part', 'EPSV', 'STOR /.c.part'],
      ...['RNFR /.b.part', 'RNTO /b', 'SIZE /.c.part'],
      ...['RNFR /.c.part', 'RNTO /c'],
    ]);
  });

  test('do not get their names if the size is another', async () => {
    await using here = await visit({ SIZE: () => '213 4\r\n' });
    assert.deepEqual(values(await here.store()), [undefined, undefined, undefined]);
    assert.ok(!here.server.heard.some((line) => line.startsWith('RNFR')));
    assert.ok(await here.goesAhead());
  });

  test('are not sent where a digest is wanted and the server tells none', async () => {
    await using here = await visit();
    assert.deepEqual(values(await here.store('digest')), [undefined, undefined, undefined]);
    assert.deepEqual(here.server.heard, []);
  });

  test('are refused one by one', async () => {
    let refused = 0;
    await using here = await visit({
      STOR: (to) => ((refused += 1) === 2 ? '553 not this one\r\n' : to.take()),
    });
    assert.deepEqual(values(await here.store()), [PROVEN, undefined, PROVEN]);
  });

  test('go alone from then on where EPSV is refused', async () => {
    let agreed = 0;
    await using here = await visit({
      EPSV: async (to) =>
        (agreed += 1) > 2 ? '522 no more\r\n' : `229 (|||${await to.listen()}|)\r\n`,
      STOR: (to) => (agreed > 2 ? '425 no data connection\r\n' : to.take()),
    });
    const [first, second, third] = values(await here.store());
    assert.deepEqual([first, second, third], [PROVEN, undefined, undefined]);
    assert.equal(await here.goesAhead(), false);
  });
});

/** What a server says that does not fit, and when. */
const ODD_SERVERS: Readonly<Record<string, Script>> = {
  'does not answer SIZE': { SIZE: () => undefined },
  'answers SIZE twice': { SIZE: () => '213 5\r\n213 5\r\n' },
  'answers SIZE with a mark': { SIZE: () => '150 5\r\n' },
  'answers RNFR with success': { RNFR: () => '250 done\r\n' },
  'has a last word twice': { STOR: (to) => to.take('226 done\r\n226 done\r\n') },
  'answers EPSV as if it were SIZE': { EPSV: () => '213 5\r\n' },
};

suite('a server whose replies do not fit the commands', () => {
  for (const [sentence, script] of Object.entries(ODD_SERVERS)) {
    test(`which ${sentence}: nothing is taken for stored, and no other connection goes ahead`, async () => {
      await using odd = await visit({
        ...script,
        // The listing before is as it should be.
        ...(script['EPSV'] && { EPSV: afterFirst(script['EPSV']) }),
      });
      await failsForSome('connection-lost', await odd.store());
      assert.ok(!odd.server.heard.some((line) => line.startsWith('RNTO /b')));
      assert.equal(await odd.goesAhead(), false);
    });
  }

  test('or which says nothing: it is waited for, and then no other goes ahead', async () => {
    await using here = await visit({ STOR: () => undefined });
    await failsForSome('stalled', await here.store());
    assert.equal(await here.goesAhead(), false);
  });
});

function afterFirst(answer: Script[string]): Script[string] {
  let count = 0;
  return async (to, argument) =>
    (count += 1) === 1 ? `229 (|||${await to.listen()}|)\r\n` : answer(to, argument);
}

suite('small files that are fetched with commands ahead of the replies', () => {
  test('are as large as they were listed, or are not taken', async () => {
    await using here = await visit();
    const all = values(await here.fetch());
    assert.deepEqual(
      all.map((file) => String(file?.bytes)),
      ['hello', 'hello', 'hello'],
    );
    assert.deepEqual(values(await here.fetch(4)), [undefined, undefined, undefined]);
  });

  test('are not taken unless the server confirms them', async () => {
    await using here = await visit({ RETR: (to) => to.give('hello', '426 broken off\r\n') });
    assert.deepEqual(values(await here.fetch()), [undefined, undefined, undefined]);
  });

  test('do not go on for ever', async () => {
    await using here = await visit({
      RETR: async (to) => {
        const socket = await to.arrival;
        to.control.write('150 here\r\n');
        const more = (error?: unknown): void => {
          if (!error) socket.write(Buffer.alloc(100_000), more);
        };
        more();
        return undefined;
      },
    });
    await failsForSome('connection-lost', await here.fetch());
  });

  test('are given up at once by whoever is interrupted', async () => {
    await using here = await visit({ RETR: () => undefined });
    const fetching = here.fetch();
    here.stopping.abort();
    await failsForSome('interrupted', await fetching);
  });
});

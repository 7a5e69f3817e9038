import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { HookDelivery } from '../../src/hooks/delivery.ts';
import { type Hook, type HookEvent, commandHook, urlHook } from '../../src/hooks/hook.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { begin, openBench, put, putCut, sha256 } from '../vault/harness.ts';

type Told = HookEvent & { readonly kind: string };

/** Runs what is to be told of with a hook that fails as often as is said, and collects what it takes. */
async function tell(
  work: (bench: Awaited<ReturnType<typeof openBench>>) => Promise<void>,
  expected: number,
  failures = 0,
): Promise<Told[]> {
  await using bench = await openBench(new MemoryStore(), 'home', { keepsEvents: true });
  await work(bench);
  const taken: Told[] = [];
  const all = Promise.withResolvers<void>();
  let left = failures;
  const hook: Hook = async (event) => {
    left -= 1;
    if (left >= 0) throw new Error('not now');
    taken.push(event as Told);
    if (taken.length === expected) all.resolve();
  };
  // A clock that does not wait: what is due later is due at once.
  let now = systemClock.now();
  const clock = { ...systemClock, now: () => (now += 10_000), sleep: () => systemClock.sleep(1) };
  const given = { database: bench.database, hook, clock, log: silentLog };
  await using _delivery = new HookDelivery(given);
  await all.promise;
  return taken;
}

describe('hooks', () => {
  it('hear of everything that happens to uploads, in its order', async () => {
    const told = await tell(async ({ home }) => {
      await putCut(home, '/a', 'first ');
      await put(home, '/a', 'second', { kind: 'append' });
      const promise = { length: 4, digest: { algorithm: 'sha-256', hex: sha256('good') } } as const;
      const good = await begin(home, '/b', { kind: 'replace' }, promise);
      await good.write([Buffer.from('good')]);
      await good.complete();
      const bad = await begin(home, '/b', { kind: 'replace' }, promise);
      await bad.write([Buffer.from('evil')]);
      await assert.rejects(bad.complete());
    }, 9);
    assert.deepEqual(
      told.map((event) => event.kind),
      [
        'started',
        'interrupted',
        'resumed',
        'committed',
        'started',
        'verified',
        'committed',
        'started',
        'rejected',
      ],
    );
  });

  it('are told again what they did not take, and nothing overtakes it', async () => {
    const told = await tell(({ home }) => put(home, '/a', 'content'), 2, 3);
    assert.deepEqual(
      told.map((event) => event.kind),
      ['started', 'committed'],
    );
  });

  it('can be a program that reads the event', async () => {
    await using folder = await temporaryFolder();
    const program = join(folder.path, 'hook');
    await writeFile(program, `#!/bin/sh\ncat > '${folder.path}/told'\n`);
    await chmod(program, 0o755);
    const event = { id: 7, time: 'now', account: 'alice' };
    await commandHook(program, 10_000)(event, new AbortController().signal);
    assert.deepEqual(JSON.parse(await readFile(join(folder.path, 'told'), 'utf8')), event);
  });

  it('fail if the program fails, saying what it complained of', async () => {
    await using folder = await temporaryFolder();
    const program = join(folder.path, 'hook');
    await writeFile(program, '#!/bin/sh\necho no room >&2\nexit 3\n');
    await chmod(program, 0o755);
    const event = { id: 7, time: 'now', account: 'alice' };
    const failing = commandHook(program, 10_000)(event, new AbortController().signal);
    await assert.rejects(failing, /ended with 3: no room/);
  });

  it('is logged in to by the login in its URL, which no error tells', async () => {
    let heard: string | undefined;
    const server = createServer((request, response) => {
      heard = request.headers.authorization;
      response.writeHead(500).end();
    });
    await listening(server);
    try {
      const { port } = server.address() as AddressInfo;
      const hook = urlHook(`http://me:hush%40hush@127.0.0.1:${port}/hook`, 10_000);
      const event = { id: 7, time: 'now', account: 'alice' };
      await assert.rejects(hook(event, new AbortController().signal), (error: Error) => {
        assert.match(error.message, /127\.0\.0\.1:\d+\/hook answered 500/);
        assert.doesNotMatch(error.message, /hush/);
        return true;
      });
      assert.equal(heard, `Basic ${Buffer.from('me:hush@hush').toString('base64')}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('can be a URL, which takes an event with a 2xx answer', async () => {
    const heard: string[] = [];
    const answer = async (request: IncomingMessage, response: ServerResponse) => {
      heard.push(await text(request));
      response.writeHead(heard.length === 1 ? 503 : 204).end();
    };
    const server = createServer((request, response) => void answer(request, response));
    await listening(server);
    try {
      const { port } = server.address() as AddressInfo;
      const hook = urlHook(`http://127.0.0.1:${port}/hook`, 10_000);
      const event = { id: 7, time: 'now', account: 'alice' };
      await assert.rejects(hook(event, new AbortController().signal), /503/);
      await hook(event, new AbortController().signal);
      assert.deepEqual(
        heard.map((body) => JSON.parse(body) as unknown),
        [event, event],
      );
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
}

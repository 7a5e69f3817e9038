import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { Socket } from 'node:net';
import { suite, test } from 'node:test';
import { KiB, MiB } from '../../src/base/size.ts';
import { Client } from '../ftp/client.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { noise } from './noise.ts';
import { assertSame, fetch, send, Site } from './site.ts';
import { until } from './until.ts';

const BIG = noise('big', 2 * MiB);
const SMALL = noise('small', 100 * KiB);

/** Changes the limits of a process that runs. */
const PRLIMIT = 'prlimit';

/** What the server may have open; it needs some forty for itself. */
const LIMIT = 96;

/** More than fit: each of them needs one for commands, and two for a transfer. */
const VISITORS = 60;

/** What a visitor may hear who comes too late. */
const REFUSALS = new Set([421, 425, 426, 450, 451, 550]);

function skipReason(): string | false {
  if (process.platform !== 'linux')
    return 'needs to see what a process has open, as Linux shows it';
  const { status } = spawnSync(PRLIMIT, ['--version'], { timeout: 10_000 });
  return status === 0 ? false : 'needs prlimit, which cannot be run here';
}

suite('a server that may not open enough', { skip: skipReason(), timeout: 120_000 }, () => {
  test('some are refused with a code, nothing is lost, and afterwards it has as much open as before', async () => {
    await using data = await temporaryFolder();
    await using site = await open(data.path);
    const ann = await site.logIn();
    assert.equal((await send(ann, 'STOR here', BIG)).code, 226);
    await until('it is at rest', async () =>
      (await openOf(site)).every((path) => !/here/.test(path)),
    );
    const before = await openOf(site);
    limit(site, LIMIT);
    assert.ok(before.length < LIMIT - 20, `${before.length} are open already`);

    let heard = await crowd(site);
    // On a busy machine all may have come in before the first goes on: nothing is left for a transfer.
    while (heard.every(({ code }) => code !== 226)) heard = await crowd(site);
    const stored = heard.flatMap(({ code }, i) => (code === 226 ? [`f${i}`] : []));
    const refused = heard.filter(({ code }) => code !== 226);
    assert.ok(refused.length > 0, 'not all came through');
    for (const { code } of refused) assert.ok(code === 0 || REFUSALS.has(code), `${code}`);

    // It is the same process, under the same limit, and serves whoever comes now.
    assertSame(await fetch(ann, 'here'), BIG);
    for (const name of stored) assertSame(await fetch(ann, name), SMALL);
    assert.equal((await send(ann, 'STOR later', BIG)).code, 226);
    await site.assertServes();
    await until(
      'it has as much open as before',
      async () => (await openOf(site)).length <= before.length,
    );
    await site.assertNoDrift();
  });

  test('what could not even be dropped for want of a descriptor is dropped later', async () => {
    await using data = await temporaryFolder();
    await using site = await open(data.path);
    limit(site, LIMIT);
    await crowd(site);
    await until('nobody holds an upload', () =>
      site.uploads().every(({ state }) => state === 'staging'),
    );
  });
});

function open(data: string): Promise<Site> {
  const args = ['--limits-max-sessions-per-account', '200', '--ftp-data-timeout', '1s'];
  return Site.open(data, { ann: {} }, { args });
}

/** Everybody comes at once. */
function crowd(site: Site): Promise<readonly { readonly code: number }[]> {
  return Promise.all(Array.from({ length: VISITORS }, (_, i) => visit(site, `f${i}`)));
}

/** Comes, logs in, stores a file and waits for the end of it all. @returns the last code, 0 if none */
async function visit(site: Site, name: string): Promise<{ code: number }> {
  const { port } = site.server;
  await using parts = new AsyncDisposableStack();
  let last = 0;
  try {
    const client = parts.use(await Client.connect({ host: '127.0.0.1', port }));
    const ask = async (line?: string): Promise<number> => {
      if (line !== undefined) client.send(line);
      const { code } = await client.reply();
      last = code;
      return code;
    };
    if ((await ask()) !== 220) return { code: last };
    if ((await ask('USER ann')) !== 331) return { code: last };
    if ((await ask('PASS correct horse')) !== 230) return { code: last };
    await ask('TYPE I');
    client.send('EPSV');
    const { code, lines } = await client.reply();
    const port2 = /\|\|\|(\d+)\|/.exec(lines.join(''))?.[1];
    if (port2 === undefined) return { code };
    const socket: Socket = await client.data(Number(port2));
    const first = await ask(`STOR ${name}`);
    if (first !== 150) return { code: first };
    socket.end(SMALL);
    return { code: await ask() };
  } catch {
    // Where there is no descriptor even for saying so, the connection ends.
    return { code: last < 400 ? 0 : last };
  }
}

/** Everything that is open, but for what the event loop keeps to close when nothing else can be. */
async function openOf(site: Site): Promise<readonly string[]> {
  return (await site.descriptors()).filter((path) => path !== 'gone' && path !== '/');
}

function limit(site: Site, most: number): void {
  const { status, stderr } = spawnSync(PRLIMIT, [
    `--pid=${site.server.pid}`,
    `--nofile=${most}:${most}`,
  ]);
  assert.equal(status, 0, String(stderr));
}

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite, test, type TestContext } from 'node:test';
import type { Clock } from '../../src/base/clock.ts';
import { parsePath } from '../../src/base/path.ts';
import { MiB } from '../../src/base/size.ts';
import {
  ConnectionPool,
  describeProof,
  download,
  type Outcome,
  upload,
} from '../../src/client/index.ts';
import type { FtpOptions } from '../../src/client/remotes/ftp/options.ts';
import { OVERLAP_BYTES } from '../../src/client/transfer/download/read-after.ts';
import { PASSWORD, startLive } from '../ftp/live.ts';
import { type ForeignName, skipWithoutServer } from '../support/foreign-packages.ts';
import { startForeign } from '../support/foreign-servers.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { Chance } from '../survive/chance.ts';
import type { Fault, FaultKind } from '../survive/faults.ts';
import { CuttingRemote } from './cutting-remote.ts';
import { noise } from './scene.ts';

/** Beyond what is promised beforehand: hashed on its way, and proven by its prefix. */
const LARGE = noise(64 * MiB + 4321);
/** Promised. */
const SMALL = noise(16 * MiB + 99);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What is waited for really happens here, only sooner. */
const QUICK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) =>
    sleep(milliseconds / 20, undefined, signal === undefined ? {} : { signal }),
};

interface Cuts {
  readonly seed: number;
  readonly direction: 'up' | 'down';
  readonly kinds: readonly FaultKind[];
  readonly count: number;
  /** Bytes that pass until one, at most. */
  readonly most: number;
}

/** Cuts that each come when some more of the file has passed. */
function cuts({ seed, direction, kinds, count, most }: Cuts): Fault[] {
  const chance = new Chance(seed);
  return Array.from({ length: count }, () => {
    const kind = chance.pick(kinds);
    return {
      kind,
      channel: 'data',
      direction,
      at: chance.between(0, most),
      // The end of the data alone is, to any server that was not told the size, the end of the file.
      both: kind !== 'rst' || chance.yes(0.5),
      end: chance.pick(['fin', 'rst'] as const),
      rate: MiB,
    };
  });
}

/** A real server, and what of its disk belongs to the account. */
interface Site extends AsyncDisposable {
  readonly options: FtpOptions;
  /** The folder on disk in which the transfers go, and how the account calls it. */
  readonly place: string;
  readonly path: string;
}

async function ours(): Promise<Site> {
  const live = await startLive();
  const { port } = live.server.ftp;
  // The first login makes the home.
  await (await live.logIn()).say('QUIT', 221);
  return {
    options: { host: '127.0.0.1', port, user: 'anna', password: PASSWORD },
    place: live.home('anna'),
    path: '/',
    [Symbol.asyncDispose]: () => live[Symbol.asyncDispose](),
  };
}

async function foreign(name: ForeignName): Promise<Site> {
  const server = await startForeign(name);
  const { host, port, user, password, home, place } = server;
  return {
    options: { host, port, user, password },
    place: join(home, place),
    path: place,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** @returns the bytes of the file that were handed to the network beyond its size */
function report(context: TestContext, outcome: Outcome, struck: number): number {
  const { moved, resumed, size, attempts, proof } = outcome;
  const beyond = moved + resumed - size;
  const cuts = `${struck} cuts, ${attempts} attempts`;
  context.diagnostic(`${cuts}, ${beyond} bytes beyond the size, ${describeProof(proof)}`);
  return beyond;
}

interface Row {
  readonly name: string;
  readonly open: () => Promise<Site>;
  readonly content: Buffer;
  readonly count: number;
  readonly up: readonly FaultKind[];
  readonly skip: string | false;
}

const ANY: readonly FaultKind[] = ['fin', 'rst', 'half-close'];

const ROWS: readonly Row[] = [
  { name: 'our server', open: ours, content: LARGE, count: 20, up: ANY, skip: false },
  { name: 'our server, promised', open: ours, content: SMALL, count: 20, up: ANY, skip: false },
  ...(['proftpd', 'vsftpd', 'pure-ftpd', 'pyftpdlib'] as const).map((name) => ({
    name,
    open: () => foreign(name),
    content: SMALL,
    count: 8,
    // An end in order makes these confirm a file that is not complete.
    up: ['rst'] as const,
    skip: skipWithoutServer(name),
  })),
];

suite('one file over a line that is cut again and again', () => {
  for (const { name, open, content, count, up, skip } of ROWS) {
    const most = Math.floor((1.6 * content.length) / count);

    test(`up to ${name}`, { skip }, async (context) => {
      await using site = await open();
      await using folder = await temporaryFolder();
      const faults = cuts({ seed: 1, direction: 'up', kinds: up, count, most });
      await using remote = new CuttingRemote(site.options, faults);
      await using pool = new ConnectionPool(remote);
      const source = join(folder.path, 'a');
      await writeFile(source, content);
      const path = parsePath(`${site.path}/a`);
      const outcome = await upload(pool, source, path, { clock: QUICK, retries: count });
      report(context, outcome, remote.struck);
      assert.equal(sha256(readFileSync(join(site.place, 'a'))), sha256(content));
      assert.deepEqual(await readdir(site.place), ['a']);
      assert.ok(remote.struck >= count / 2, `${remote.struck} cuts`);
    });

    test(`down from ${name}`, { skip }, async (context) => {
      await using site = await open();
      await using folder = await temporaryFolder();
      const faults = cuts({ seed: 2, direction: 'down', kinds: ANY, count, most });
      await using remote = new CuttingRemote(site.options, faults);
      await using pool = new ConnectionPool(remote);
      await writeFile(join(site.place, 'a'), content);
      const target = join(folder.path, 'a');
      const path = parsePath(`${site.path}/a`);
      const outcome = await download(pool, path, target, { clock: QUICK, retries: count });
      const beyond = report(context, outcome, remote.struck);
      assert.equal(sha256(await readFile(target)), sha256(content));
      assert.deepEqual(await readdir(folder.path), ['a']);
      assert.ok(remote.struck >= count / 2, `${remote.struck} cuts`);
      assert.ok(beyond <= remote.struck * OVERLAP_BYTES, `${beyond} bytes beyond the size`);
    });
  }
});

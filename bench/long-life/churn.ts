import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'basic-ftp';

/** Who comes and goes, and what they do. */
export interface Crowd {
  readonly port: number;
  readonly accounts: readonly string[];
  readonly password: string;
}

/** What has been done, and what did not work out though it should have. */
export interface Tally {
  logins: number;
  uploads: number;
  downloads: number;
  aborted: number;
  /** Visits that were not begun because too many were still on. */
  skipped: number;
  readonly failures: Map<string, number>;
}

const VISITS_PER_SECOND = 10;
/** Of ten visits two also begin an upload that breaks off, and two are encrypted. */
const EVERY_FIFTH = 5;
/** If the machine is busy, visits are left out rather than piled up. */
const MAX_AT_ONCE = 50;
/** Names in each home: what is uploaded replaces what was there before. */
const NAMES = 40;
const FILE_BYTES = 200_000;
const BROKEN_BYTES = 300_000;

/** Ten visits a second, each with a login and a transfer, for so many seconds. */
export async function churn(crowd: Crowd, seconds: number): Promise<Tally> {
  const tally: Tally = {
    logins: 0,
    uploads: 0,
    downloads: 0,
    aborted: 0,
    skipped: 0,
    failures: new Map(),
  };
  const began = performance.now();
  const running = new Set<Promise<void>>();
  for (let number = 0; number < seconds * VISITS_PER_SECOND; number += 1) {
    const due = began + (number * 1000) / VISITS_PER_SECOND;
    await sleep(Math.max(0, due - performance.now()));
    if (running.size >= MAX_AT_ONCE) {
      tally.skipped += 1;
      continue;
    }
    const visit = visitOnce(crowd, number, tally)
      .catch((error: unknown) => count(tally.failures, String(error)))
      .finally(() => running.delete(visit));
    running.add(visit);
  }
  await Promise.all(running);
  return tally;
}

async function visitOnce(crowd: Crowd, number: number, tally: Tally): Promise<void> {
  const account = crowd.accounts[number % crowd.accounts.length] ?? '';
  // Each account counts its own visits, so that all names come up.
  const turn = Math.floor(number / crowd.accounts.length);
  const name = `file-${turn % NAMES}`;
  const client = new Client(30_000);
  try {
    await client.access({
      host: '127.0.0.1',
      port: crowd.port,
      user: account,
      password: crowd.password,
      ...(number % EVERY_FIFTH === 1 && {
        secure: true,
        secureOptions: { rejectUnauthorized: false },
      }),
    });
    tally.logins += 1;
    if (turn < NAMES || turn % 2 === 0) {
      await client.uploadFrom(Readable.from([Buffer.alloc(FILE_BYTES, number)]), name);
      tally.uploads += 1;
    } else {
      await client.downloadTo(new Forgetting(), name);
      tally.downloads += 1;
    }
    if (number % EVERY_FIFTH === 0) await breakOff(client, `broken-${turn % NAMES}`, tally);
  } finally {
    client.close();
  }
}

/** Sends a part, then everything is gone, as with a client that is killed. */
async function breakOff(client: Client, name: string, tally: Tally): Promise<void> {
  async function* part(): AsyncGenerator<Buffer> {
    yield Buffer.alloc(BROKEN_BYTES);
    await sleep(100);
    client.close();
    await sleep(10);
  }
  await client.uploadFrom(Readable.from(part()), name).catch(() => {});
  tally.aborted += 1;
}

/** Takes everything and keeps nothing. */
class Forgetting extends Writable {
  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    done();
  }
}

function count(map: Map<string, number>, what: string): void {
  map.set(what, (map.get(what) ?? 0) + 1);
}

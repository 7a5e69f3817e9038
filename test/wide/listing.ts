import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryDuring } from '../peers/support/memory.ts';
import { RawClient } from '../peers/support/raw-client.ts';
import type { Site } from '../peers/support/site.ts';

/** What one listing of a wide folder took. Times in milliseconds, memory in bytes. */
export interface Measured {
  readonly entries: number;
  readonly firstByte: number;
  readonly total: number;
  /** What the server took at most beyond what it had before. */
  readonly memory: number;
  /** What another session asked meanwhile: how often it was answered, and the longest wait. */
  readonly others: Waits;
}

export interface Waits {
  readonly answers: number;
  readonly longest: number;
}

/** How often the other session asks something, in milliseconds. */
const NOOP_INTERVAL = 10;

const LF = 0x0a;

/** Lists a folder once, while another session asks again and again whether somebody is there. */
export async function measure(site: Site, account: string, line: string): Promise<Measured> {
  await using lister = await RawClient.login(site.as(account));
  await using other = await RawClient.login(site.as(account));
  const done = new AbortController();
  const waiting = askingUntil(done.signal, other);
  let [entries, firstByte, total] = [0, 0, 0];
  const memory = await memoryDuring(site.server.pid, async () => {
    const data = await lister.passive();
    const began = performance.now();
    data.on('data', (piece: Buffer) => {
      firstByte ||= performance.now() - began;
      for (const byte of piece) if (byte === LF) entries += 1;
    });
    const closed = once(data, 'close');
    await lister.say(line);
    await closed;
    await lister.reply();
    total = performance.now() - began;
  });
  done.abort();
  return { entries, firstByte, total, memory, others: await waiting };
}

/** Begins to list, and reads no more after the first piece. */
export async function stopHalfway(lister: RawClient, line: string): Promise<Socket> {
  const data = await lister.passive();
  await lister.say(line);
  await once(data, 'data');
  return data.pause();
}

async function askingUntil(end: AbortSignal, client: RawClient): Promise<Waits> {
  let [answers, longest] = [0, 0];
  while (!end.aborted) {
    const began = performance.now();
    await client.say('NOOP');
    longest = Math.max(longest, performance.now() - began);
    answers += 1;
    await sleep(NOOP_INTERVAL);
  }
  return { answers, longest };
}

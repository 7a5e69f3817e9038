import assert from 'node:assert/strict';
import { startCurl } from './curl.ts';
import { RawClient } from './raw-client.ts';
import type { Login, Site } from './site.ts';
import { until } from './wait.ts';

/**
 * Lets curl send exactly these bytes to a path, as the beginning of a longer upload, waits until
 * the server has written them, kills curl, and asserts that the server keeps them back.
 */
export async function killCurlAfter(
  site: Site,
  login: Login,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  const upload = await site.nextUpload();
  await using client = startCurl(login, path, '-T', '-');
  client.child.stdin.write(bytes);
  await upload.has(bytes.length);
  const uploads = { path: `/${path}`, direction: 'in' } as const;
  const before = (await site.transfers(uploads)).length;
  await client.kill();
  const ended = await until('the transfer log shows the end', async () =>
    (await site.transfers(uploads)).at(before),
  );
  assert.equal(ended.outcome, 'interrupted', 'an upload whose sender was killed is not complete');
  assert.equal(ended.resumedFrom + ended.bytes, bytes.length);
}

/** What the owner of an unfinished upload is told of so many durable bytes (docs/resume.md). */
export function shownOf(durable: number): number {
  return Math.max(0, durable - 1);
}

/** Waits until all these bytes of an unfinished upload are durable, as its owner sees. */
export async function untilDurable(login: Login, path: string, bytes: number): Promise<void> {
  await using owner = await RawClient.login(login);
  const told = `213 ${shownOf(bytes)}`;
  await until(`SIZE says ${told}`, async () => (await owner.say(`SIZE ${path}`)).text === told);
}

/** The size that its owner is told, from which a client goes on; undefined if there is nothing. */
export async function sizeOf(login: Login, path: string): Promise<number | undefined> {
  await using owner = await RawClient.login(login);
  const { code, text } = await owner.say(`SIZE ${path}`);
  return code === 213 ? Number(text.slice(4)) : undefined;
}

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../ftp/client.ts';
import type { Live } from '../ftp/live.ts';
import { runCli } from '../support/run-cli.ts';

/** Longer than anything that is waited for here ever takes, in milliseconds. */
const PATIENCE_MS = 120_000;

const ASK_EVERY_MS = 5;

/** What somebody sees under a name: a file, what has come of an upload of theirs, or nothing. */
export type Sight = { readonly file: string } | { readonly partial: number } | 'nothing';

/** What `uploads show` tells of an upload. */
export interface ShownUpload {
  readonly path: string;
  readonly state: string;
  readonly offset: number;
  readonly length: number | null;
  readonly evidence: string | null;
  readonly holder: string | null;
}

/** A line of the transfer log. */
interface LoggedTransfer {
  readonly path: string;
  readonly direction: string;
  readonly bytes: number;
  readonly resumedFrom: number;
  readonly outcome: string;
  readonly evidence?: string;
  readonly reason?: string;
}

/** Asks again and again until there is an answer. @param what completes "waited in vain until …" */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`Waited in vain until ${what}`);
    await sleep(ASK_EVERY_MS);
  }
}

/** The next reply has to be exactly this, code and text. */
export async function expectReply(client: Client, wanted: string): Promise<void> {
  const { code, lines } = await client.reply();
  assert.equal(`${code} ${lines.join('\n')}`, wanted);
}

/** Sends a line, to which the reply has to be exactly this, code and text. */
export async function ask(client: Client, line: string, wanted: string): Promise<void> {
  client.send(line);
  await expectReply(client, wanted);
}

/**
 * Begins an upload and sends bytes.
 * @param start where the first of them lands
 * @param connected the data connection, if it is there already
 * @returns the data connection, once the server has them all
 */
export async function begin(
  client: Client,
  command: string,
  bytes: string,
  start = 0,
  connected?: Socket,
): Promise<Socket> {
  const data = connected ?? (await client.data());
  await ask(client, command, '150 Waiting for the bytes');
  data.write(bytes);
  if (bytes !== '') await received(client, start + bytes.length);
  return data;
}

/** Waits until the running upload has so many bytes, those included that it began with. */
export async function received(client: Client, bytes: number): Promise<void> {
  const shown = `: ${bytes} bytes so far`;
  await until(`${bytes} bytes have come`, async () =>
    (await client.say('STAT', 211)).includes(shown),
  );
}

/** Leaves an unfinished upload of exactly these bytes, by a reset. */
export async function leave(
  client: Client,
  command: string,
  bytes: string,
  start = 0,
): Promise<void> {
  const data = await begin(client, command, bytes, start);
  data.resetAndDestroy();
  await expectReply(
    client,
    `426 The data connection broke; ${start + bytes.length} bytes are kept`,
  );
}

/** Sends all bytes of an upload and its end. The final reply has to be exactly this. */
export async function store(
  client: Client,
  command: string,
  bytes: string,
  wanted: string,
): Promise<void> {
  const { code, lines } = await client.upload(command, bytes);
  assert.equal(`${code} ${lines.join('\n')}`, wanted);
}

/** Asks for a transfer that has to be refused with exactly this before a data connection is used. */
export async function refused(client: Client, command: string, wanted: string): Promise<void> {
  await client.passive();
  await ask(client, command, wanted);
}

/** Resolves when the server has ended this data connection. */
export async function endOf(data: Socket): Promise<void> {
  data.resume();
  if (!data.readableEnded && !data.destroyed) {
    await Promise.race([once(data, 'end'), once(data, 'close')]);
  }
}

/** Asserts what SIZE, MLST, LIST, MLSD and RETR say of a name in the root. */
export async function expectSight(client: Client, name: string, sight: Sight): Promise<void> {
  if (sight === 'nothing') {
    for (const verb of ['SIZE', 'MLST']) await client.say(`${verb} ${name}`, 550);
    await expectListed(client, name, undefined);
    await client.passive();
    await client.say(`RETR ${name}`, 550);
    return;
  }
  const isPartial = 'partial' in sight;
  // Of an unfinished upload one byte less than is kept (docs/resume.md).
  const size = isPartial ? sight.partial - 1 : sight.file.length;
  await ask(client, `SIZE ${name}`, `213 ${size}`);
  const facts = await client.say(`MLST ${name}`, 250);
  assert.ok(facts.includes(`;size=${size};`), facts);
  assert.equal(facts.includes('X.partial=1;'), isPartial, facts);
  await expectListed(client, name, size, isPartial);
  if (isPartial) {
    const kept = `Only ${sight.partial} bytes of this upload are here`;
    await refused(client, `RETR ${name}`, `450 ${kept}`);
    return;
  }
  const bytes = await client.download(`RETR ${name}`);
  assert.ok(bytes.toString() === sight.file, `other bytes are in ${name}`);
}

/** Asserts what LIST, NLST and MLSD show of a name in the root. @param size undefined: nothing */
export async function expectListed(
  client: Client,
  name: string,
  size: number | undefined,
  isPartial = false,
): Promise<void> {
  const [list, names, facts] = [
    (await client.download('LIST')).toString(),
    (await client.download('NLST')).toString(),
    (await client.download('MLSD')).toString(),
  ].map((text) => text.split('\r\n').find((line) => ` ${line}`.endsWith(` ${name}`)));
  if (size === undefined) {
    assert.deepEqual([list, names, facts], [undefined, undefined, undefined]);
    return;
  }
  assert.equal(/^\S+ +\d+ \S+ +\S+ +(\d+) /.exec(list ?? '')?.[1], String(size), `LIST: ${list}`);
  assert.equal(names, name);
  assert.ok(facts?.includes(`;size=${size};`), `MLSD: ${facts}`);
  assert.equal(facts?.includes('X.partial=1;'), isPartial, `MLSD: ${facts}`);
}

/**
 * Asserts that the owner, another account and the disk have these bytes under a name, and that no
 * upload to it is unfinished.
 */
export async function expectCommitted(live: Live, name: string, bytes: string): Promise<void> {
  await using owner = await live.logIn();
  await using neighbour = await live.logIn('neighbour');
  await expectSight(owner, name, { file: bytes });
  await expectSight(neighbour, name, { file: bytes });
  assert.equal(await readFile(join(live.home('anna'), name), 'utf8'), bytes);
  assert.deepEqual(await unfinishedOf(live, name), []);
}

/** What SITE UPLOADS tells of the unfinished uploads to a name: `<n> of <length> bytes, <state>`. */
export async function unfinishedOf(live: Live, name: string): Promise<readonly string[]> {
  await using owner = await live.logIn();
  const lines = (await owner.say('SITE UPLOADS', 213)).split('\n');
  return lines
    .filter((line) => line.endsWith(`: /${name}`))
    .map((line) => line.replace(/, kept until.*/, ''));
}

/** What `carryon uploads show` tells of an unfinished upload that its owner can see. */
export async function showUpload(live: Live, owner: Client, path: string): Promise<ShownUpload> {
  const facts = await owner.say(`MLST ${path}`, 250);
  const id = /;unique=([^;]+);/i.exec(facts)?.[1];
  assert.ok(id, facts);
  return JSON.parse(await carryon(live, 'uploads', 'show', id, '--json')) as ShownUpload;
}

/** What `carryon uploads list` tells of the unfinished uploads to this path. */
export async function listUploads(live: Live, path: string): Promise<readonly ShownUpload[]> {
  const lines = (await carryon(live, 'uploads', 'list', '--json')).split('\n').filter(Boolean);
  return lines
    .map((line) => JSON.parse(line) as ShownUpload)
    .filter((upload) => upload.path === path);
}

/** Asserts how the last upload of this path went, as the transfer log tells, once it does. */
export async function expectLogged(
  live: Live,
  path: string,
  wanted: Partial<LoggedTransfer>,
): Promise<void> {
  const file = join(dataOf(live), 'log/transfers.ndjson');
  let last: LoggedTransfer | undefined;
  const isThere = async (): Promise<boolean> => {
    const text = await readFile(file, 'utf8').catch(() => '');
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    last = lines
      .filter(Boolean)
      .map((line) => JSON.parse(line) as LoggedTransfer)
      .findLast((line) => line.direction === 'in' && line.path === path);
    return (
      last !== undefined &&
      Object.entries(wanted).every(([fact, value]) => {
        return last?.[fact as keyof LoggedTransfer] === value;
      })
    );
  };
  await until(`the log says ${JSON.stringify(wanted)} of ${path}`, isThere).catch((error) => {
    throw new Error(`It says ${JSON.stringify(last)}`, { cause: error });
  });
}

async function carryon(live: Live, ...words: readonly string[]): Promise<string> {
  const result = await runCli([...words, '--data', dataOf(live)]);
  assert.equal(result.code, 0, `${words.join(' ')}: ${result.stderr}`);
  return result.stdout;
}

function dataOf(live: Live): string {
  return dirname(dirname(live.home('anna')));
}

import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DEFAULT_PERMISSIONS } from '../../src/base/permission.ts';
import type { Client } from '../ftp/client.ts';
import { readAll } from '../ftp/client.ts';
import { type Live, startLive } from '../ftp/live.ts';
import type { PathVerb } from '../peers/support/path-verbs.ts';

/** What nobody may come to see. */
export const SECRET = 'the secret of somebody else';

/** One server for all cases, with a secret beside the homes. */
export interface Scene {
  readonly live: Live;
  /** The data folder. */
  readonly data: string;
  /** A folder beside the home of anna, with a file `secret` in it. */
  readonly outside: string;
}

export async function openScene(): Promise<Scene & AsyncDisposable> {
  const live = await startLive({
    flags: { logXferlog: 'log/xferlog', ftpDataTimeout: '2s', uploadsCheckpoint: '64KiB' },
  });
  await live.server.accounts.set('anna', { permissions: [...DEFAULT_PERMISSIONS, 'make-link'] });
  const data = dirname(dirname(live.home('anna')));
  const outside = join(data, 'homes', 'anna-too');
  await mkdir(outside, { recursive: true });
  await mkdir(live.home('anna'), { recursive: true });
  await writeFile(join(outside, 'secret'), SECRET);
  return { live, data, outside, [Symbol.asyncDispose]: () => live[Symbol.asyncDispose]() };
}

/** A new account with a home that is there. */
export async function newcomer(
  { live }: Scene,
  name: string,
  changes: Parameters<Live['addAccount']>[1] = {},
): Promise<string> {
  await live.addAccount(name, changes);
  await mkdir(live.home(name), { recursive: true });
  return live.home(name);
}

/** All that is in a folder, each with its content and time. */
export async function snapshot(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return Promise.all(
    names.toSorted().map(async (name) => {
      const path = join(folder, name);
      const { mtimeMs, mode } = await stat(path);
      return `${name} ${mtimeMs} ${mode} ${await readFile(path, 'utf8').catch(() => '')}`;
    }),
  );
}

/** Says a verb with a name, whatever is in it. @returns all that came back */
export async function attempt(client: Client, verb: PathVerb, name: Buffer): Promise<string> {
  let heard = '';
  for (const [index, line] of verb.lines(name).entries()) {
    const usesData = verb.data !== undefined && index === verb.lines(name).length - 1;
    const data = usesData ? await client.data() : undefined;
    client.socket.write(Buffer.concat([line, Buffer.from('\r\n')]));
    const first = await client.reply();
    heard += first.lines.join('\n');
    if (data === undefined) continue;
    if (first.code !== 150) {
      data.destroy();
      continue;
    }
    if (verb.data === 'takes') data.end('an attack');
    else heard += (await readAll(data)).toString();
    heard += (await client.reply()).lines.join('\n');
    data.destroy();
  }
  return heard;
}

/** No verb with any of these names shows or changes anything outside. */
export async function staysInside(
  scene: Scene,
  verbs: ReadonlyMap<string, PathVerb>,
  names: readonly { readonly name: Buffer; readonly idea: string }[],
): Promise<void> {
  const before = await snapshot(scene.outside);
  await using client = await scene.live.logIn();
  for (const [word, verb] of verbs) {
    for (const { name, idea } of names) {
      const heard = await attempt(client, verb, name);
      assert.ok(!heard.includes(SECRET), `${word} has told the secret: ${idea}`);
    }
    await client.say('CWD /', 250);
  }
  assert.deepEqual(await snapshot(scene.outside), before);
}

import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeName } from '../../src/base/name.ts';
import type { Placed } from './conversation.ts';
import type { Host } from './hosts.ts';

/** The time of change of everything that is placed, in seconds since 1970: 2020-02-02. */
const PLACED_AT = 1_580_601_600;

/** Contents longer than this are compared by their digest. */
const SHOWN_BYTES = 100;

/** Makes the folder of a conversation on the server's disk. @returns its path there */
export async function place(host: Host, name: string, placed: Placed): Promise<string> {
  const folder = join(host.folder, name);
  await rm(folder, { recursive: true, force: true });
  const made = [folder];
  await mkdir(folder);
  for (const [entry, content] of Object.entries(placed)) {
    const path = join(folder, entry);
    await (entry.endsWith('/') ? mkdir(path) : writeFile(path, content ?? ''));
    made.push(path);
  }
  for (const path of made.toReversed()) {
    host.own(path);
    await utimes(path, PLACED_AT, PLACED_AT);
  }
  return folder;
}

/** What is in a folder, as lines that can be compared. */
export async function effectOf(
  folder: Buffer,
  { named = true, attributes = false }: { readonly named?: boolean; readonly attributes?: boolean },
): Promise<string[]> {
  const names = await readdir(folder, 'buffer');
  const lines = await Promise.all(
    names.map(async (raw) => {
      const path = Buffer.concat([folder, Buffer.from('/'), raw]);
      const status = await lstat(path);
      const name = named ? decodeName(raw) : '*';
      const bits = (status.mode & 0o777).toString(8);
      const extra = attributes ? ` ${bits} ${Math.floor(status.mtimeMs / 1000)}` : '';
      if (!status.isDirectory()) return [`${name}${extra}: ${contentOf(await readFile(path))}`];
      const below = await effectOf(path, { named });
      return [`${name}/${extra}`, ...below.map((line) => `${name}/${line}`)];
    }),
  );
  return lines.flat().toSorted();
}

function contentOf(bytes: Buffer): string {
  if (bytes.length <= SHOWN_BYTES) return JSON.stringify(decodeName(bytes));
  return `${bytes.length} bytes ${createHash('sha256').update(bytes).digest('hex')}`;
}

import { readdir, readFile } from 'node:fs/promises';

/** Names as bytes in Latin-1, and the contents by name where they were fetched. */
export interface Found {
  readonly names: readonly string[];
  readonly contents?: ReadonlyMap<string, string>;
}

/** What a client has written into a folder; nothing if there is no such folder. */
export async function filesIn(folder: string): Promise<Found> {
  const names = await readdir(folder, 'buffer').catch(() => []);
  const contents = new Map<string, string>();
  for (const name of names) {
    const path = Buffer.concat([Buffer.from(`${folder}/`), name]);
    contents.set(name.toString('latin1'), await readFile(path, 'utf8').catch(() => '(no file)'));
  }
  return { names: [...contents.keys()], contents };
}

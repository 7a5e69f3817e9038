import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Patient } from './check.ts';

/** A folder on a file system of its own. */
export interface Place {
  readonly folder: string;
}

/** The data folder, and one home on each other file system that homes are on. */
export async function placesOf({ settings, opened }: Patient): Promise<readonly Place[]> {
  const accounts = (await opened?.accounts.list()) ?? [];
  const folders = [settings.data, ...accounts.map(({ home }) => resolve(settings.data, home))];
  const seen = new Map<number, Place>();
  for (const folder of folders) {
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory() && !seen.has(found.dev)) seen.set(found.dev, { folder });
  }
  return [...seen.values()];
}

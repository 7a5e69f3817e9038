import { type Dir, opendirSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Entry } from '../store.ts';
import type { Confinement, Held } from './confinement.ts';
import { entryAt } from './entry.ts';
import { isAscii, isHidden } from './hidden.ts';
import { fromOs, osPath, within } from './os-path.ts';
import type { Pace } from './pace.ts';

/** Entries in one slice: some milliseconds of work at most, after which others have their turn. */
const SLICE = 256;

/** Names that are looked at without a look at the time. */
const GROUP = 32;

/**
 * The entries of a folder that is held, in slices. Asking synchronously, slice by slice, is many
 * times faster than a thread's answer awaited for each entry, and no call waits for a long folder.
 * Where the disk is slow, a thread asks first. What vanishes while we look is left out.
 * @param pace of looking at names
 */
export async function* listFolder(
  home: Confinement,
  folder: Held,
  pace: Pace,
): AsyncGenerator<readonly Entry[]> {
  const look = (names: readonly string[]): Entry[] => {
    const entries: Entry[] = [];
    for (const name of names) {
      const entry = entryAt(home, within(folder.path, name), name);
      if (entry) entries.push(entry);
    }
    return entries;
  };
  using reader = opendirSync(osPath(folder.path), { encoding: 'latin1', bufferSize: SLICE });
  let slice: Entry[] = [];
  for (;;) {
    const names = nextNames(reader);
    if (names.length === 0) break;
    const entries = pace.run(
      () => look(names),
      async () => {
        for (const name of names) {
          await lstat(osPath(within(folder.path, name))).catch(() => {});
        }
        return look(names);
      },
    );
    slice.push(...(entries instanceof Promise ? await entries : entries));
    if (slice.length < SLICE) continue;
    yield slice;
    slice = [];
    await nextTurn();
  }
  if (slice.length > 0) yield slice;
}

/** The next names that a folder holds; none at its end. */
function nextNames(reader: Dir): string[] {
  const names: string[] = [];
  while (names.length < GROUP) {
    const found = reader.readSync();
    if (!found) break;
    const name = nameOfBytes(found.name);
    if (!isHidden(name)) names.push(name);
  }
  return names;
}

/** @param bytes a name of which each character is a byte */
function nameOfBytes(bytes: string): string {
  return isAscii(bytes) ? bytes : fromOs(Buffer.from(bytes, 'latin1'));
}

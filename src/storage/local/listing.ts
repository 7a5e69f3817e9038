import { opendirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Entry } from '../store.ts';
import type { Confinement, Held } from './confinement.ts';
import { entryAt } from './entry.ts';
import { isHidden } from './hidden.ts';
import { fromOs, osPath, within } from './os-path.ts';

/** Entries in one slice: about a millisecond of work, after which others have their turn. */
const SLICE = 256;

/**
 * The entries of a folder that is held, in slices. Asking synchronously, slice by slice, is many
 * times faster than a thread's answer awaited for each entry, and no call waits for a long folder.
 * What vanishes while we look is left out.
 */
export async function* listFolder(
  home: Confinement,
  folder: Held,
): AsyncGenerator<readonly Entry[]> {
  // The types know only text here; the bytes come as `encoding` says.
  const options = { encoding: 'buffer' as BufferEncoding, bufferSize: SLICE };
  using names = opendirSync(osPath(folder.path), options);
  let slice: Entry[] = [];
  for (let found = names.readSync(); found; found = names.readSync()) {
    const name = fromOs(found.name as unknown as Buffer);
    if (isHidden(name)) continue;
    const entry = entryAt(home, within(folder.path, name), name);
    if (!entry) continue;
    slice.push(entry);
    if (slice.length < SLICE) continue;
    yield slice;
    slice = [];
    await nextTurn();
  }
  if (slice.length > 0) yield slice;
}

import { type Dir, opendirSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Entry, Soon } from '../store.ts';
import type { Confinement } from './confinement.ts';
import { shownAt } from './entry.ts';
import { FactsTable } from './facts.ts';
import type { FolderLook } from './folder-look.ts';
import { isAscii, isHidden } from './hidden.ts';
import { lookAtNames, packNames, unpackNames } from './look.ts';
import { fromOs, osPath, within } from './os-path.ts';
import type { Pace } from './pace.ts';

/** Entries in one slice: some milliseconds of work at most, after which others have their turn. */
const SLICE = 256;

/** Names that are looked at without a look at the time. */
const GROUP = 32;

/** After so many names a thread is started: a shorter folder is listed before it could help. */
const LONG = 1024;

/** Slices that the thread is asked for at a time, so that it has enough to do until our next turn. */
const ASKED = 4;

/** Slices that wait for one before them. */
const AHEAD = 16;

/** A slice whose turn has not come. */
interface Waiting {
  /** Packed: what waits outlives V8's space for new objects, of which names would be many. */
  readonly names: Uint8Array;
  /** Undefined where the thread could not find out. */
  readonly facts: Soon<FactsTable | undefined>;
  isReady: boolean;
}

/**
 * The entries of a folder that is held, in slices. Asking synchronously, slice by slice, is many
 * times faster than a thread's answer awaited for each entry, and no call waits for a long folder.
 * Slices of a long one are looked at by a thread as well, at the same time. Where the disk is slow,
 * a thread asks first. What vanishes while we look is left out.
 * @param pace of looking at names
 */
export async function* listFolder(
  home: Confinement,
  look: FolderLook,
  pace: Pace,
): AsyncGenerator<readonly Entry[]> {
  const { path } = look.folder;
  using reader = new NameReader(path);
  const slices: Waiting[] = [];
  for (;;) {
    let hasLooked = false;
    while (!hasLooked && slices.length < AHEAD) {
      const isLong = reader.count >= (look.hasThread ? SLICE : LONG);
      const mayAsk = isLong && look.unanswered < ASKED;
      const hasOther = slices.length > 0 && (slices[0]?.isReady || pace.isCareful);
      if (!mayAsk && hasOther) break;
      const names = reader.next();
      if (names.length === 0) break;
      const packed = packNames(names);
      const answer = mayAsk ? look.ask(packed, names.length) : undefined;
      if (answer) slices.push(new Asked(packed, answer));
      else {
        const facts = await lookHere(path, names, pace);
        slices.push({ names: packed, facts, isReady: true });
        hasLooked = true;
      }
    }
    const first = slices[0];
    if (first === undefined) return;
    if (!first.isReady && !hasLooked) await first.facts; // there is nothing else to do
    if (first.isReady) {
      slices.shift();
      const names = unpackNames(first.names);
      const facts = (await first.facts) ?? (await lookHere(path, names, pace));
      yield entriesOf(home, path, names, facts);
    }
    if (slices.length > 0 || !reader.isAtEnd) await nextTurn();
  }
}

/** A slice that the thread has been asked for. */
class Asked implements Waiting {
  readonly names: Uint8Array;
  readonly facts: Promise<FactsTable | undefined>;
  isReady = false;

  constructor(names: Uint8Array, answer: Promise<FactsTable | undefined>) {
    this.names = names;
    this.facts = answer.finally(() => (this.isReady = true));
  }
}

function entriesOf(
  home: Confinement,
  folder: string,
  names: readonly string[],
  facts: FactsTable,
): readonly Entry[] {
  const entries: Entry[] = [];
  for (const [row, name] of names.entries()) {
    const found = facts.get(row);
    if (found) entries.push(shownAt(home, within(folder, name), name, found));
  }
  return entries;
}

/** Looks at names without the thread. */
async function lookHere(folder: string, names: readonly string[], pace: Pace): Promise<FactsTable> {
  const facts = new FactsTable(names.length);
  for (let at = 0; at < names.length; at += GROUP) {
    const end = Math.min(at + GROUP, names.length);
    const look = (): void => lookAtNames(folder, names, facts, at, end);
    const soon = pace.run(look, async () => {
      for (const name of names.slice(at, end)) {
        await lstat(osPath(within(folder, name))).catch(() => {});
      }
      look();
    });
    if (soon instanceof Promise) await soon;
  }
  return facts;
}

/** The names in a folder, a slice at a time. */
class NameReader implements Disposable {
  readonly #reader: Dir;
  isAtEnd = false;
  /** Names that have been told. */
  count = 0;

  constructor(folder: string) {
    this.#reader = opendirSync(osPath(folder), { encoding: 'latin1', bufferSize: SLICE });
  }

  /** The next names; none at the end. */
  next(): readonly string[] {
    const names: string[] = [];
    while (!this.isAtEnd && names.length < SLICE) {
      const found = this.#reader.readSync();
      if (!found) {
        this.isAtEnd = true;
        break;
      }
      const name = nameOfBytes(found.name);
      if (!isHidden(name)) names.push(name);
    }
    this.count += names.length;
    return names;
  }

  [Symbol.dispose](): void {
    this.#reader.closeSync();
  }
}

/** @param bytes a name of which each character is a byte */
function nameOfBytes(bytes: string): string {
  return isAscii(bytes) ? bytes : fromOs(Buffer.from(bytes, 'latin1'));
}

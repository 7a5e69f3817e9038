import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Failure } from '../../src/base/failure.ts';
import type { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import type { Placement } from '../../src/vault/placement.ts';
import type { Writer } from '../../src/vault/writer.ts';
import { type Bench, at, begin, read } from './harness.ts';

const names = fc.constantFrom('/a', '/b', '/d/c', '/e/c');
const holders = fc.nat({ max: 4 });

/** Where somebody wants to begin: at this much of what they see, if not at its beginning or end. */
type Wish = 'replace' | 'append' | { readonly percent: number };

/** One thing that somebody does in a home. */
export type Move =
  | { readonly kind: 'begin'; readonly path: string; readonly wish: Wish }
  | { readonly kind: 'write'; readonly who: number; readonly bytes: number }
  | { readonly kind: 'complete' | 'cut'; readonly who: number }
  | { readonly kind: 'remove' | 'touch'; readonly path: string }
  | { readonly kind: 'move'; readonly from: string; readonly to: string };

const wishes = fc.oneof(
  fc.constantFrom<Wish>('replace', 'append'),
  // Mostly what an ordinary client asks for: to go on at the end of what it sees.
  fc.oneof(fc.constant(100), fc.nat({ max: 110 })).map((percent): Wish => ({ percent })),
);

export const moves: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('begin' as const),
      path: names,
      wish: wishes,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      who: holders,
      bytes: fc.integer({ min: 0, max: 2500 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('complete', 'complete', 'cut'), who: holders }),
  },
  fc.record({ kind: fc.constantFrom('remove', 'touch'), path: names }),
  fc.record({
    kind: fc.constant('move' as const),
    from: fc.oneof(names, fc.constantFrom('/d', '/e')),
    to: fc.oneof(names, fc.constantFrom('/d', '/e')),
  }),
);

/** Somebody who writes, and what they think that their file has. */
interface Player {
  readonly writer: Writer;
  readonly isAppending: boolean;
  /** What was there before their first byte. */
  readonly before: string;
  sent: string;
}

/** Plays moves on a home and keeps a simple model of what it must hold. */
export class Play {
  readonly #bench: Bench;
  readonly #store: MemoryStore;
  readonly #files = new Map<string, string>();
  /** The bytes of each upload that was ever begun. */
  readonly #uploads = new Map<string, string>();
  readonly #players: Player[] = [];
  #letter = 0;
  completed = 0;

  private constructor(bench: Bench, store: MemoryStore) {
    this.#bench = bench;
    this.#store = store;
  }

  static async begin(bench: Bench, store: MemoryStore): Promise<Play> {
    const play = new Play(bench, store);
    await orRefused(() => bench.home.makeFolder(at('/d')));
    return play;
  }

  async make(move: Move): Promise<void> {
    switch (move.kind) {
      case 'begin':
        return this.#begin(move.path, move.wish);
      case 'write':
        return this.#write(move.who, move.bytes);
      case 'complete':
        return this.#complete(move.who);
      case 'cut':
        await this.#leave(move.who)?.writer.interrupt('cut');
        return;
      case 'remove':
        if (await orRefused(() => this.#bench.home.removeFile(at(move.path)))) {
          this.#files.delete(move.path);
        }
        return;
      case 'touch':
        await orRefused(() => this.#bench.home.setModified(at(move.path), 86_400_000));
        return;
      case 'move':
        return this.#move(move.from, move.to);
    }
  }

  /** Everybody goes. */
  async end(): Promise<void> {
    for (const { writer } of this.#players.splice(0)) await writer.interrupt('the end');
  }

  async checkFiles(): Promise<void> {
    const found = new Map<string, string>();
    await this.#walk('', found);
    assert.deepEqual(summary(found), summary(this.#files));
  }

  async #walk(folder: string, found: Map<string, string>): Promise<void> {
    for await (const slice of this.#bench.home.list(at(folder))) {
      for (const entry of slice) {
        const path = `${folder}/${entry.name}`;
        if (entry.kind === 'folder') await this.#walk(path, found);
        else if (!entry.partial) found.set(path, await read(this.#bench.home, path));
      }
    }
  }

  /** What is staged and durable is what was sent. */
  async checkStaged(): Promise<void> {
    const tree = await this.#store.openTree('home');
    for (const row of await this.#bench.vault.uploads()) {
      await using file = await tree.openStaged(row.id);
      const bytes = Buffer.alloc(row.offset);
      await file.read(bytes, 0);
      const expected = this.#uploads.get(row.id);
      // What was to be appended anew, and was not, was begun by nobody here.
      if (expected === undefined) continue;
      assert.equal(bytes.toString('latin1'), expected.slice(0, row.offset));
    }
  }

  async #begin(path: string, wish: Wish): Promise<void> {
    await orRefused(async () => {
      const placement = await this.#place(path, wish);
      const writer = await begin(this.#bench.home, path, placement);
      if (placement.kind === 'resume') assert.equal(writer.start, placement.offset);
      if (placement.kind === 'replace') assert.equal(writer.start, 0);
      const continued = this.#uploads.get(writer.id) ?? (await this.#stagedAlready(writer.id));
      const before = (continued ?? this.#files.get(path) ?? '').slice(0, writer.start);
      const isAppending = placement.kind === 'append' && continued === undefined;
      this.#players.push({ writer, isAppending, before, sent: '' });
    });
  }

  async #write(who: number, bytes: number): Promise<void> {
    const player = this.#player(who);
    if (!player) return;
    this.#letter += 1;
    const text = String.fromCharCode(97 + (this.#letter % 26)).repeat(bytes);
    const { writer } = player;
    const had = writer.received;
    await orRefused(async () => writer.write([Buffer.from(text)]));
    player.sent += text.slice(0, writer.received - had);
    if (writer.received > had) this.#uploads.set(writer.id, player.before + player.sent);
  }

  async #complete(who: number): Promise<void> {
    const player = this.#leave(who);
    if (!player) return;
    const { writer, isAppending, before, sent } = player;
    const isDone = await orRefused(() => writer.complete());
    if (isDone) {
      this.completed += 1;
      const start = isAppending ? (this.#files.get(writer.path) ?? '') : before;
      this.#files.set(writer.path, start + sent);
    } else await writer.interrupt('it could not be completed');
  }

  async #move(from: string, to: string): Promise<void> {
    if (!(await orRefused(() => this.#bench.home.move(at(from), at(to), () => {})))) return;
    for (const [path, content] of [...this.#files]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#files.delete(path);
      this.#files.set(to + path.slice(from.length), content);
    }
  }

  async #place(path: string, wish: Wish): Promise<Placement> {
    if (typeof wish === 'string') return { kind: wish };
    const { size } = await this.#bench.home.stat(at(path));
    return { kind: 'resume', offset: Math.floor((size * wish.percent) / 100) };
  }

  /** The bytes of an upload that nobody here began: what was to be appended anew, and was not. */
  async #stagedAlready(id: string): Promise<string | undefined> {
    const row = (await this.#bench.vault.uploads()).find((upload) => upload.id === id);
    if (!row) return undefined;
    await using file = await (await this.#store.openTree('home')).openStaged(id);
    const bytes = Buffer.alloc(row.offset);
    await file.read(bytes, 0);
    return bytes.toString('latin1');
  }

  /** One of those who have not left. */
  #player(who: number): Player | undefined {
    return this.#players.at(who % Math.max(1, this.#players.length));
  }

  #leave(who: number): Player | undefined {
    return this.#players.splice(who % Math.max(1, this.#players.length), 1)[0];
  }
}

/** @returns false if it was refused; anything but a refusal is a mistake */
async function orRefused(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Failure) {
      assert.notEqual(error.code, 'storage-failed', error.stack);
      return false;
    }
    throw error;
  }
}

/** Short enough to be read when it is not what it should be. */
function summary(files: ReadonlyMap<string, string>): Record<string, string> {
  const sorted = [...files].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([path, text]) => [
      path,
      text.replaceAll(/(.)\1*/g, (run) => `${run[0]}${run.length} `),
    ]),
  );
}

import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { Failure, failed } from '../../src/base/failure.ts';
import { silentLog } from '../../src/base/log.ts';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import type { Database } from '../../src/database/database.ts';
import { LocalStore } from '../../src/storage/local/local-store.ts';
import type { Store } from '../../src/storage/store.ts';
import type { Home } from '../../src/vault/home.ts';
import { Vault } from '../../src/vault/vault.ts';
import { CHECKPOINT_BYTES, at, newPresence, put, putCut, read } from '../vault/harness.ts';

export const OLD = 'the old version';
export const NEW = 'n'.repeat(2 * CHECKPOINT_BYTES + 500);

/** How much of `/part` has come before. */
export const PART = 1500;

/** One process with two homes on a real disk, of which one will be in trouble. */
export class Living implements AsyncDisposable {
  readonly vault: Vault;
  readonly home: Home;
  /** The home of somebody else. */
  readonly other: Home;
  readonly #database: Database;
  readonly #folder: string;
  readonly #owned: AsyncDisposableStack;

  private constructor(
    parts: Pick<Living, 'vault' | 'home' | 'other'>,
    database: Database,
    folder: string,
    owned: AsyncDisposableStack,
  ) {
    this.vault = parts.vault;
    this.home = parts.home;
    this.other = parts.other;
    this.#database = database;
    this.#folder = folder;
    this.#owned = owned;
  }

  /**
   * With `/a` in its old version in the first home, and the beginning of `/part`.
   * @param folder where it may make its own
   * @param wrap what the process gets to work with in place of the real ones
   */
  static async begin(
    folder: string,
    wrap: (store: Store, database: Database) => { store: Store; database: Database },
  ): Promise<Living> {
    await using parts = new AsyncDisposableStack();
    const path = await mkdtemp(join(folder, 'living-'));
    parts.defer(() => rm(path, { recursive: true, force: true }));
    const real = parts.use(await Sqlite.open(':memory:'));
    const limits = { quota_bytes: null, quota_files: null, max_file_bytes: null };
    const locations = ['home', 'other'].map((name) => join(path, name));
    await real.write((write) =>
      write
        .insertInto('homes')
        .values(locations.map((location) => ({ location, ...limits })))
        .execute(),
    );
    const local = new LocalStore({ staging: join(path, 'staging') });
    await Living.#open(local, real, async (vault) => {
      const home = await vault.home(1);
      await put(home, '/a', OLD);
      await putCut(home, '/part', NEW.slice(0, PART));
    });
    const { store, database } = wrap(local, real);
    const vault = parts.use(await Living.#vault(store, database));
    const homes = { vault, home: await vault.home(1), other: await vault.home(2) };
    return new Living(homes, real, path, parts.move());
  }

  /** What every file of the first home holds. */
  async contents(): Promise<Readonly<Record<string, string>>> {
    const state: Record<string, string> = {};
    for await (const slice of this.home.list(at('/'))) {
      for (const entry of slice) {
        if (!entry.partial) state[`/${entry.name}`] = await read(this.home, `/${entry.name}`);
      }
    }
    return state;
  }

  /** Asserts that nothing of what has failed holds anything. */
  async assertNothingLeaks(when: string): Promise<void> {
    const { query } = this.#database;
    for (const id of [1, 2]) {
      const { found, recorded } = await this.vault.audit(id, false);
      assert.deepEqual(recorded, found, `${when}: the ledger drifts`);
    }
    const uploads = (await query.selectFrom('uploads').selectAll().execute()).filter(
      ({ state }) => state !== 'committed',
    );
    for (const upload of uploads) {
      assert.equal(upload.holder, null, `${when}: an upload is held by nobody's ${upload.state}`);
      assert.equal(upload.state, 'staging', when);
      assert.equal(upload.reserved_bytes, upload.offset - upload.base_bytes, `${when}: reserved`);
    }
    const reserved = uploads.reduce((sum, upload) => sum + upload.reserved_bytes, 0);
    const homes = await query.selectFrom('homes').selectAll().execute();
    const total = homes.reduce((sum, home) => sum + home.reserved_bytes, 0);
    assert.equal(total, reserved, `${when}: bytes stay reserved for nothing`);
    assert.deepEqual(await query.selectFrom('name_locks').selectAll().execute(), [], when);
    assert.deepEqual(await query.selectFrom('journal').selectAll().execute(), [], when);
    const staged = readdirSync(join(this.#folder, 'staging'));
    assert.deepEqual(staged.toSorted(), uploads.map(({ id }) => id).toSorted(), `${when}: staged`);
  }

  /** The files of this process below the folder of the homes that are still open. */
  open(): readonly string[] {
    if (process.platform !== 'linux') return [];
    const here = readdirSync('/proc/self/fd').flatMap((name) => {
      try {
        return [readlinkSync(`/proc/self/fd/${name}`)];
      } catch {
        return [];
      }
    });
    return here.filter((path) => path.startsWith(this.#folder));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }

  static async #open(
    store: Store,
    database: Database,
    work: (vault: Vault) => Promise<void>,
  ): Promise<void> {
    await using vault = await Living.#vault(store, database);
    await work(vault);
  }

  static #vault(store: Store, database: Database): Promise<Vault> {
    return Vault.open({
      database,
      store,
      clock: systemClock,
      log: silentLog,
      presence: newPresence(),
      serves: true,
      options: { checkpointBytes: CHECKPOINT_BYTES },
    });
  }
}

/** Does it as far as it goes. @returns why it went no further */
export async function attempted(work: () => Promise<unknown>): Promise<Failure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error;
  }
}

/** Goes on where an upload stopped, or begins it. */
export async function finish(home: Home, path: string, whole: string): Promise<void> {
  const seen = await home.stat(at(path)).catch((error: unknown) => {
    if (failed(error, 'not-found')) return undefined;
    throw error;
  });
  const offset = seen?.partial ? seen.size : 0;
  if (offset === 0) await put(home, path, whole);
  else await put(home, path, whole.slice(offset), { kind: 'resume', offset });
}

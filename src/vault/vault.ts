import type { Clock } from '../base/clock.ts';
import type { Events } from '../base/events.ts';
import { Failure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { KiB, MiB } from '../base/size.ts';
import type { Database } from '../database/database.ts';
import type { UploadRow } from '../database/tables.ts';
import type { Store } from '../storage/store.ts';
import { type Audit, audit } from './audit.ts';
import { Chronicle } from './chronicle.ts';
import type { HomeParts, VaultOptions, VaultParts } from './context.ts';
import { SharedWrites } from '../database/shared-writes.ts';
import { HashThread } from './digesting/hash-thread.ts';
import { RecordedDigests } from './digesting/recorded-digests.ts';
import { expire, sweep } from './expiry.ts';
import { dropGone } from './gone.ts';
import { Home } from './home.ts';
import { Ledger, type Usage } from './ledger.ts';
import { Leftovers } from './leftovers.ts';
import { mend, mendAll } from './mend.ts';
import { NameLocks } from './name-locks.ts';
import type { Presence } from './presence.ts';
import { SharedBooks } from './shared-books.ts';
import { SegmentRecords } from './segments/segment-records.ts';
import { dropUpload } from './superseded.ts';
import { letGoOfWanted } from './takeover.ts';
import { Turns } from './turns.ts';
import { UploadRecords } from './upload-records.ts';
import type { VaultEvent } from './vault-event.ts';
import { Writers } from './writers.ts';

/** How often is looked whether another process waits for an upload of this one. */
const WANTED_EVERY_MS = 50;

/** How often is looked whether another process has died. */
const MEND_EVERY_MS = 2000;

const DAY_MS = 24 * 60 * 60 * 1000;

export const DEFAULT_VAULT_OPTIONS: VaultOptions = {
  checkpointBytes: 16 * MiB,
  wholeBytes: 64 * KiB,
  digests: true,
  mostSegments: 256,
  expireAfterMs: 7 * DAY_MS,
  keepsEvents: false,
};

/** Everything that is kept: homes, the uploads into them, their digests and their quota. */
export class Vault implements AsyncDisposable {
  readonly #parts: VaultParts;
  readonly #store: Store;
  readonly #homes = new Map<number, { location: string; parts: Promise<HomeParts> }>();

  readonly #serves: boolean;
  readonly #timers: NodeJS.Timeout[] = [];
  #seenChanges = -1;

  private constructor(parts: VaultParts, store: Store, serves: boolean) {
    this.#parts = parts;
    this.#store = store;
    this.#serves = serves;
  }

  /**
   * Opens the vault.
   * @param given.serves mends what earlier processes have left unfinished, and looks out for what
   *   other processes on the same records need
   */
  static async open(given: {
    readonly database: Database;
    readonly store: Store;
    readonly clock: Clock;
    readonly log: Log;
    readonly presence: Presence;
    readonly serves: boolean;
    readonly options?: Partial<VaultOptions>;
  }): Promise<Vault> {
    const { database, clock, log, presence } = given;
    const options = { ...DEFAULT_VAULT_OPTIONS, ...given.options };
    const leftovers = new Leftovers();
    const parts: VaultParts = {
      database,
      shared: new SharedWrites(database, (write) => new SharedBooks(write)),
      clock,
      log,
      records: new UploadRecords(database),
      segments: new SegmentRecords(database),
      ledger: new Ledger(database),
      digests: new RecordedDigests(database),
      hashing: new HashThread('prompt'),
      patientHashing: new HashThread('patient'),
      locks: new NameLocks({
        database,
        presence,
        clock,
        log,
        leftovers,
        mend: (process) => parts.mend(process),
      }),
      presence,
      leftovers,
      mend: (process) => turns.run(() => mend(parts, (id) => vault.#open(id), process)),
      writers: new Writers(clock),
      chronicle: new Chronicle(options.keepsEvents, (error) =>
        log.error('A listener failed', { error }),
      ),
      options,
    };
    const turns = new Turns();
    const vault = new Vault(parts, given.store, given.serves);
    if (given.serves) {
      await vault.mend();
      vault.#watch();
    }
    return vault;
  }

  get events(): Events<VaultEvent> {
    return this.#parts.chronicle.events;
  }

  /**
   * @param location where it is, if that is known: a home that is open there need not be looked up
   * @throws Failure `forbidden` if there is no such home any more
   */
  async home(id: number, location?: string): Promise<Home> {
    const known = this.#homes.get(id);
    if (known && known.location === location) return new Home(await known.parts);
    return new Home(await this.#open(id));
  }

  /** What a home holds and may hold, by the ledger: the home itself need not be there. */
  usage(id: number): Promise<Usage> {
    return this.#parts.ledger.usage(id);
  }

  /** Every upload that is not committed: of one home, or of all. */
  uploads(homeId?: number): Promise<readonly UploadRow[]> {
    return this.#parts.records.all(homeId);
  }

  /** Drops an unfinished upload. @returns false if there is none with this id */
  async dropUpload(id: string): Promise<boolean> {
    const row = (await this.uploads()).find((upload) => upload.id === id);
    return row !== undefined && dropUpload(await this.#open(row.home_id), id);
  }

  /** Compares a home with its ledger. */
  async audit(id: number, repair: boolean): Promise<Audit> {
    return audit(await this.#open(id), repair);
  }

  /** Drops the unfinished uploads of a home whose bytes are not there; only where nobody serves. */
  async dropGone(id: number): Promise<readonly UploadRow[]> {
    return dropGone(await this.#open(id));
  }

  /** Mends what processes that have died were doing, and what this one could not bring to an end. */
  async mend(): Promise<void> {
    await mendAll(this.#parts);
  }

  /** Drops what has expired; to be called now and then. */
  async expire(): Promise<void> {
    await expire(this.#parts, (id) => this.#open(id));
  }

  /** Ends all uploads that run, each with what it has received made durable. */
  async stopUploads(): Promise<void> {
    const reason = new Failure('shutting-down', 'The server is stopping: continue later');
    await this.#parts.writers.stopAll(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.stopUploads();
    await this.#parts.writers.settled();
    await this.#parts.hashing[Symbol.asyncDispose]();
    await this.#parts.patientHashing[Symbol.asyncDispose]();
    const opened = await Promise.allSettled([...this.#homes.values()].map((home) => home.parts));
    for (const home of opened) {
      if (home.status === 'fulfilled') await home.value.tree[Symbol.asyncDispose]();
    }
    this.#homes.clear();
  }

  #watch(): void {
    const { log } = this.#parts;
    const every = (milliseconds: number, what: string, work: () => Promise<void>) => {
      const look = async () => {
        try {
          await work();
        } catch (error) {
          log.error(what, { error });
        }
      };
      this.#timers.push(setInterval(() => void look(), milliseconds).unref());
    };
    every(WANTED_EVERY_MS, 'Uploads that others wait for could not be looked up', async () => {
      const changes = await this.#parts.database.outsideChanges();
      if (changes === this.#seenChanges) return;
      await letGoOfWanted(this.#parts);
      this.#seenChanges = changes;
    });
    every(MEND_EVERY_MS, 'What was left unfinished could not be mended', () => this.mend());
  }

  /** One tree a home, opened by the first who asks; again if the operator has moved the home. */
  async #open(id: number): Promise<HomeParts> {
    const row = await this.#parts.database.query
      .selectFrom('homes')
      .select('location')
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw new Failure('forbidden', 'This home is not there any more');
    const known = this.#homes.get(id);
    if (known?.location === row.location) return known.parts;
    const parts = this.#store
      .openTree(row.location)
      .then((tree): HomeParts => ({ ...this.#parts, homeId: id, tree }));
    if (this.#serves) this.#parts.writers.afterwards(parts.then(sweep));
    this.#homes.set(id, { location: row.location, parts });
    parts.catch(() => this.#homes.delete(id));
    return parts;
  }
}

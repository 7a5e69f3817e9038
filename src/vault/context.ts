import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Database } from '../database/database.ts';
import type { SharedWrites } from '../database/shared-writes.ts';
import type { Tree } from '../storage/store.ts';
import type { Chronicle } from './chronicle.ts';
import type { HashThread } from './digesting/hash-thread.ts';
import type { RecordedDigests } from './digesting/recorded-digests.ts';
import type { Ledger } from './ledger.ts';
import type { Leftovers } from './leftovers.ts';
import type { NameLocks } from './name-locks.ts';
import type { Presence } from './presence.ts';
import type { SharedBooks } from './shared-books.ts';
import type { SegmentRecords } from './segments/segment-records.ts';
import type { UploadRecords } from './upload-records.ts';
import type { Writers } from './writers.ts';

/** What a vault is asked to do, beyond what its parts must do anyway. */
export interface VaultOptions {
  /** Bytes between two checkpoints of an upload. */
  readonly checkpointBytes: number;
  /** Whether the digest is made of every upload, or only of those that were promised one. */
  readonly digests: boolean;
  /** The most bytes of an upload that wait in memory for its end, to be stored in one step. */
  readonly wholeBytes: number;
  /** Into how many pieces an upload may be that comes in segments. */
  readonly mostSegments: number;
  /** How long an unfinished upload is kept after it was last touched, in ms. */
  readonly expireAfterMs: number;
  /** Whether what happens to uploads is kept in the outbox until it has been told outside. */
  readonly keepsEvents: boolean;
}

/** The parts that everything in one vault shares. */
export interface VaultParts {
  readonly database: Database;
  /** For what every upload writes. */
  readonly shared: SharedWrites<SharedBooks>;
  readonly records: UploadRecords;
  readonly segments: SegmentRecords;
  readonly ledger: Ledger;
  readonly digests: RecordedDigests;
  /** Hashes what somebody waits for. */
  readonly hashing: HashThread;
  /** Hashes what nobody has asked for yet, when there is time. */
  readonly patientHashing: HashThread;
  readonly locks: NameLocks;
  readonly presence: Presence;
  /** What this process could not bring to an end. */
  readonly leftovers: Leftovers;
  /** Mends what a process that has died was doing, or what this one could not bring to an end. */
  readonly mend: (process: string) => Promise<void>;
  readonly writers: Writers;
  readonly chronicle: Chronicle;
  readonly clock: Clock;
  readonly log: Log;
  readonly options: VaultOptions;
}

/** The same, for one home. */
export interface HomeParts extends VaultParts {
  readonly homeId: number;
  readonly tree: Tree;
}

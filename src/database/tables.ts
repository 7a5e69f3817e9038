import type { CharsetName } from '../base/charset.ts';
import type { EncryptionPolicy } from '../base/encryption-policy.ts';
import type { Generated, Selectable } from 'kysely';
import type { Checksum } from '../base/digest.ts';

/**
 * The tables as Kysely sees them. Times are milliseconds since 1970 (UTC), sizes and offsets are
 * bytes, truth values are 0 and 1, paths are split into the folder and the name in it.
 */
export interface Tables {
  homes: HomesTable;
  accounts: AccountsTable;
  groups: GroupsTable;
  uploads: UploadsTable;
  checkpoints: CheckpointsTable;
  segments: SegmentsTable;
  digests: DigestsTable;
  journal: JournalTable;
  name_locks: NameLocksTable;
  outbox: OutboxTable;
  bans: BansTable;
}

/** The root an account sees, its limits (null: unlimited) and its quota ledger. */
interface HomesTable {
  id: Generated<number>;
  location: string;
  quota_bytes: number | null;
  quota_files: number | null;
  max_file_bytes: number | null;
  committed_bytes: Generated<number>;
  committed_files: Generated<number>;
  /** Set aside for unfinished uploads: what they have received and what they may receive next. */
  reserved_bytes: Generated<number>;
  reserved_files: Generated<number>;
}

interface AccountsTable {
  id: Generated<number>;
  name: string;
  home_id: number;
  /** A PHC string, or an imported hash that the next login replaces by one. */
  password: string;
  /** Permission names with spaces between. */
  permissions: string;
  enabled: number;
  expires_at: number | null;
  /** What becomes of an upload whose end nothing confirms. */
  unconfirmed: 'hold' | 'publish';
  /** Bytes a second of all its sessions together; null: unlimited. */
  upload_rate: number | null;
  download_rate: number | null;
  /** Sessions at the same time; null: as many as anybody. */
  max_sessions: number | null;
  /** Null: as the settings say. */
  tls: EncryptionPolicy | null;
  charset: CharsetName | null;
  /** Networks with spaces between; null: from anywhere. */
  networks: string | null;
  created_at: number;
  /** When the operator last set the password; sessions opened with an older one end. */
  password_set_at: number;
  group_name: string | null;
  /** JSON: what was said of this account itself. The columns above have what holds. */
  own: Generated<string>;
  last_login_at: number | null;
}

/** What accounts have in common. */
interface GroupsTable {
  name: string;
  /** JSON. */
  profile: string;
}

/** `staging` can be resumed; `committing` is redone or undone at start; the other two are history. */
export type UploadState = 'staging' | 'committing' | 'committed' | 'rejected';

interface UploadsTable {
  /** Also the name of the staged file. */
  id: string;
  home_id: number;
  folder: string;
  name: string;
  state: UploadState;
  /** Rises with every new holder; what an older holder still sends is refused. */
  epoch: number;
  /** The process and session that write now; null if none does. */
  holder: string | null;
  /** 1 if somebody waits for the holder to let go. */
  wanted: Generated<number>;
  /** Bytes at the beginning that were copied from `base_version` of the same name; they are not reserved. */
  base_bytes: number;
  base_version: string | null;
  /** The durable offset: the last recorded checkpoint, never the staged file's size. */
  offset: number;
  length: number | null;
  promised_algorithm: string | null;
  promised_hex: string | null;
  reserved_bytes: number;
  reserved_files: number;
  /** While committing: the size of the file that is being replaced, null if there is none. */
  replaced_bytes: number | null;
  /** Why it was last interrupted, rejected or taken for complete. */
  evidence: string | null;
  created_at: number;
  touched_at: number;
}

/** The SHA-256 of the first `offset` bytes of an upload. */
interface CheckpointsTable {
  upload_id: string;
  offset: number;
  sha256: string;
}

/** A part of an unfinished upload that comes, or has come, beside others (docs/segments.md). */
interface SegmentsTable {
  id: string;
  upload_id: string;
  start: number;
  /** Up to here it is durable. */
  offset: number;
  /** Where it is to end. */
  stop: number;
  /** The process and session that send it; null if none does. */
  holder: string | null;
  /** 1 if somebody waits for the holder to let go. */
  wanted: Generated<number>;
}

/** A recorded digest holds for as long as the entry has this version. */
interface DigestsTable {
  home_id: number;
  folder: string;
  name: string;
  algorithm: Checksum;
  version: string;
  hex: string;
}

/** A change of names that is about to happen: start-up settles the ledger for it. */
interface JournalTable {
  id: Generated<number>;
  home_id: number;
  /** Who has announced it. */
  process: string;
  /** `part`: to be removed when the upload whose id is in `to_path` is committed. */
  kind: 'remove' | 'move' | 'part';
  path: string;
  /** Where `path` moves to. */
  to_path: string | null;
  /** What is removed or moved: the same for as long as it is the same object. */
  object: string;
  /** The version of it. */
  version: string;
  /** Bytes and files that the ledger loses. */
  bytes: number;
  files: number;
}

/** The names that somebody is changing at this moment. */
interface NameLocksTable {
  home_id: number;
  path: string;
  process: string;
}

/** Events that somebody outside is to be told of, at least once each, in the order of their ids. */
interface OutboxTable {
  id: Generated<number>;
  home_id: number;
  time: number;
  /** JSON. */
  event: string;
  attempts: number;
  /** When it is to be tried next. */
  due_at: number;
}

/** Who is kept out. */
interface BansTable {
  /** As `base/network.ts` writes it. */
  network: string;
  reason: string;
  by: 'operator' | 'server';
  since: number;
  /** Null: until it is lifted. */
  until: number | null;
}

export type HomeRow = Selectable<HomesTable>;
export type AccountRow = Selectable<AccountsTable>;
export type UploadRow = Selectable<UploadsTable>;
export type SegmentRow = Selectable<SegmentsTable>;
export type OutboxRow = Selectable<OutboxTable>;
export type JournalRow = Selectable<JournalTable>;

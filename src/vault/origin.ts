import { Failure } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import type { Entry } from '../storage/store.ts';
import type { Placement } from './placement.ts';
import type { UploadRecord } from './upload-records.ts';

/**
 * What an upload begins with: nothing, the staged bytes of an unfinished upload up to `offset`,
 * the first `length` bytes of the version that is there now, or all of another file.
 */
export type Origin =
  | {
      readonly kind: 'fresh';
      /** The bytes belong at the end of the file, should there be one when they are committed. */
      readonly append: boolean;
    }
  | { readonly kind: 'unfinished'; readonly record: UploadRecord; readonly offset: number }
  | {
      readonly kind: 'version';
      readonly entry: Entry;
      readonly length: number;
      /** The bytes belong at the end of the file, wherever that is when they are committed. */
      readonly append: boolean;
    }
  | { readonly kind: 'copy'; readonly from: Path; readonly length: number };

/** A whole new version. */
export const FRESH: Origin = { kind: 'fresh', append: false };

/**
 * Decides what the next byte continues. Never a hole, never a clamp, never an old tail, and never
 * one version's beginning with another version's end.
 * @throws Failure `offset-mismatch`, carrying the offset that would do
 */
export function originOf(
  placement: Placement,
  committed: Entry | undefined,
  unfinished: UploadRecord | undefined,
): Origin {
  switch (placement.kind) {
    case 'replace':
      return FRESH;
    case 'resume':
      return resumed(placement.offset, committed, unfinished);
    case 'append':
      return placement.told === undefined
        ? appended(committed, unfinished)
        : asTold(placement.told, placement.upload, committed, unfinished);
  }
}

function resumed(
  offset: number,
  committed: Entry | undefined,
  unfinished: UploadRecord | undefined,
): Origin {
  if (offset === 0) return FRESH;
  if (unfinished) return continued(unfinished, offset);
  if (!committed) throw mismatch('There is nothing to continue here', 0);
  if (offset > committed.size) {
    throw mismatch(`The file has only ${committed.size} bytes`, committed.size);
  }
  return { kind: 'version', entry: committed, length: offset, append: false };
}

function appended(committed: Entry | undefined, unfinished: UploadRecord | undefined): Origin {
  if (!unfinished) return committed ? atEnd(committed) : { kind: 'fresh', append: true };
  if (!committed) return continued(unfinished, unfinished.offset);
  // An interrupted append: what it added was never acknowledged, and this one begins anew.
  if (unfinished.base) return atEnd(committed);
  throw mismatch(
    `An unfinished upload of ${unfinished.offset} bytes waits to replace this file: continue it at that offset`,
    unfinished.offset,
  );
}

/** The sender was shown that much of an unfinished upload and sends what follows: it fits nothing else. */
function asTold(
  told: number,
  upload: string | undefined,
  committed: Entry | undefined,
  unfinished: UploadRecord | undefined,
): Origin {
  if (committed) {
    const sentence = `This file has been completed meanwhile and has ${committed.size} bytes`;
    throw mismatch(`${sentence}: ask for its size again`, committed.size);
  }
  if (!unfinished || (upload !== undefined && upload !== unfinished.id)) {
    const sentence = 'The upload that was shown here is not there any more';
    throw mismatch(`${sentence}: ask for its size again`, unfinished?.offset ?? 0);
  }
  return continued(unfinished, told);
}

function atEnd(entry: Entry): Origin {
  return { kind: 'version', entry, length: entry.size, append: true };
}

function continued(record: UploadRecord, offset: number): Origin {
  if (offset > record.offset) {
    throw mismatch(`Only ${record.offset} bytes of this upload are here`, record.offset);
  }
  return { kind: 'unfinished', record, offset };
}

function mismatch(sentence: string, offset: number): Failure {
  return new Failure('offset-mismatch', sentence, { offset });
}

/** Bytes at the beginning that the ledger counts with the version they were copied from. */
export function baseOf(origin: Origin): number {
  switch (origin.kind) {
    case 'fresh':
    case 'copy':
      return 0;
    case 'unfinished':
      return Math.min(origin.record.base?.bytes ?? 0, origin.offset);
    case 'version':
      return origin.length;
  }
}

/** The position in the file of the first byte that is sent. */
export function startOf(origin: Origin): number {
  switch (origin.kind) {
    case 'fresh':
      return 0;
    case 'unfinished':
      return origin.offset;
    case 'version':
    case 'copy':
      return origin.length;
  }
}

/** What is reserved for it already when it begins, in bytes. */
export function reservedOf(origin: Origin): number {
  return origin.kind === 'unfinished' ? origin.offset - baseOf(origin) : 0;
}

/** The version that it replaces or goes to the end of, where nothing else will do. */
export interface Base {
  /** Undefined if there must be no file. */
  readonly entry: Entry | undefined;
  readonly append: boolean;
}

/** What has to be there still when it is committed; undefined if anything may be. */
export function requiredBy(origin: Origin): Base | undefined {
  switch (origin.kind) {
    case 'fresh':
      return origin.append ? { entry: undefined, append: true } : undefined;
    case 'version':
      return { entry: origin.entry, append: origin.append };
    case 'unfinished':
    case 'copy':
      return undefined;
  }
}

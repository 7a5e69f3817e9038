import { fdatasync, fsync } from 'node:fs';
import { promisify } from 'node:util';

/** How what has been written is made to survive a power cut. */
export interface Syncing {
  /** The bytes of a file. */
  readonly file: (descriptor: number) => Promise<void>;
  /** The names in a folder. */
  readonly folder: (descriptor: number) => Promise<void>;
}

export const SYNCING: Syncing = { file: promisify(fdatasync), folder: promisify(fsync) };

/** It is left to the system, which takes its time: for measuring what the other costs. */
export const NOT_SYNCING: Syncing = { file: async () => {}, folder: async () => {} };

import { renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/** Paths where something and a link to the outside take turns, until the first number is not 0. */
export interface Swapping {
  readonly stop: SharedArrayBuffer;
  readonly swaps: readonly { readonly path: string; readonly target: string }[];
}

const { stop, swaps } = workerData as Swapping;
const flags = new Int32Array(stop);

while (Atomics.load(flags, 0) === 0) {
  for (const { path, target } of swaps) {
    renameSync(path, `${path} parked`);
    symlinkSync(target, path);
  }
  for (const { path } of swaps) {
    // A file may have been published, or moved, where the link was.
    unlinkSync(path);
    renameSync(`${path} parked`, path);
  }
  Atomics.add(flags, 1, 1);
}

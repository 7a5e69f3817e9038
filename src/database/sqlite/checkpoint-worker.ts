import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckpointMode } from './checkpoints.ts';

/** How long it waits for others that write, in milliseconds; the event loop goes on meanwhile. */
const PATIENCE_MS = 1000;

/** Brings what stands in the write-ahead log to where it belongs, with a connection of its own. */
const database = new DatabaseSync(workerData as string, { timeout: PATIENCE_MS });
database.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0');

parentPort?.on('message', (mode: CheckpointMode) => {
  let error: string | undefined;
  try {
    database.exec(`pragma wal_checkpoint(${mode})`);
  } catch (thrown) {
    // Whoever has asked tries again when there is more.
    error = String(thrown);
  }
  parentPort?.postMessage(error);
});

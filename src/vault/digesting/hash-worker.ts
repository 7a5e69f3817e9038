import { readSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { GiB, MiB } from '../../base/size.ts';
import type { Answer, Order } from './messages.ts';
import { type StartedHash, startHash } from './start-hash.ts';

/** A file that is so far behind its writer is hashed although its writer needs the processor. */
const FAR_BYTES = GiB;

/** Bytes hashed of one file before the next file has its turn. */
const SLICE_BYTES = 16 * MiB;

/** How much a patient thread gives way to everybody else who has work to do (nice, setpriority(2)). */
const PATIENT_PRIORITY = 10;

// On Linux a priority belongs to a thread, and 0 is the one that asks; elsewhere to the process.
if (workerData === 'patient' && process.platform === 'linux') {
  try {
    setPriority(0, PATIENT_PRIORITY);
  } catch {
    // A sandbox may forbid it: then digests take their share like everything else.
  }
}

interface Job {
  readonly id: number;
  readonly descriptor: number;
  readonly hash: StartedHash;
  position: number;
  /** The bytes before this position may be read. */
  known: number;
  /** Positions, rising, whose digests are wanted. */
  readonly marks: number[];
  isGrowing: boolean;
}

/** Follows files as they grow: reads what has been written to them, and hashes it. */
const jobs = new Map<number, Job>();
const buffer = Buffer.allocUnsafeSlow(MiB);
let turning = false;
let isHeld = false;

parentPort?.on('message', (order: Order) => {
  obey(order);
  if (!turning) turn();
});

function obey(order: Order): void {
  switch (order.kind) {
    case 'open': {
      const { id, descriptor, start } = order;
      const hash = startHash(order.algorithm);
      jobs.set(id, {
        id,
        descriptor,
        hash,
        position: start,
        known: start,
        marks: [],
        isGrowing: true,
      });
      return;
    }
    case 'advance': {
      const job = jobs.get(order.id);
      if (job) job.known = Math.max(job.known, order.to);
      return;
    }
    case 'mark': {
      const job = jobs.get(order.id);
      if (!job) return;
      job.marks.push(order.at);
      job.known = Math.max(job.known, order.at);
      return;
    }
    case 'whole': {
      const job = jobs.get(order.id);
      if (job) job.isGrowing = false;
      return;
    }
    case 'hold':
      isHeld = order.isHeld;
      return;
    case 'close':
      jobs.delete(order.id);
      answer({ kind: 'closed', id: order.id });
  }
}

/** Gives every job that has something to do one slice, and comes back until none has. */
function turn(): void {
  turning = false;
  for (const job of jobs.values()) {
    try {
      if (work(job)) turning = true;
    } catch (error) {
      jobs.delete(job.id);
      answer({ kind: 'failed', id: job.id, reason: String(error) });
    }
  }
  if (turning) setImmediate(turn);
}

function mustWait({ isGrowing, known, position }: Job): boolean {
  return isHeld && isGrowing && known - position < FAR_BYTES;
}

/** @returns true if there is more to do at once */
function work(job: Job): boolean {
  const sliceEnd = job.position + SLICE_BYTES;
  for (;;) {
    while (job.marks[0] === job.position) {
      const at = job.marks.shift() ?? 0;
      answer({ kind: 'digest', id: job.id, at, hex: job.hash.hexSoFar() });
    }
    const end = Math.min(job.marks[0] ?? job.known, job.known);
    if (job.position >= end || mustWait(job)) return false;
    if (job.position >= sliceEnd) return true;
    const wanted = Math.min(buffer.length, end - job.position);
    const got = readSync(job.descriptor, buffer, 0, wanted, job.position);
    if (got === 0) throw new Error(`The file ends at ${job.position}, before ${end}`);
    job.hash.update(buffer.subarray(0, got));
    job.position += got;
  }
}

function answer(message: Answer): void {
  parentPort?.postMessage(message);
}

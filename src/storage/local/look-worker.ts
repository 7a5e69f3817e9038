import { parentPort } from 'node:worker_threads';
import { FactsTable } from './facts.ts';
import type { LookAnswer, LookOrder } from './look-thread.ts';
import { lookAtNames, unpackNames } from './look.ts';

// The thread behind `look-thread.ts`: one order after the other, answered in turn.
parentPort?.on('message', (order: LookOrder) => {
  const answer = look(order);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port, not a window
  parentPort?.postMessage(answer, answer ? [answer] : []);
});

function look({ folder, names: packed }: LookOrder): LookAnswer {
  const names = unpackNames(packed);
  const facts = new FactsTable(names.length);
  try {
    lookAtNames(folder, names, facts);
  } catch {
    // Whoever asked looks at them as well, and is told why not.
    return undefined;
  }
  return facts.memory;
}

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitedForProcessor } from '../../src/storage/local/pace.ts';

const OPEN = '/proc/self/fd';

/** Asserts that the tests of this file leave no descriptor open, where the system tells. */
export function noDescriptorStaysOpen(): void {
  if (process.platform !== 'linux') return;
  let first = 0;
  before(() => {
    // Opened when a call has taken long, and kept.
    waitedForProcessor();
    first = readdirSync(OPEN).length;
  });
  after(async () => {
    // Threads and sockets that have ended give theirs back a moment later.
    for (let i = 0; i < 50 && readdirSync(OPEN).length > first; i += 1) await sleep(20);
    assert.equal(readdirSync(OPEN).length, first, 'descriptors stayed open');
  });
}

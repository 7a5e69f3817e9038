import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLive } from '../ftp/live.ts';
import { runUploads } from './uploads.ts';

test('TLS uploads of slow and abrupt senders are published whole or not at all', async () => {
  await using live = await startLive();
  const result = await runUploads({ live, count: 56, bytes: 2 * 1024 * 1024, parallel: 8 });
  assert.deepEqual(result.wrong, []);
  assert.equal(result.whole + result.withheld, 56);
});

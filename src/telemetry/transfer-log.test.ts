import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/support/temporary.ts';
import { EventSource } from '../base/events.ts';
import { silentLog } from '../base/log.ts';
import { parsePath } from '../base/path.ts';
import type { TransferEvent } from '../base/transfer-event.ts';
import { keepTransferLog, transferLine } from './transfer-log.ts';

const EVENT: TransferEvent = {
  time: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  account: 'ann',
  address: '192.0.2.1',
  protocol: 'ftp',
  session: 's1',
  direction: 'in',
  path: parsePath('/a b.txt'),
  bytes: 60,
  resumedFrom: 40,
  size: 100,
  durationMs: 1234.5,
  digest: { algorithm: 'sha-256', hex: 'ab'.repeat(32) },
  outcome: 'complete',
  reason: undefined,
};

test('a transfer is a line of JSON with everything that is known about it', () => {
  const line = transferLine(EVENT);
  assert.match(line, /^[^\n]+\n$/);
  assert.deepEqual(JSON.parse(line), {
    time: '2026-01-02T03:04:05.006Z',
    account: 'ann',
    address: '192.0.2.1',
    protocol: 'ftp',
    session: 's1',
    direction: 'in',
    path: '/a b.txt',
    bytes: 60,
    resumedFrom: 40,
    size: 100,
    durationMs: 1235,
    digest: `sha-256=${'ab'.repeat(32)}`,
    outcome: 'complete',
  });
});

test('any name fits on its line, also one that is not UTF-8', () => {
  const path = parsePath('/\u001b"\u2028\udcff');
  const line = transferLine({ ...EVENT, path, outcome: 'interrupted', reason: 'gone' });
  assert.match(line, /^[^\n]+\n$/);
  assert.ok(line.isWellFormed());
  assert.equal((JSON.parse(line) as { path: string }).path, path);
});

test('each transfer told before the log is closed is written, in order', async () => {
  await using folder = await temporaryFolder();
  const events = new EventSource<TransferEvent>(assert.ifError);
  const path = join(folder.path, 'transfers.ndjson');
  {
    await using log = keepTransferLog(events, path, transferLine, silentLog);
    for (let bytes = 0; bytes < 100; bytes += 1) events.emit({ ...EVENT, bytes });
    await log.reopen();
  }
  events.emit(EVENT);
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { bytes: number }).bytes),
    Array.from({ length: 100 }, (_, index) => index),
  );
});

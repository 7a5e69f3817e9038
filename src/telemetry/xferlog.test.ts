import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Path } from '../base/path.ts';
import { parsePath } from '../base/path.ts';
import type { TransferEvent } from '../base/transfer-event.ts';
import { xferlogLine } from './xferlog.ts';

const EVENT: TransferEvent = {
  // Local time, as the format wants it.
  time: new Date(2026, 0, 2, 3, 4, 5).getTime(),
  account: 'ann',
  address: '192.0.2.1',
  protocol: 'ftp',
  session: 's1',
  direction: 'in',
  path: parsePath('/pub/a b.txt'),
  bytes: 60,
  resumedFrom: 40,
  size: 100,
  durationMs: 2600,
  digest: undefined,
  outcome: 'complete',
  reason: undefined,
};

test('a complete upload is a line as in xferlog(5)', () => {
  assert.equal(
    xferlogLine(EVENT),
    'Fri Jan  2 03:04:05 2026 3 192.0.2.1 60 /pub/a_b.txt b _ i r ann ftp 0 * c\n',
  );
});

test('a download goes out, and what did not complete is incomplete', () => {
  const line = xferlogLine({ ...EVENT, direction: 'out', outcome: 'interrupted' });
  assert.match(line, / b _ o r ann ftp 0 \* i\n$/);
  assert.match(xferlogLine({ ...EVENT, outcome: 'failed' }), / i\n$/);
});

test('whatever the names are, a line has its eighteen words and nothing unprintable', () => {
  const any = fc.string({ unit: 'binary', minLength: 1 });
  fc.assert(
    fc.property(any, any, (name, account) => {
      const line = xferlogLine({ ...EVENT, path: `/${name}` as Path, account });
      assert.equal(line.trimEnd().split(/\s+/).length, 18);
      assert.match(line, /^[^\p{C}]*\n$/u);
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import type { LoggedTransfer } from '../../telemetry/logged-transfer.ts';
import { type LogFilter, passes, withLogFilter } from './log-filter.ts';

const TRANSFER: LoggedTransfer = {
  time: '2027-01-31T18:00:00.000Z',
  account: 'ann',
  address: '192.0.2.7',
  protocol: 'ftps',
  session: 'abc',
  direction: 'in',
  path: '/films/new/film.mkv',
  bytes: 10,
  resumedFrom: 5,
  durationMs: 1000,
  outcome: 'complete',
};

function filterOf(...args: readonly string[]): LogFilter {
  return withLogFilter(new Command().exitOverride())
    .parse(args, { from: 'user' })
    .opts<LogFilter>();
}

test('what is asked for passes', () => {
  const asked = [
    [],
    ['--account', 'ann', '--direction', 'in', '--outcome', 'complete', '--resumed'],
    ['--path', '*.mkv'],
    ['--path', '/films/**'],
    ['--address', '192.0.2.7', '--session', 'abc'],
    ['--since', '2027-01-31', '--until', '2027-02-01'],
    ['--until', '2100-01-01'],
  ];
  for (const args of asked) assert.ok(passes(filterOf(...args), TRANSFER), args.join(' '));
});

test('what is not asked for does not', () => {
  const asked = [
    ['--account', 'bob'],
    ['--direction', 'out'],
    ['--outcome', 'failed'],
    ['--path', '*.txt'],
    ['--path', '/films/*.mkv'],
    ['--since', '2027-01-31T18:00:01Z'],
    ['--until', '2027-01-31T18:00:00Z'],
  ];
  for (const args of asked) assert.ok(!passes(filterOf(...args), TRANSFER), args.join(' '));
  assert.ok(!passes(filterOf('--resumed'), { ...TRANSFER, resumedFrom: 0 }));
});

test('a time is a date, a year, or how long ago', () => {
  assert.equal(filterOf('--since', '2027').since, Date.parse('2027-01-01T00:00:00Z'));
  const earliest = Date.now() - 7_200_000;
  const since = filterOf('--since', '2h').since ?? 0;
  assert.ok(since >= earliest && since <= Date.now() - 7_200_000, String(since));
});

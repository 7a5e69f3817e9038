import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inheritedSockets } from './inherited-sockets.ts';

const PID = 77;

test('sockets that were handed over are found by name, without names by their order', () => {
  for (const [fds, names, ftp, ftps] of [
    ['1', undefined, [3], []],
    ['2', undefined, [3], [4]],
    ['2', 'ftp:ftps', [3], [4]],
    ['2', 'ftps:ftp', [4], [3]],
    ['1', 'ftps', [], [3]],
    ['3', 'ftp:ftps:ftp', [3, 5], [4]],
    ['2', 'carryon.socket:carryon.socket', [3], [4]],
  ] as const) {
    const env = { LISTEN_PID: '77', LISTEN_FDS: fds, LISTEN_FDNAMES: names };
    assert.deepEqual(inheritedSockets(env, PID), { ftp, ftps }, `${fds} ${names}`);
  }
});

test('sockets that are for another process, or none, are not taken', () => {
  for (const env of [
    {},
    { LISTEN_FDS: '1' },
    { LISTEN_PID: '76', LISTEN_FDS: '1' },
    { LISTEN_PID: '77', LISTEN_FDS: '0' },
    { LISTEN_PID: '77', LISTEN_FDS: 'x' },
  ]) {
    assert.deepEqual(inheritedSockets(env, PID), { ftp: [], ftps: [] });
  }
});

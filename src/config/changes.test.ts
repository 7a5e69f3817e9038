import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { afterReload, changesFrom, settingsInUse } from './changes.ts';
import { loadSettings } from './load.ts';
import { ROWS } from './sources.ts';
import type { WrittenSettings } from './settings.ts';

function written(written: WrittenSettings) {
  return settingsInUse(loadSettings({ written, env: {}, flags: {} }));
}

suite('settings that have changed', () => {
  test('are told by whether a running server takes them', () => {
    const before = written({ ftp: { banner: 'one' } });
    const after = written({ ftp: { banner: 'two' }, limits: { uploadRate: '5MiB' } });
    assert.deepEqual(changesFrom(before, after), {
      reload: ['limits.upload-rate'],
      restart: ['ftp.banner'],
    });
    assert.deepEqual(changesFrom(before, before), { reload: [], restart: [] });
  });

  test('wait for as long as the server has not started again', () => {
    const before = written({ ftp: { banner: 'one' } });
    const after = written({ ftp: { banner: 'two' }, limits: { uploadRate: '5MiB' } });
    const inUse = afterReload(before, after);
    assert.deepEqual(changesFrom(inUse, after), { reload: [], restart: ['ftp.banner'] });
    assert.deepEqual(changesFrom(inUse, before), { reload: ['limits.upload-rate'], restart: [] });
  });

  test('are the same for each value as one would write it', () => {
    const inUse = written({});
    assert.deepEqual(
      Object.keys(inUse),
      ROWS.map(({ key }) => key),
    );
  });
});

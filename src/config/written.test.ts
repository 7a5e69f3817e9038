import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { loadSettings } from './load.ts';
import { origins, SettingsError, type WrittenSettings } from './settings.ts';

const load = (written: WrittenSettings) => loadSettings({ written, env: {}, flags: {} });

test('a program writes settings as a file does, in camel case', () => {
  const settings = load({
    data: 'files',
    ftp: { listen: '127.0.0.1:0', idleTimeout: '10m', maxLoginFailures: 7, showPartials: false },
    tls: { policy: 'off' },
  });
  assert.equal(settings.data, resolve('files'));
  assert.deepEqual(settings.ftp.listen, [{ host: '127.0.0.1', port: 0 }]);
  assert.equal(settings.ftp.idleTimeout, 600_000);
  assert.equal(settings.ftp.maxLoginFailures, 7);
  assert.equal(settings.ftp.showPartials, false);
  assert.equal(settings[origins].get('ftp.idle-timeout'), 'createServer ftp.idleTimeout');
});

test('what is not said keeps its default', () => {
  const settings = load({ ftp: { banner: undefined } });
  assert.equal(settings.ftp.banner, 'Carryon ready');
});

test('a name that is no setting is refused with the nearest one', () => {
  // As JavaScript may call it, which no compiler has looked at.
  const misspelt = { ftp: { idleTimout: '1m' }, fpt: 1 } as object;
  assert.throws(
    () => load(misspelt),
    (error) => {
      assert.ok(error instanceof SettingsError);
      assert.deepEqual(error.problems, [
        'createServer ftp.idleTimout: is not a setting; did you mean ftp.idleTimeout?',
        'createServer fpt: is not a setting',
      ]);
      return true;
    },
  );
});

test('the types know which words a setting takes', () => {
  // @ts-expect-error -- there is no such policy
  assert.throws(() => load({ tls: { policy: 'maybe' } }), /tls\.policy: must be one of/);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { explainSettings } from './explain.ts';
import { loadSettings, type SettingsSources, suspectVariables } from './load.ts';
import { origins, SettingsError } from './settings.ts';
import { ROWS } from './sources.ts';

const NOTHING = { env: {}, flags: {} };

/** A settings file with this content, for as long as the test runs. */
function settingsFile(content: string) {
  const folder = mkdtempSync(join(tmpdir(), 'carryon-settings-'));
  const file = join(folder, 'carryon.toml');
  writeFileSync(file, content);
  return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

function problemsOf(sources: SettingsSources): readonly string[] {
  try {
    loadSettings(sources);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

/** The problems of a file with this content, without the name of the file. */
function fileProblems(content: string): readonly string[] {
  using written = settingsFile(content);
  return problemsOf({ ...NOTHING, file: written.file }).map((line) =>
    line.slice(written.file.length),
  );
}

test('without anything said, every setting has its default', () => {
  const settings = loadSettings(NOTHING);
  assert.deepEqual(settings.ftp.listen, [{ host: '0.0.0.0', port: 2121 }]);
  assert.equal(settings.ftp.passivePorts, undefined);
  assert.equal(settings.data, resolve('carryon-data'));
  assert.equal(settings.log.transfers, resolve('carryon-data/log/transfers.ndjson'));
  assert.equal(settings.log.xferlog, undefined);
  // Wrong types here would not compile: the type comes from the table.
  const milliseconds: number = settings.ftp.idleTimeout;
  const level: 'debug' | 'info' | 'warn' | 'error' = settings.log.level;
  assert.deepEqual([milliseconds, level], [300_000, 'info']);
});

test('a variable overrides the file, and a flag overrides both', () => {
  using written = settingsFile(
    '[ftp]\nbanner = "file"\nidle-timeout = 1\nmax-login-failures = 7\n',
  );
  const settings = loadSettings({
    file: written.file,
    env: { CARRYON_FTP_BANNER: 'env', CARRYON_FTP_IDLE_TIMEOUT: '2' },
    flags: { ftpIdleTimeout: '3' },
  });
  assert.equal(settings.ftp.banner, 'env');
  assert.equal(settings.ftp.idleTimeout, 3000);
  assert.equal(settings.ftp.maxLoginFailures, 7);
});

test('a default can be said again over a file that says otherwise', () => {
  using written = settingsFile('ftp.passive-ports = "5000-5001"\nlog.transfers = "off"\n');
  const { file } = written;
  assert.equal(loadSettings({ ...NOTHING, file }).log.transfers, undefined);
  const settings = loadSettings({ file, env: { CARRYON_FTP_PASSIVE_PORTS: 'any' }, flags: {} });
  assert.equal(settings.ftp.passivePorts, undefined);
});

test('every setting can be set in the file, by its variable and by its flag', () => {
  for (const row of ROWS) {
    using written = settingsFile(`${row.key} = ${JSON.stringify(row.default)}\n`);
    const sources = [
      [written.file, { ...NOTHING, file: written.file }],
      [row.variable, { env: { [row.variable]: row.default }, flags: {} }],
      [row.flag, { env: {}, flags: { [row.attribute]: row.default } }],
    ] as const;
    for (const [origin, source] of sources) {
      assert.equal(loadSettings(source)[origins].get(row.key), origin);
    }
  }
});

test('an empty variable counts as not set, and flags of others are left alone', () => {
  const settings = loadSettings({ env: { CARRYON_DATA: '' }, flags: { verbose: true } });
  assert.equal(settings[origins].get('data'), 'default');
});

test('a relative data folder counts from the file that names it, other logs from the data folder', () => {
  using written = settingsFile('data = "store"\nlog.xferlog = "xferlog"\nlog.transfers = "/t"\n');
  const settings = loadSettings({ ...NOTHING, file: written.file });
  assert.equal(settings.data, join(dirname(written.file), 'store'));
  assert.equal(settings.log.xferlog, join(dirname(written.file), 'store', 'xferlog'));
  assert.equal(settings.log.transfers, '/t');
  const moved = loadSettings({ file: written.file, env: { CARRYON_DATA: 'here' }, flags: {} });
  assert.equal(moved.log.xferlog, resolve('here', 'xferlog'));
});

test('an unknown key is named together with the one that was probably meant', () => {
  assert.deepEqual(fileProblems('ftp.idle_timeout = 3\n[fpt]\nlisten = "x"\n'), [
    ': ftp.idle_timeout is not a setting; did you mean ftp.idle-timeout?',
    ': [fpt] is not a setting; did you mean [ftp]?',
  ]);
  assert.deepEqual(fileProblems('idle-timeout = 3\nwombat = 1\n'), [
    ': idle-timeout is not a setting; did you mean ftp.idle-timeout?',
    ': wombat is not a setting',
  ]);
});

test('names that every object has are unknown keys as well', () => {
  assert.equal(fileProblems('__proto__ = 1\nconstructor = 2\n[ftp]\ntoString = 1\n').length, 3);
});

test('every problem of every source is told at once, each with its place', () => {
  using written = settingsFile('ftp = 3\nlog.level = "loud"\n');
  const problems = problemsOf({
    file: written.file,
    env: { CARRYON_UPLOADS_EXPIRE: 'never' },
    flags: { ftp: '2121' },
  });
  assert.deepEqual(problems, [
    `${written.file}: ftp must be a table: [ftp]`,
    `${written.file}: log.level must be one of debug, info, warn, error, not "loud"`,
    'CARRYON_UPLOADS_EXPIRE: must be a time from 1s to 3650d such as "90s", "5m" or "7d" (a plain number is seconds), not "never"',
    '--ftp: must be HOST:PORT such as "0.0.0.0:2121" or "[::]:2121" (port 0: any free one), or several with commas between, not "2121"',
  ]);
});

test('a file that is not TOML is a problem with line and column', () => {
  assert.match(fileProblems('data = "x"\n[ftp\n')[0] ?? '', /^:2:\d+: .+/);
});

test('a file that is not there is a problem', () => {
  const [problem] = problemsOf({ ...NOTHING, file: '/nowhere/carryon.toml' });
  assert.match(problem ?? '', /^\/nowhere\/carryon\.toml: cannot be read: ENOENT/);
});

test('settings that contradict each other are a problem of both', () => {
  const env = { CARRYON_FTP_PASSIVE_PORTS: '2000-3000' };
  assert.deepEqual(problemsOf({ env, flags: {} }), [
    'CARRYON_FTP_PASSIVE_PORTS: ftp.passive-ports must not hold the port of ftp.listen (default)',
  ]);
});

test('a misspelt variable is suspected, an unrelated one is not', () => {
  assert.deepEqual(
    suspectVariables({
      CARRYON_FTP_LISTNE: 'x',
      CARRYON_DATA: 'y',
      CARRYON_PASSWORD: 'z',
      CARRYON_SERVICE_PORT_HTTP: '80',
      CARRIED_ON: '1',
    }),
    ['CARRYON_FTP_LISTNE is not a setting; did you mean CARRYON_FTP_LISTEN?'],
  );
});

test('each setting is explained with its value and where it came from', () => {
  const lines = explainSettings(
    loadSettings({ env: { CARRYON_UPLOADS_CHECKPOINT: '1048576' }, flags: { ftp: '[::1]:21' } }),
  );
  assert.equal(lines.length, ROWS.length);
  const find = (key: string) => lines.find((line) => line.startsWith(key))?.split(/\s{2,}/);
  assert.deepEqual(find('ftp.listen'), ['ftp.listen', '[::1]:21', '--ftp']);
  assert.deepEqual(find('uploads.checkpoint'), [
    'uploads.checkpoint',
    '1MiB',
    'CARRYON_UPLOADS_CHECKPOINT',
  ]);
  assert.deepEqual(find('log.xferlog'), ['log.xferlog', 'off', 'default']);
});

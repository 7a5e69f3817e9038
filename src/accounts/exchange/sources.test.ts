import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { NO_PASSWORD, type StoredAccount } from '../accounts.ts';
import type { AccountChanges } from '../changes.ts';
import { planImport } from './plan.ts';
import { SOURCES, sourceOf } from './sources.ts';
import { exportCsv, exportJson } from './tables.ts';

const SHA512 =
  '$6$abc$UdznhXkpvG/3yDygK4T.msvB7LvHJQq7GMIazF3WTCXp57/Vje9EyVeJZWyJ7s9zQAHXJSsZAn8xpP49WFRiX1';
const APR1 = '$apr1$saltsalt$EGVZDNN6gOqijy.tv9axG/';
const NOW = Date.parse('2027-01-01T00:00:00Z');
const KEEP = { update: false, updatePasswords: false };

function read(kind: string, text: string) {
  const source = SOURCES.find(({ name }) => name === kind);
  assert.ok(source);
  return source.read(text, NOW);
}

function problems(kind: string, text: string): string {
  return planImport(read(kind, text), [], [], KEEP).problems.join('\n');
}

/** What becomes of a file, in short. */
function planned(kind: string, text: string, accounts: StoredAccount[] = [], rules = KEEP) {
  const plan = planImport(read(kind, text), accounts, ['staff'], rules);
  assert.deepEqual(plan.problems, []);
  return plan.steps.map(({ name, kind, says }) => [name, kind, ...says].join(' | '));
}

function account(name: string, own: Partial<StoredAccount> = {}): StoredAccount {
  return {
    id: 1,
    name,
    homeId: 1,
    home: `homes/${name}`,
    permissions: new Set(['list', 'read']),
    enabled: true,
    expiresAt: undefined,
    unconfirmed: 'hold',
    limits: { quotaBytes: 5000, quotaFiles: undefined, maxFileBytes: undefined },
    rates: { upload: undefined, download: 2048 },
    maxSessions: undefined,
    group: undefined,
    own: { quotaBytes: 5000, permissions: ['list', 'read'] },
    lastLoginAt: undefined,
    tls: undefined,
    charset: undefined,
    networks: undefined,
    createdAt: 0,
    passwordSetAt: 0,
    stored: SHA512,
    ...own,
  };
}

suite('files with accounts', () => {
  test('of our own are read as they were written, and then change nothing', () => {
    const accounts = [
      account('anna', { group: 'staff' }),
      account('bob', {
        home: '=HYPERLINK("x"),y',
        own: { permissions: [], quotaFiles: null },
        permissions: new Set(),
        expiresAt: NOW + 5,
      }),
    ];
    for (const [kind, text] of [
      ['csv', exportCsv(accounts, true)],
      ['json', exportJson(accounts, true)],
    ] as const) {
      const rules = { update: true, updatePasswords: true };
      assert.deepEqual(planned(kind, text, accounts, rules), ['anna | same', 'bob | same'], kind);
      const [anna] = read(kind, text).entries;
      assert.equal(anna?.changes.quotaBytes, 5000);
      assert.equal(anna?.changes.quotaFiles, undefined, 'nobody said it');
    }
    assert.doesNotMatch(exportCsv(accounts, false) + exportJson(accounts, false), /\$6\$|password/);
  });

  test('take sizes, times from now and columns in any writing, and say nothing where a cell is empty', () => {
    const { entries } = read('csv', 'Name,Max File Size,quota,expires\nanna,2MiB,,30d\n');
    assert.deepEqual(entries[0]?.changes, {
      maxFileBytes: 2 * 1024 * 1024,
      expiresAt: NOW + 30 * 86_400_000,
    });
  });

  test('say every problem with its place, and which column was meant', () => {
    assert.match(problems('csv', 'name,quta\nanna,5\n'), /no column quta; did you mean quota\?/);
    assert.match(problems('csv', 'quota\n5\n'), /no column name/);
    assert.match(
      problems('csv', 'name,quota\nanna,much\n../x,5\nbob,1\nbob,1\n'),
      /line 2: quota "much": A size.*\nline 3: "\.\.\/x": An account name.*\nline 5: bob stands in line 4 already/,
    );
    assert.match(problems('csv', 'name,group\nanna,crew\n'), /line 2: there is no group crew yet/);
    assert.match(problems('json', '{"name": 1}'), /no list of objects/);
    assert.match(problems('json', '['), /no JSON/);
    assert.match(problems('pureftpd.passwd', 'anna:x\n'), /line 1: too few fields/);
  });

  test('of htpasswd bring names and passwords; what cannot be checked comes over locked and says why', () => {
    const text = `# old\nanna:${APR1}\nbob:plain\ncarl:$y$j9T$abc$def\ndora:\nemil:5ZkJ7cKMMlZpA\n`;
    assert.deepEqual(planned('htpasswd', text), [
      'anna | added | apr1',
      'bob | locked | this is no hash, and passwords in the clear are not taken',
      'carl | locked | yescrypt cannot be checked here',
      'dora | locked | there is no password',
      'emil | locked | DES crypt, or a password in the clear, is not taken',
    ]);
    const steps = planImport(read('htpasswd', text), [], [], KEEP).steps;
    assert.deepEqual(
      steps.map(({ addition }) => addition?.stored),
      [APR1, ...Array.from({ length: 4 }, () => NO_PASSWORD)],
    );
  });

  test('of pure-pw bring homes and limits; whoever was restricted in a way we do not know is disabled', () => {
    const text = [
      `anna:${SHA512}:1000:1000:Anna:/srv/anna/./:51200:102400:::3:1000:10485760:::::`,
      `bob:${SHA512}:1000:1000::/srv/bob/./inner:0:0:1:5:0:0:0:::192.0.2.0/24,10.0.0.1::`,
      `dan:${SHA512}:1000:1000::/srv/dan::::::::::office.example.org:10.0.0.2:0900-1700`,
      `carl:${SHA512}:1:1::/srv/anna/.`,
    ].join('\n');
    const reading = read('pureftpd.passwd', text);
    const changes: AccountChanges[] = reading.entries.map((entry) => entry.changes);
    assert.deepEqual(changes, [
      {
        home: '/srv/anna',
        uploadRate: 51_200,
        downloadRate: 102_400,
        maxSessions: 3,
        quotaFiles: 1000,
        quotaBytes: 10_485_760,
      },
      { home: '/srv/bob/inner', networks: ['192.0.2.0/24', '10.0.0.1'] },
      { home: '/srv/dan', enabled: false },
      { home: '/srv/anna' },
    ]);
    assert.deepEqual(planned('pureftpd.passwd', text), [
      'anna | added | sha512-crypt | shares its home with carl: each counts what it uploads itself',
      'bob | added | sha512-crypt | ratios have no equal here',
      'dan | added | sha512-crypt | disabled, since it was restricted by names of clients, refused addresses of clients, hours',
      'carl | added | sha512-crypt | shares its home with anna: each counts what it uploads itself',
    ]);
    assert.match(reading.remarks.join('\n'), /uid and gid are not used.*\nbandwidth holds/);
  });

  test('of ProFTPD bring names, passwords and homes', () => {
    const text = `anna:${SHA512}:1000:1000:Anna:/srv/anna:/bin/false\n`;
    assert.deepEqual(read('auth-user-file', text).entries[0]?.changes, { home: '/srv/anna' });
    assert.deepEqual(planned('auth-user-file', text), ['anna | added | sha512-crypt']);
  });

  test('leave accounts that are there as they are, unless told otherwise', () => {
    const accounts = [account('anna')];
    const csv = `name,quota,password\nanna,7000,${APR1}\n`;
    assert.deepEqual(planned('csv', csv, accounts), ['anna | kept | the file differs in quota']);
    const rules = { update: true, updatePasswords: false };
    assert.deepEqual(planned('csv', csv, accounts, rules), ['anna | changed | quota']);
    assert.deepEqual(planned('csv', csv, accounts, { update: true, updatePasswords: true }), [
      'anna | changed | quota, password',
    ]);
    const locked = 'name,password\nanna,$y$abc\n';
    assert.deepEqual(planned('csv', locked, accounts, { update: true, updatePasswords: true }), [
      'anna | same | yescrypt cannot be checked here: its password stays',
    ]);
  });

  test('are known by their names', () => {
    const names = ['a.csv', 'a.json', '.htpasswd', '/etc/pureftpd.passwd', '/etc/ftpd.passwd', 'x'];
    assert.deepEqual(
      names.map((name) => sourceOf(name)?.name),
      ['csv', 'json', 'htpasswd', 'pureftpd.passwd', 'auth-user-file', undefined],
    );
  });
});

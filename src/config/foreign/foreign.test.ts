import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loadSettings } from '../load.ts';
import { DIALECTS, dialectOf } from './index.ts';
import { foreignMarkdown } from './markdown.ts';
import { translate } from './translate.ts';

/** A settings file of each server, and what it is here. */
const CASES = [
  {
    file: 'vsftpd.conf',
    text: `# Example config
listen=NO
listen_ipv6=YES
anonymous_enable=NO
pasv_min_port=40000
pasv_max_port=40100
max_clients=0
local_max_rate=1048576
ssl_enable=YES
rsa_cert_file=/etc/ssl/vsftpd.pem
max_per_ip=many
no_such_thing=1
`,
    toml: `[ftp]
listen = "[::]:21"
passive-ports = "40000-40100"

[tls]
policy = "required"
certificate = "/etc/ssl/vsftpd.pem"
session-reuse = "required"

[limits]
max-connections = "1000000"
session-upload-rate = "1048576"
session-download-rate = "1048576"
`,
    remarks: [
      /line 2, listen /,
      /line 4, anonymous_enable NO: .*anonymous/,
      /no_such_thing/,
      /max_per_ip: .*many/,
    ],
  },
  {
    file: 'pure-ftpd.conf',
    text: `ChrootEveryone yes
MaxClientsNumber             50   # everybody
maxidletime                  15
PassivePortRange             30000 50000
Bind                         127.0.0.1,2121
TLS                          2
UserBandwidth                4:8
`,
    toml: `[ftp]
listen = "127.0.0.1:2121"
passive-ports = "30000-50000"
idle-timeout = "15m"

[tls]
policy = "required"

[limits]
max-connections = "50"
session-upload-rate = "4KiB"
session-download-rate = "8KiB"
`,
    remarks: [/ChrootEveryone yes: .*home/],
  },
  {
    file: 'proftpd.conf',
    text: `ServerName "Debian"
UseIPv6 off
Port 21
TimeoutIdle 1200
MaxClientsPerHost 30 "Too many"
ServerIdent on "Welcome"
<IfModule mod_tls.c>
TLSEngine on
TLSRequired off
TLSOptions NoSessionReuseRequired
</IfModule>
<Directory /srv/*>
  AllowOverwrite off
</Directory>
`,
    toml: `[ftp]
listen = "0.0.0.0:21"
banner = "Welcome"
idle-timeout = "1200s"

[tls]
policy = "allowed"
session-reuse = "preferred"

[limits]
max-connections-per-address = "30"
`,
    remarks: [/ServerName Debian/, /<Directory \/srv\/\*> AllowOverwrite off: nothing like it/],
  },
] as const;

describe('settings of other servers', () => {
  for (const { file, text, toml, remarks } of CASES) {
    test(`${file} becomes settings that are read again, and a remark on what has no equal`, () => {
      const dialect = dialectOf(join('/etc', file));
      assert.ok(dialect);
      const translated = translate(dialect, text);
      assert.equal(translated.toml, toml);
      assert.equal(translated.remarks.length, remarks.length, translated.remarks.join('\n'));
      for (const [index, remark] of remarks.entries()) {
        assert.match(translated.remarks[index] ?? '', remark);
      }
      const folder = mkdtempSync(join(tmpdir(), 'foreign-'));
      try {
        const written = join(folder, 'carryon.toml');
        writeFileSync(written, translated.toml);
        loadSettings({ file: written, env: {}, flags: {} });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  test('every server is tried here', () => {
    const tried = CASES.map(({ file }) => dialectOf(file)?.name);
    assert.deepEqual(
      tried,
      DIALECTS.map(({ name }) => name),
    );
  });

  test('no name has two meanings', () => {
    for (const { name, translations, instead } of DIALECTS) {
      const translated = new Set(translations.flatMap(({ from }) => from));
      const both = Object.keys(instead).filter((theirs) => translated.has(theirs));
      assert.deepEqual(both, [], name);
    }
  });

  test('docs/moving-over.md is what the tables say', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/moving-over.md'), 'utf8');
    assert.equal(page, foreignMarkdown(), 'run: npm run docs');
  });
});

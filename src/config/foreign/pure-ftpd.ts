import type { Dialect, Statement } from './dialect.ts';
import { countOr, hostPort, isYes, minutes, same, SENTENCES } from './values.ts';

/** pure-ftpd.conf: `Name value`, `#` begins a comment; names are told apart without their case. */
export const PURE_FTPD: Dialect = {
  name: 'pure-ftpd',
  files: ['pure-ftpd.conf'],
  read,
  translations: [
    {
      from: ['Bind', 'IPV4Only'],
      key: 'ftp.listen',
      value: (bind = '', v4) => listen(bind, isYes(v4, false)),
      always: true,
    },
    { from: ['MaxClientsNumber'], key: 'limits.max-connections', value: countOr(1_000_000) },
    {
      from: ['MaxClientsPerIP'],
      key: 'limits.max-connections-per-address',
      value: countOr(1_000_000),
    },
    { from: ['MaxIdleTime'], key: 'ftp.idle-timeout', value: minutes },
    {
      from: ['PassivePortRange'],
      key: 'ftp.passive-ports',
      value: (said) => said?.replace(/\s+/, '-'),
    },
    { from: ['ForcePassiveIP'], key: 'ftp.passive-address', value: same },
    {
      from: ['LimitRecursion'],
      key: 'ftp.max-list-entries',
      value: (said) => said?.split(/\s+/)[0],
    },
    {
      from: ['TLS'],
      key: 'tls.policy',
      value: (said = '0') => ['off', 'allowed', 'required', 'required'][Number(said)],
      always: true,
    },
    { from: ['CertFile'], key: 'tls.certificate', value: same },
    {
      from: ['CertFileAndKey'],
      key: 'tls.certificate',
      value: (said) => said?.split(/\s+/)[0]?.replaceAll('"', ''),
    },
    {
      from: ['CertFileAndKey'],
      key: 'tls.key',
      value: (said) => said?.split(/\s+/)[1]?.replaceAll('"', ''),
    },
    {
      from: ['UserBandwidth'],
      key: 'limits.session-upload-rate',
      value: (said) => bandwidth(said, 0),
    },
    {
      from: ['UserBandwidth'],
      key: 'limits.session-download-rate',
      value: (said) => bandwidth(said, 1),
    },
    {
      from: ['VerboseLog'],
      key: 'log.level',
      value: (said) => (isYes(said, false) ? 'debug' : undefined),
    },
    {
      from: ['AltLog'],
      key: 'log.xferlog',
      value: (said) => /^xferlog:(.+)$/.exec(said ?? '')?.[1],
    },
  ],
  instead: {
    ChrootEveryone: SENTENCES.home,
    TrustedGID: SENTENCES.home,
    BrokenClientsCompatibility: 'what old clients need is always on',
    Daemonize: 'systemd or a supervisor does that',
    DisplayDotFiles: SENTENCES.always,
    AnonymousOnly: SENTENCES.anonymous,
    NoAnonymous: 'always so here',
    AnonymousCanCreateDirs: SENTENCES.anonymous,
    AnonymousCantUpload: SENTENCES.anonymous,
    AnonymousBandwidth: SENTENCES.anonymous,
    AnonymousRatio: SENTENCES.anonymous,
    AllowAnonymousFXP: SENTENCES.never,
    AllowUserFXP: 'never so: a data connection goes to the client it belongs to',
    AntiWarez: 'nothing is visible before it is whole',
    SyslogFacility: 'the log goes to stderr, which systemd keeps',
    FortunesFile: SENTENCES.text,
    DontResolve: 'always so: the log has addresses',
    LDAPConfigFile: SENTENCES.system,
    MySQLConfigFile: SENTENCES.system,
    PGSQLConfigFile: SENTENCES.system,
    PureDB:
      '`carryon account add NAME --password-hash HASH` with each hash of the pureftpd.passwd that it was made from',
    ExtAuth: SENTENCES.system,
    PAMAuthentication: SENTENCES.system,
    UnixAuthentication: SENTENCES.system,
    MinUID: SENTENCES.system,
    UserRatio: SENTENCES.never,
    Umask: SENTENCES.modes,
    ProhibitDotFilesWrite: SENTENCES.permissions,
    ProhibitDotFilesRead: SENTENCES.permissions,
    AutoRename: 'STOU makes a new name; without the permission overwrite files stay as they are',
    KeepAllFiles: SENTENCES.permissions,
    NoRename: SENTENCES.permissions,
    NoChmod: SENTENCES.permissions,
    CreateHomeDir: SENTENCES.always,
    Quota: '`carryon account set NAME --max-files N --quota SIZE`',
    PerUserLimits:
      '`limits.max-sessions-per-account`, or `carryon account set NAME --max-sessions N`',
    PIDFile: 'systemd or a supervisor knows it',
    CallUploadScript: '`hooks.command` is told of each upload',
    MaxDiskUsage: 'a full disk is told as such, and quotas are exact',
    MaxLoad: SENTENCES.never,
    CustomerProof: SENTENCES.never,
    NoTruncate: 'always so: the old version stays until the new one is whole',
    TLSCipherSuite: 'the ciphers are those of Node: `NODE_OPTIONS=--tls-cipher-list=…`',
    ClientCharset:
      'clients that write another charset are named by `ftp.charset-by-network` or `carryon account set NAME --charset`',
    FileSystemCharset: 'names on the disk are UTF-8',
    IPV6Only: '`ftp.listen` with an IPv6 address',
    NATmode: 'see `ftp.passive-address`',
  },
};

/** Its names as its own pages write them, by their lower case. */
function canonical(name: string): string {
  const all = [
    ...PURE_FTPD.translations.flatMap(({ from }) => from),
    ...Object.keys(PURE_FTPD.instead),
  ];
  return all.find((known) => known.toLowerCase() === name.toLowerCase()) ?? name;
}

function read(text: string): Statement[] {
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const [, name, value] = /^\s*([A-Za-z0-9]+)\s+(.*?)\s*(?:#.*)?$/.exec(raw) ?? [];
    if (name === undefined || value === undefined) return [];
    return [{ line: index + 1, name: canonical(name), value }];
  });
}

/** `Bind address,port`; either may be absent, and a port may be the name ftp. */
function listen(bind: string, onlyV4: boolean): string {
  const [host, port = '21'] = bind.split(',').map((part) => part.trim());
  return hostPort(host || (onlyV4 ? '0.0.0.0' : '::'), port === 'ftp' ? '21' : port || '21');
}

/** `UserBandwidth 8` or `4:8`, upload first, in KiB a second. */
function bandwidth(said: string | undefined, which: 0 | 1): string | undefined {
  const parts = said?.split(':') ?? [];
  const rate = parts.length > 1 ? parts[which] : parts[0];
  return rate === undefined || rate === '' || rate === '0' ? undefined : `${rate}KiB`;
}

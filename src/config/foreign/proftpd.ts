import type { Dialect, Statement } from './dialect.ts';
import { countOr, hostPort, isYes, same, seconds, SENTENCES } from './values.ts';

/**
 * proftpd.conf: a directive a line, sections between `<…>` and `</…>`. Inside of a section that is
 * not `<Global>` or `<IfModule>` it holds for a part only, so it is told with the section's name.
 */
export const PROFTPD: Dialect = {
  name: 'proftpd',
  files: ['proftpd.conf', 'tls.conf'],
  read,
  translations: [
    {
      from: ['Port', 'DefaultAddress', 'UseIPv6'],
      key: 'ftp.listen',
      value: (port = '21', address, ipv6) =>
        hostPort(address ?? (isYes(ipv6, true) ? '::' : '0.0.0.0'), port),
      always: true,
    },
    {
      from: ['PassivePorts'],
      key: 'ftp.passive-ports',
      value: (said) => said?.replace(/\s+/, '-'),
    },
    { from: ['MasqueradeAddress'], key: 'ftp.passive-address', value: same },
    { from: ['ServerIdent'], key: 'ftp.banner', value: banner },
    { from: ['TimeoutIdle'], key: 'ftp.idle-timeout', value: seconds },
    { from: ['TimeoutLogin'], key: 'ftp.login-timeout', value: seconds },
    { from: ['TimeoutStalled'], key: 'ftp.stall-timeout', value: seconds },
    { from: ['MaxLoginAttempts'], key: 'ftp.max-login-failures', value: same },
    { from: ['MaxInstances'], key: 'limits.max-connections', value: number },
    { from: ['MaxClientsPerHost'], key: 'limits.max-connections-per-address', value: number },
    { from: ['MaxClientsPerUser'], key: 'limits.max-sessions-per-account', value: number },
    { from: ['DeflateEngine'], key: 'ftp.compression', value: (on) => String(isYes(on, false)) },
    {
      from: ['TLSEngine', 'TLSRequired'],
      key: 'tls.policy',
      value: (engine, required) => {
        if (!isYes(engine, false)) return 'off';
        return required === undefined || /^off$/i.test(required) ? 'allowed' : 'required';
      },
      always: true,
    },
    { from: ['TLSRSACertificateFile'], key: 'tls.certificate', value: same },
    { from: ['TLSRSACertificateKeyFile'], key: 'tls.key', value: same },
    { from: ['TLSECCertificateFile'], key: 'tls.certificate', value: same },
    { from: ['TLSECCertificateKeyFile'], key: 'tls.key', value: same },
    {
      from: ['TLSCACertificateFile', 'TLSVerifyClient'],
      key: 'tls.client-ca',
      value: (file, verify) => (isYes(verify, false) ? file : undefined),
    },
    {
      from: ['TLSOptions', 'TLSEngine'],
      key: 'tls.session-reuse',
      value: (options = '', engine) =>
        isYes(engine, false) && !options.includes('NoSessionReuseRequired')
          ? 'required'
          : 'preferred',
    },
    {
      from: ['TransferLog'],
      key: 'log.xferlog',
      value: (file) => (file === 'NONE' ? undefined : file),
    },
  ],
  instead: {
    ServerName: SENTENCES.text,
    ServerType: 'always a server of its own',
    DefaultServer: 'there is one server; a second one is a second process',
    DeferWelcome: SENTENCES.text,
    DisplayConnect: SENTENCES.text,
    DisplayLogin: SENTENCES.text,
    DisplayChdir: SENTENCES.text,
    MultilineRFC2228: SENTENCES.always,
    ShowSymlinks: 'a link is shown as what it leads to inside of the home',
    ListOptions: SENTENCES.never,
    DenyFilter: 'names are checked once, and can mean nothing else anywhere',
    DefaultRoot: SENTENCES.home,
    RequireValidShell: SENTENCES.system,
    AuthOrder: SENTENCES.system,
    AuthUserFile: SENTENCES.system,
    AuthGroupFile: SENTENCES.system,
    AuthPAM: SENTENCES.system,
    AuthPAMConfig: SENTENCES.system,
    PersistentPasswd: SENTENCES.system,
    UserAlias: SENTENCES.system,
    User: SENTENCES.user,
    Group: SENTENCES.user,
    Umask: SENTENCES.modes,
    AllowOverwrite: SENTENCES.permissions,
    AllowStoreRestart: SENTENCES.resume,
    AllowRetrieveRestart: SENTENCES.always,
    HiddenStores: 'always so, and resumable',
    DeleteAbortedStores: 'never seen, and dropped after `uploads.expire`',
    TimeoutNoTransfer: '`ftp.idle-timeout`',
    TimeoutSession: SENTENCES.never,
    MaxClients: '`limits.max-connections`',
    MaxClientsPerClass: SENTENCES.account,
    TransferRate:
      '`limits.session-upload-rate` and the like, or `carryon account set NAME --upload-rate`',
    SystemLog: 'the log goes to stderr, which systemd keeps',
    LogFormat: '`log.format`',
    ExtendedLog: SENTENCES.log,
    WtmpLog: SENTENCES.never,
    UseReverseDNS: 'never so: the log has addresses',
    IdentLookups: SENTENCES.never,
    QuotaEngine: '`carryon account set NAME --quota SIZE --max-files N`',
    QuotaLimitTable: '`carryon account set NAME --quota SIZE --max-files N`',
    QuotaTallyTable: '`carryon account set NAME --quota SIZE --max-files N`',
    RatioEngine: SENTENCES.never,
    DelayEngine: 'an unknown name takes as long as a wrong password, always',
    ControlsEngine: '`carryon who` and its like',
    ControlsSocket: '`carryon who` and its like',
    ControlsLog: SENTENCES.log,
    AdminControlsEngine: '`carryon who` and its like',
    BanEngine: '`bans.threshold`',
    BanTable: 'kept in the database',
    BanOnEvent: '`bans.threshold`, `bans.window` and `bans.duration`',
    LoadModule: 'nothing to load',
    ModulePath: 'nothing to load',
    Include: 'import the file that it names by itself',
    AllowForeignAddress: 'never so: a data connection goes to the client it belongs to',
    TLSProtocol: '`tls.min-version` and `tls.max-version`',
    TLSCipherSuite: 'the ciphers are those of Node: `NODE_OPTIONS=--tls-cipher-list=…`',
    TLSLog: SENTENCES.log,
    TLSRenegotiate: SENTENCES.never,
    TLSCertificateChainFile: 'put the chain behind the certificate, in `tls.certificate`',
    UseFtpUsers: SENTENCES.system,
    RootLogin: SENTENCES.never,
    UseSendfile: 'how bytes are moved is not a setting',
    SocketOptions: 'how bytes are moved is not a setting',
    UseEncoding:
      'names are UTF-8; clients that write another charset are named by `ftp.charset-by-network` or `carryon account set NAME --charset`',
    ProxyProtocolEngine: '`ftp.proxies` names the load balancers that speak it',
    LangEngine: SENTENCES.always,
  },
};

/** Sections that hold for the whole server. */
const TRANSPARENT = /^(?:Global|IfModule|IfDefine)\b/i;

function read(text: string): Statement[] {
  const statements: Statement[] = [];
  const sections: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    const [, closing, section] = /^<(\/?)([^>]+)>$/.exec(line) ?? [];
    if (section !== undefined) {
      if (closing === '/') sections.pop();
      else sections.push(section);
      continue;
    }
    const [, name, value = ''] = /^([A-Za-z][A-Za-z0-9]*)(?:\s+(.*))?$/.exec(line) ?? [];
    if (name === undefined) continue;
    const inside = sections.findLast((section) => !TRANSPARENT.test(section));
    const told = inside === undefined ? canonical(name) : `<${inside}> ${name}`;
    statements.push({ line: index + 1, name: told, value: unquoted(value) });
  }
  return statements;
}

/** Directives are told apart without their case. */
function canonical(name: string): string {
  const all = [
    ...PROFTPD.translations.flatMap(({ from }) => from),
    ...Object.keys(PROFTPD.instead),
  ];
  return all.find((known) => known.toLowerCase() === name.toLowerCase()) ?? name;
}

function unquoted(value: string): string {
  return value.trim().replace(/^"(.*)"$/, '$1');
}

/** `30 "message"` or `none`. */
function number(said: string | undefined): string | undefined {
  const [first] = said?.split(/\s+/) ?? [];
  return first?.toLowerCase() === 'none' ? undefined : countOr(1_000_000)(first);
}

/** `ServerIdent on "text"`. */
function banner(said: string | undefined): string | undefined {
  return /^on\s+"?(.+?)"?$/i.exec(said ?? '')?.[1];
}

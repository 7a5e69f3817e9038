import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SelfSigned, selfSigned } from './certificate.ts';
import { environmentOf, type ForeignName, FOREIGN, rootOf } from './foreign-packages.ts';
import { temporaryFolder } from './temporary.ts';

export type ForeignEncryption = 'none' | 'explicit' | 'implicit';

/** A server of somebody else's as a process of its own. Disposing kills it with all its children. */
export interface ForeignServer extends AsyncDisposable {
  readonly name: ForeignName;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The folder on disk that the user sees as the root; only what is in {@link place} is theirs. */
  readonly home: string;
  /** A folder in it, empty at first, as the user calls it. */
  readonly place: string;
  /** Makes a file or folder that a test has put into the home the user's own. */
  readonly own: (path: string) => void;
  readonly certificate: SelfSigned;
}

/** What a starter has to work with. */
interface Site {
  readonly folder: string;
  readonly root: string;
  readonly home: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly certificate: SelfSigned;
  readonly encryption: ForeignEncryption;
  readonly env: Record<string, string>;
}

interface Command {
  readonly program: string;
  readonly words: readonly string[];
}

/** The user `daemon` of every Debian, as whom the servers that root starts work: it has a home. */
const DAEMON = 1;

/** How long a server may take until it greets, in milliseconds. */
const PATIENCE = 60_000;

const PLACE = '/place';

const PASSWORD = 'correct horse';

const STARTERS = {
  // Its own users are the system's; those without an account are let in by a list of passwords.
  vsftpd: ({ folder, root, home, port, certificate, encryption }) => {
    const passwords = file(folder, 'passwords', `${PASSWORD}\n`);
    mkdirSync(join(folder, 'empty'));
    const settings = {
      listen: 'YES',
      listen_address: '127.0.0.1',
      listen_port: port,
      background: 'NO',
      isolate: 'NO',
      isolate_network: 'NO',
      seccomp_sandbox: 'NO',
      anonymous_enable: 'YES',
      secure_email_list_enable: 'YES',
      email_password_file: passwords,
      ftp_username: 'daemon',
      nopriv_user: 'nobody',
      anon_root: home,
      anon_upload_enable: 'YES',
      anon_mkdir_write_enable: 'YES',
      anon_other_write_enable: 'YES',
      anon_world_readable_only: 'NO',
      anon_umask: '022',
      allow_writeable_chroot: 'YES',
      write_enable: 'YES',
      secure_chroot_dir: join(folder, 'empty'),
      use_localtime: 'NO',
      ...(encryption !== 'none' && {
        ssl_enable: 'YES',
        implicit_ssl: encryption === 'implicit' ? 'YES' : 'NO',
        allow_anon_ssl: 'YES',
        force_anon_data_ssl: 'YES',
        force_anon_logins_ssl: 'YES',
        require_ssl_reuse: 'YES',
        ssl_ciphers: 'HIGH',
        rsa_cert_file: certificate.certificateFile,
        rsa_private_key_file: certificate.keyFile,
      }),
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    const config = file(folder, 'vsftpd.conf', lines.join(''));
    return { program: join(root, 'usr/sbin/vsftpd'), words: [config] };
  },
  proftpd: ({ folder, root, home, port, user, certificate, encryption }) => {
    const passwords = file(
      folder,
      'passwd',
      `${user}:${cryptedPassword()}:${DAEMON}:${DAEMON}::${home}:/bin/sh\n`,
    );
    const tls = `
TLSEngine on
TLSRequired on
TLSRSACertificateFile ${certificate.certificateFile}
TLSRSACertificateKeyFile ${certificate.keyFile}
${encryption === 'implicit' ? 'TLSOptions UseImplicitSSL' : ''}
`;
    const config = file(
      folder,
      'proftpd.conf',
      `
ServerType standalone
ServerName test
DefaultAddress 127.0.0.1
SocketBindTight on
Port ${port}
UseIPv6 off
User daemon
Group daemon
ModulePath ${join(root, 'usr/lib/proftpd')}
LoadModule mod_tls.c
LoadModule mod_digest.c
UseReverseDNS off
AuthOrder mod_auth_file.c
AuthUserFile ${passwords}
AuthPAM off
RequireValidShell off
DelayEngine off
WtmpLog off
TransferLog none
SystemLog ${join(folder, 'proftpd.log')}
PidFile ${join(folder, 'proftpd.pid')}
ScoreboardFile ${join(folder, 'proftpd.score')}
DefaultRoot ~
AllowOverwrite on
AllowStoreRestart on
AllowRetrieveRestart on
DigestAlgorithms all
MaxLoginAttempts 1
${encryption === 'none' ? '' : tls}
<Limit ALL>
  AllowAll
</Limit>
`,
    );
    return { program: join(root, 'usr/sbin/proftpd'), words: ['-n', '-q', '-c', config] };
  },
  'pure-ftpd': ({ folder, root, home, port, user, certificate, encryption, env }) => {
    const database = join(folder, 'pure.pdb');
    const line = `${user}:${cryptedPassword()}:${DAEMON}:${DAEMON}::${home}/./${':'.repeat(12)}\n`;
    const passwords = file(folder, 'pure.passwd', line);
    const { status, stderr } = spawnSync(
      join(root, 'usr/bin/pure-pw'),
      ['mkdb', database, '-f', passwords],
      { env, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`pure-pw: ${stderr}`);
    // It knows no connections that are encrypted from the first byte.
    const tls = encryption === 'none' ? '0' : '3';
    return {
      program: join(root, 'usr/sbin/pure-ftpd'),
      words: [
        ...['-4', '-S', `127.0.0.1,${port}`, '-l', `puredb:${database}`, '-A', '-E', '-H', '-D'],
        ...['-u', '1', '-Y', tls, '-2', certificate.bothFile, '-f', 'none', '-c', '2000'],
        ...['-g', join(folder, 'pure.pid'), '-L', '50000:5'],
      ],
    };
  },
  pyftpdlib: ({ folder, home, port, user, certificate, encryption }) => {
    const quoted = JSON.stringify;
    const script = file(
      folder,
      'server.py',
      `
import logging, ssl, sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
logging.basicConfig(level=logging.WARNING)
authorizer = DummyAuthorizer()
authorizer.add_user(${quoted(user)}, ${quoted(PASSWORD)}, ${quoted(home)}, perm='elradfmwMT')
encryption = ${quoted(encryption)}
if encryption == 'none':
    Handler = FTPHandler
else:
    from pyftpdlib.handlers import TLS_FTPHandler
    class Handler(TLS_FTPHandler):
        certfile = ${quoted(certificate.bothFile)}
        tls_control_required = True
        tls_data_required = True
    Handler.ssl_context = Handler.get_ssl_context()
    # Without it, connections that resume a session are reset.
    Handler.ssl_context.set_session_id(b'test')
    if encryption == 'implicit':
        class Implicit(Handler):
            def handle(self):
                self.secure_connection(self.ssl_context)
                super().handle()
        Handler = Implicit
Handler.authorizer = authorizer
Handler.use_gmt_times = True
Handler.auth_failed_timeout = 0
FTPServer(('127.0.0.1', ${port}), Handler).serve_forever()
`,
    );
    return { program: '/usr/bin/python3', words: ['-W', 'ignore', script] };
  },
} as const satisfies Record<ForeignName, (site: Site) => Command>;

/**
 * Starts a server on a free port of this machine, with one user and an empty home.
 * @param below the folder in which it gets one of its own
 */
export async function startForeign(
  name: ForeignName,
  encryption: ForeignEncryption = 'none',
  below?: string,
): Promise<ForeignServer> {
  await using parts = new AsyncDisposableStack();
  const { path: folder } = parts.use(await temporaryFolder(below));
  chmodSync(folder, 0o755);
  const home = join(folder, 'home');
  mkdirSync(home);
  const own = (path: string): void => {
    if (FOREIGN[name].needsRoot) chownSync(path, DAEMON, DAEMON);
  };
  // The root itself must not be theirs: vsftpd would not let anybody in.
  mkdirSync(join(home, PLACE));
  own(join(home, PLACE));
  const port = await freePort();
  const user = name === 'vsftpd' ? 'ftp' : 'anna';
  const env = environmentOf(name);
  const certificate = selfSigned(folder);
  const site = { folder, root: rootOf(name), home, port, user, certificate, encryption, env };
  const { program, words } = STARTERS[name]({ ...site, password: PASSWORD });
  // A group of its own: with it go the processes that serve single connections.
  // No pipe to read from: pure-ftpd would take it for a connection that somebody hands over.
  const child = spawn(program, words, {
    env,
    detached: true,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  parts.defer(() => end(child));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  child.on('error', (error) => {
    said += String(error);
  });
  if (!(await accepts(port, child))) throw new Error(`${name} did not start: ${said}`);
  const owned = parts.move();
  return {
    name,
    host: '127.0.0.1',
    port,
    user,
    password: PASSWORD,
    home,
    place: PLACE,
    own,
    certificate,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function file(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** One that is checked in no time: a test logs in often. */
function cryptedPassword(): string {
  return spawnSync('openssl', ['passwd', '-1', PASSWORD], { encoding: 'utf8' }).stdout.trim();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port');
  return address.port;
}

async function accepts(port: number, child: ChildProcess): Promise<boolean> {
  for (const began = performance.now(); performance.now() - began < PATIENCE;) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) break;
    const socket = connect({ host: '127.0.0.1', port });
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      await sleep(50);
    } finally {
      socket.destroy();
    }
  }
  return false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await ended;
}

import { runClient, succeeded } from '../process.ts';
import type { TlsClient } from './client.ts';

/** FTP_TLS knows no implicit TLS; this is how its users add it. */
const SCRIPT = `
import ftplib, json, ssl, sys
login, job, resumes = json.loads(sys.argv[1])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, 'TLSv' + login['version'].replace('.', '_'))

class Client(ftplib.FTP_TLS):
  def wrap_at_once(self):
    self.sock = self.context.wrap_socket(self.sock, server_hostname=self.host)
    self.file = self.sock.makefile('r', encoding=self.encoding)
  def ntransfercmd(self, cmd, rest=None):
    if not resumes: return super().ntransfercmd(cmd, rest)
    conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
    return self.context.wrap_socket(conn, server_hostname=self.host, session=self.sock.session), size

class Implicit(Client):
  def connect(self, host, port):
    self.host, self.port = host, port
    import socket
    self.sock = socket.create_connection((host, port), 60)
    self.af = self.sock.family
    self.wrap_at_once()
    self.welcome = self.getresp()

ftp = (Implicit if login['implicit'] else Client)(context=context, timeout=60)
ftp.connect('127.0.0.1', login['port'])
if login['implicit']: ftplib.FTP.login(ftp, login['name'], login['password'])
else: ftp.login(login['name'], login['password'])
ftp.prot_p()
path = job['path']
with open(job['half'], 'rb') as file: ftp.storbinary('STOR ' + path, file)
with open(job['whole'], 'rb') as file:
  start = ftp.size(path)
  file.seek(start)
  ftp.storbinary('STOR ' + path, file, rest=start)
with open(job['got'], 'wb') as file: ftp.retrbinary('RETR ' + path, file.write)
with open(job['gotHalf'], 'ab') as file: ftp.retrbinary('RETR ' + path, file.write, rest=file.tell())
ftp.retrlines('LIST')
ftp.quit()
`;

function client(resumes: boolean): TlsClient['work'] {
  return async (login, job) => {
    const given = JSON.stringify([login, job, resumes]);
    return succeeded(await runClient('python3', ['-u', '-c', SCRIPT, given]));
  };
}

export const FTPLIB: TlsClient = {
  needs: ['python3'],
  startsAfresh:
    'ftplib gives every data connection a session of its own, and no way to say another',
  work: client(false),
};

export const FTPLIB_RESUMING: TlsClient = { needs: ['python3'], work: client(true) };

import type { PeerName } from '../../support/peers.ts';
import { curl } from './curl.ts';
import { ftplib } from './ftplib.ts';
import { lftp, word } from './lftp.ts';
import type { ClientResult } from './process.ts';
import type { Login } from './site.ts';

/** A real client that can carry on. */
export interface Carrier {
  readonly needs: PeerName;
  /** Continues, or begins, the upload of a local file. */
  readonly put: (login: Login, local: string, path: string) => Promise<ClientResult>;
  /** Continues, or begins, the download to a local file. */
  readonly get: (login: Login, path: string, local: string) => Promise<ClientResult>;
}

const FTPLIB_PUT = `
ftp.voidcmd('TYPE I')
try: start = ftp.size(args['path'])
except ftplib.error_perm: start = 0
with open(args['local'], 'rb') as file:
  file.seek(start)
  ftp.storbinary('STOR ' + args['path'], file, blocksize=65536, rest=start or None)
ftp.quit()
`;

const FTPLIB_GET = `
with open(args['local'], 'ab') as file:
  ftp.retrbinary('RETR ' + args['path'], file.write, blocksize=65536, rest=file.tell() or None)
ftp.quit()
`;

/** Each in the words that its users type. */
export const CARRIERS: Readonly<Record<string, Carrier>> = {
  'curl -C -': {
    needs: 'curl',
    put: (login, local, path) => curl(login, path, '-C', '-', '-T', local),
    get: (login, path, local) => curl(login, path, '-C', '-', '-o', local),
  },
  'lftp -c': {
    needs: 'lftp',
    put: (login, local, path) => lftp(login, `put -c ${word(local)} -o ${word(path)}`),
    get: (login, path, local) => lftp(login, `get -c ${word(path)} -o ${word(local)}`),
  },
  'ftplib with rest=': {
    needs: 'python3',
    put: (login, local, path) => ftplib(login, FTPLIB_PUT, { local, path }),
    get: (login, path, local) => ftplib(login, FTPLIB_GET, { local, path }),
  },
};

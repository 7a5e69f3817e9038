import { ENVIRONMENT, PLAIN_SETTINGS, word } from '../lftp.ts';
import { runClient, succeeded } from '../process.ts';
import type { TlsClient, TlsLogin } from './client.ts';

export const LFTP: TlsClient = {
  needs: ['lftp'],
  work: async (login, { path, whole, half, got, gotHalf }) => {
    const commands = [
      ...settingsFor(login),
      openingOf(login),
      `put ${word(half)} -o ${word(path)}`,
      `put -c ${word(whole)} -o ${word(path)}`,
      `get ${word(path)} -o ${word(got)}`,
      `get -c ${word(path)} -o ${word(gotHalf)}`,
      'ls',
    ];
    const args = ['--norc', '-c', commands.join('; ')];
    return succeeded(await runClient('lftp', args, { env: ENVIRONMENT }));
  },
};

function settingsFor({ version }: TlsLogin): string[] {
  return [
    ...PLAIN_SETTINGS,
    'set ssl:verify-certificate no',
    'set ftp:ssl-force yes',
    'set ftp:ssl-protect-data yes',
    'set ftp:ssl-protect-list yes',
    `set ssl:priority NORMAL:-VERS-ALL:+VERS-TLS${version}`,
  ];
}

function openingOf({ port, name, password, implicit }: TlsLogin): string {
  const scheme = implicit ? 'ftps' : 'ftp';
  return `open -u ${word(`${name},${password}`)} ${scheme}://127.0.0.1:${port}`;
}

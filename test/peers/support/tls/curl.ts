import { runClient, succeeded } from '../process.ts';
import type { TlsClient, TlsLogin } from './client.ts';

export const CURL: TlsClient = {
  needs: ['curl'],
  work: async (login, { path, whole, half, got, gotHalf }) => {
    const run = async (to: string, ...flags: string[]): Promise<string> =>
      succeeded(await runClient('curl', [...flagsFor(login), ...flags, urlOf(login, to)]));
    await run(path, '-T', half);
    await run(path, '-C', '-', '-T', whole);
    await run(path, '-o', got);
    await run(path, '-C', '-', '-o', gotHalf);
    return run('');
  },
};

function flagsFor({ name, password, version, implicit }: TlsLogin): string[] {
  const only = [`--tlsv${version}`, '--tls-max', version];
  const must = implicit ? [] : ['--ssl-reqd'];
  return ['--disable', '-sS', '--insecure', ...must, ...only, '-u', `${name}:${password}`];
}

function urlOf({ port, implicit }: TlsLogin, path: string): string {
  return `${implicit ? 'ftps' : 'ftp'}://127.0.0.1:${port}/${path}`;
}

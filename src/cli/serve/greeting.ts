import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Server } from '../../compose.ts';
import { VERSION } from '../../version.ts';
import { say } from '../output.ts';

/** The account that a first start makes, so that there is something to try. */
export const DEMO = 'demo';

/** What a server that has started tells whoever started it. */
export interface Greeting extends Pick<Server, 'addresses' | 'metrics' | 'certificate'> {
  /** Of the account that this start has made. */
  readonly password: string | undefined;
}

/** Says where the server is reached and what shows who it is; and once, how to try it. */
export function greet(data: string, greeting: Greeting): void {
  const { addresses, metrics, certificate, password } = greeting;
  const urls = urlsOf('ftp', addresses.ftp);
  const first = urls[0] ?? '';
  say(
    `Carryon ${VERSION} (Node ${process.versions.node})`,
    '',
    ...labelled('FTP', urls),
    ...labelled('FTPS', urlsOf('ftps', addresses.ftps)),
    ...(certificate ? certificateLines(certificate) : []),
    ...(metrics ? [`  Metrics  http://${bracketed(metrics.host)}:${metrics.port}/metrics`] : []),
    `  Data     ${data}`,
  );
  if (password !== undefined) {
    const url = first.replace('//', `//${DEMO}:${password}@`);
    say(
      `  Account  ${DEMO}`,
      `  Password ${password}   (shown only this once)`,
      '',
      'Try it, in another terminal:',
      `  curl -T README.md ${url}`,
      `  curl ${url}`,
    );
  }
  say('', 'Stop with Ctrl-C.');
}

/** Clients show the fingerprint of a certificate that nobody vouches for, to be compared. */
function certificateLines({ fingerprint, isOurs }: NonNullable<Greeting['certificate']>): string[] {
  const whose = isOurs ? 'self-signed, ' : '';
  return [`  TLS      ${whose}SHA-256 ${fingerprint}`];
}

function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(8)} ${line}`);
}

/** Every URL under which the server may be reached there, each once, the nearest first. */
function urlsOf(scheme: string, addresses: Greeting['addresses']['ftp']): string[] {
  const urls = addresses.flatMap(({ host, port }) => {
    const isForBoth = !addresses.some((other) => other.port === port && isIPv4(other.host));
    return reachable(host, isForBoth).map((one) => `${scheme}://${bracketed(one)}:${port}/`);
  });
  return [...new Set(urls)];
}

/** The addresses under which this machine may be reached at one that it listens on. */
function reachable(host: string, isForBoth: boolean): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [host];
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const others = own.filter(({ internal, address }) => !internal && !/^fe80:/i.test(address));
  const of = (family: string): string[] =>
    others.filter((one) => one.family === family).map(({ address }) => address);
  const ipv4 = ['127.0.0.1', ...of('IPv4')];
  if (host === '0.0.0.0') return ipv4;
  const ipv6 = ['::1', ...of('IPv6')];
  return isForBoth ? [...ipv4, ...ipv6] : ipv6;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

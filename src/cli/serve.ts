import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import type { Command } from 'commander';
import { type Server, composeServer } from '../compose.ts';
import { inheritedSockets } from '../config/inherited-sockets.ts';
import { suspectVariables } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { createLog } from '../telemetry/log.ts';
import { stayWithoutReader } from './leave-with-reader.ts';
import { say } from './output.ts';
import { randomPassword } from './passwords.ts';
import { settingsOf, withSettings } from './settings.ts';
import { VERSION } from '../version.ts';

/** The account that a first start makes, so that there is something to try. */
const DEMO = 'demo';

/** `carryon serve` */
export function addServeCommand(program: Command): void {
  withSettings(
    program.command('serve').description('run the server until it is told to stop'),
  ).action((options: Readonly<Record<string, unknown>>) => serve(() => settingsOf(options)));
}

async function serve(read: () => Settings): Promise<void> {
  const settings = read();
  stayWithoutReader();
  const log = createLog(settings.log);
  for (const warning of suspectVariables(process.env)) log.warn(warning);
  process.on('unhandledRejection', (error) => log.error('Something failed unheard', { error }));

  await using server = await composeServer(settings, log, {
    sockets: inheritedSockets(process.env, process.pid),
  });
  const password = await firstStart(server);
  // Before the greeting: whoever reads it may send the signal at once.
  const reload = async (): Promise<void> => {
    try {
      await server.reload(read());
      log.info('Read the settings and certificates again');
    } catch (error) {
      log.error('The settings could not be read again; all stays as it was', { error });
    }
  };
  const onHangUp = (): void => void reload();
  process.on('SIGHUP', onHangUp);
  // Without a listener Node would open its debugger.
  const onRotation = (): void => void server.reopenLogs();
  process.on('SIGUSR1', onRotation);
  greet(settings, server, password);
  const signal = await stopSignal();
  process.off('SIGHUP', onHangUp);
  process.off('SIGUSR1', onRotation);
  log.info('Stopping: running uploads are made durable and can be continued', { signal });
}

/** Makes the demo account in an empty data folder. @returns its password */
async function firstStart({ accounts, passwords }: Server): Promise<string | undefined> {
  if ((await accounts.list()).length > 0) return undefined;
  const password = randomPassword();
  await accounts.add(DEMO, await passwords.hash(password));
  return password;
}

function greet(settings: Settings, server: Server, password: string | undefined): void {
  const { ftp, ftps, metrics, certificate } = server;
  const [first = ftp.host, ...others] = reachable(ftp.host);
  const url = (host: string, user = '') => `ftp://${user}${bracketed(host)}:${ftp.port}/`;
  say(
    `Carryon ${VERSION} (Node ${process.versions.node})`,
    '',
    `  FTP      ${url(first)}`,
    ...others.map((host) => `           ${url(host)}`),
    ...(ftps
      ? [`  FTPS     ftps://${bracketed(reachable(ftps.host)[0] ?? '')}:${ftps.port}/`]
      : []),
    ...(certificate ? certificateLines(certificate) : []),
    ...(metrics ? [`  Metrics  http://${bracketed(metrics.host)}:${metrics.port}/metrics`] : []),
    `  Data     ${settings.data}`,
  );
  if (password !== undefined) {
    say(
      `  Account  ${DEMO}`,
      `  Password ${password}   (shown only this once)`,
      '',
      'Try it, in another terminal:',
      `  curl -T README.md ${url(first, `${DEMO}:${password}@`)}`,
      `  curl ${url(first, `${DEMO}:${password}@`)}`,
    );
  }
  say('', 'Stop with Ctrl-C.');
}

/** Clients show the fingerprint of a certificate that nobody vouches for, to be compared. */
function certificateLines({ fingerprint, isOurs }: NonNullable<Server['certificate']>): string[] {
  const whose = isOurs ? 'self-signed, ' : '';
  return [`  TLS      ${whose}SHA-256 ${fingerprint}`];
}

/** The addresses under which this machine may be reached, the nearest first. */
function reachable(host: string): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [host];
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const others = addresses.filter((one) => !one.internal && one.family === 'IPv4');
  return ['127.0.0.1', ...others.map((one) => one.address)];
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Resolves at the first signal that asks to stop; a second one ends the process at once. */
async function stopSignal(): Promise<NodeJS.Signals> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const signal = await Promise.race(
    signals.map(async (name) => {
      await once(process, name);
      return name;
    }),
  );
  for (const name of signals) process.once(name, () => process.exit(130));
  return signal;
}

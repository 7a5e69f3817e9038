import { once } from 'node:events';
import type { Command } from 'commander';
import { type Server, composeServer } from '../compose.ts';
import { inheritedSockets } from '../config/inherited-sockets.ts';
import { suspectVariables } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { createLog } from '../telemetry/log.ts';
import { DEMO, greet } from './greeting.ts';
import { stayWithoutReader } from './leave-with-reader.ts';
import { randomPassword } from './passwords.ts';
import { settingsOf, withSettings } from './settings.ts';

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

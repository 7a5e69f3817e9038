import { composeServer, type Embedding, type Server } from '../../compose.ts';
import type { Log } from '../../base/log.ts';
import type { Settings } from '../../config/settings.ts';
import { randomPassword } from '../passwords.ts';
import { DEMO, type Greeting } from './greeting.ts';

export interface ServeParts extends Pick<Embedding, 'sockets' | 'siblings'> {
  readonly settings: Settings;
  /** Reads the settings again. @throws SettingsError */
  readonly read: () => Settings;
  readonly log: Log;
  /** Is told once, when clients can connect. */
  readonly started: (greeting: Greeting) => void;
  /** Resolves with the reason when it is time to stop. */
  readonly stop: () => Promise<string>;
}

/** Runs a server in this process until it is told to stop. */
export async function serveHere(parts: ServeParts): Promise<void> {
  const { settings, read, log, sockets, siblings, started, stop } = parts;
  // Ports are open long before the greeting: whoever stops a server that begins stops it in order.
  const stopping = stop();
  await using server = await composeServer(settings, log, { sockets, siblings });
  const password = await firstStart(server);
  const { addresses, metrics, certificate } = server;
  // Before the greeting: whoever reads it may send the signal at once.
  const reload = async (): Promise<void> => {
    try {
      const { reload: taken, restart } = await server.reload(read());
      log.info('Read the settings and certificates again', {
        taken: taken.join(', ') || 'nothing new',
      });
      if (restart.length > 0) {
        log.warn('These settings have changed and wait for a restart', {
          settings: restart.join(', '),
        });
      }
    } catch (error) {
      log.error('The settings could not be read again; all stays as it was', { error });
    }
  };
  const onHangUp = (): void => void reload();
  process.on('SIGHUP', onHangUp);
  // Without a listener Node would open its debugger.
  const onRotation = (): void => void server.reopenLogs();
  process.on('SIGUSR1', onRotation);
  started({ addresses, metrics, certificate, password });
  const reason = await stopping;
  process.off('SIGHUP', onHangUp);
  process.off('SIGUSR1', onRotation);
  log.info('Stopping: running uploads are made durable and can be continued', { signal: reason });
}

/** Makes the demo account in an empty data folder. @returns its password */
async function firstStart({ accounts, passwords }: Server): Promise<string | undefined> {
  if ((await accounts.list()).length > 0) return undefined;
  const password = randomPassword();
  await accounts.add(DEMO, await passwords.hash(password));
  return password;
}

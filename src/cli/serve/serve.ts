import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { inheritedSockets } from '../../config/inherited-sockets.ts';
import { suspectVariables } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import { createLog } from '../../telemetry/log.ts';
import { EXIT } from '../exit-codes.ts';
import { stayWithoutReader } from '../leave-with-reader.ts';
import { settingsOf, withSettings } from '../settings.ts';
import { type Greeting, greet } from './greeting.ts';
import { serveHere } from './serve-here.ts';
import { stopSignal } from './stop-signal.ts';
import { superviseWorkers } from './supervisor.ts';
import { serveAsWorker } from './worker.ts';

/** `carryon serve` */
export function addServeCommand(program: Command): void {
  withSettings(program.command('serve')).action((options: Readonly<Record<string, unknown>>) =>
    serve(() => settingsOf(options)),
  );
}

async function serve(read: () => Settings): Promise<void> {
  const settings = read();
  stayWithoutReader();
  const log = createLog(settings.log);
  process.on('unhandledRejection', (error) => log.error('Something failed unheard', { error }));
  if (cluster.isWorker) return serveAsWorker(settings, read, log);

  for (const warning of suspectVariables(process.env)) log.warn(warning);
  const sockets = inheritedSockets(process.env, process.pid);
  const started = (greeting: Greeting): void => greet(settings.data, greeting);
  const { workers: count = availableParallelism() } = settings;
  if (count > 1) return superviseWorkers({ count, sockets, log, started });
  return serveHere({ settings, read, log, sockets, started, stop });
}

/** A second signal ends the process at once. */
function stop(): Promise<string> {
  return stopSignal(() => process.exit(EXIT.interrupted));
}

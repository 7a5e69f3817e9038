import cluster from 'node:cluster';
import type { Log } from '../../base/log.ts';
import type { InheritedSockets } from '../../config/inherited-sockets.ts';
import type { Settings } from '../../config/settings.ts';
import { SiblingCounts } from '../../base/siblings.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { serveHere } from './serve-here.ts';

/** Serves as one of several processes, until the supervisor says SIGTERM. */
export async function serveAsWorker(
  settings: Settings,
  read: () => Settings,
  log: Log,
): Promise<void> {
  const siblings = new SiblingCounts((counts) => tell({ kind: 'counts', counts }));
  const sockets = await hear(siblings);
  try {
    await serveHere({
      settings,
      read,
      log: log.with({ worker: process.pid }),
      sockets,
      siblings,
      started: (greeting) => tell({ kind: 'started', greeting }),
      stop,
    });
  } finally {
    // Or the channel to the supervisor would keep this process alive.
    cluster.worker?.disconnect();
  }
}

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

/** Hears what siblings hold from now on. Resolves when it is time to begin. */
function hear(siblings: SiblingCounts): Promise<InheritedSockets> {
  const { promise, resolve } = Promise.withResolvers<InheritedSockets>();
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'begin') resolve(message.sockets);
    else if (message.kind === 'counts') siblings.hear(message.from, message.counts);
    else siblings.forget(message.from);
  });
  return promise;
}

/**
 * A terminal and a service manager tell all processes of a group to stop, and the supervisor tells
 * each of them as well: a worker does not count how often.
 */
async function stop(): Promise<string> {
  process.on('SIGINT', () => {});
  const { promise, resolve } = Promise.withResolvers<string>();
  process.on('SIGTERM', resolve);
  return promise;
}

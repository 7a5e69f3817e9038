import { join } from 'node:path';
import type { CommandEvent } from '../base/command-event.ts';
import type { Events } from '../base/events.ts';
import type { Log } from '../base/log.ts';
import type { SessionEvent } from '../base/session-event.ts';
import type { TransferEvent } from '../base/transfer-event.ts';
import { Metrics } from '../telemetry/metrics/metrics.ts';
import { Door } from './door.ts';
import { Gauges, type GaugeSources } from './gauges.ts';
import { Operator } from './operator.ts';

/** What is looked after, and where those are let in who look. */
export interface SupervisionParts extends GaugeSources {
  readonly transfers: Events<TransferEvent>;
  readonly sessions: Events<SessionEvent>;
  readonly commands: Events<CommandEvent>;
  /** The settings in use, by their keys. */
  readonly settings: () => object;
  /** A port for health and metrics, if there is to be one. */
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  readonly log: Log;
}

/** The folder of the sockets by which the processes on this data folder are asked. */
export function socketsIn(data: string): string {
  return join(data, 'sockets');
}

/** Lets operators look at a running server and act on it. */
export class Supervision implements AsyncDisposable {
  readonly #operator: Operator;
  readonly #parts: AsyncDisposableStack;
  /** Where health and metrics are, if they have a port. */
  readonly address: { readonly host: string; readonly port: number } | undefined;

  /** @throws the system's error if it cannot listen at the port */
  static async begin(parts: SupervisionParts): Promise<Supervision> {
    await using owned = new AsyncDisposableStack();
    const gauges = owned.use(new Gauges(parts));
    const metrics = new Metrics();
    metrics.hearTransfers(parts.transfers);
    metrics.hearSessions(parts.sessions);
    metrics.hearCommands(parts.commands);
    const operator = new Operator({
      visits: parts.visits,
      version: parts.version,
      checkRecords: parts.totals,
      settings: parts.settings,
      metrics: async () => {
        await gauges.look(metrics);
        return metrics.values();
      },
    });
    const door = { operator, sockets: socketsIn(parts.data), log: parts.log };
    try {
      owned.use(await Door.inFolder(door));
    } catch (error) {
      // Serving goes on: it is only that nobody can look.
      parts.log.warn('There is no socket for operators: `who` will not see this server', { error });
    }
    const port = parts.listen && owned.use(await Door.atPort(door, parts.listen));
    return new Supervision(operator, port?.address, owned.move());
  }

  private constructor(
    operator: Operator,
    address: Supervision['address'],
    parts: AsyncDisposableStack,
  ) {
    this.#operator = operator;
    this.address = address;
    this.#parts = parts;
  }

  /** From now on its health says that it stops. */
  stopping(): void {
    this.#operator.stopping();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.disposeAsync();
  }
}

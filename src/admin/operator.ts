import { Failure } from '../base/failure.ts';
import type { Visits } from '../session/visits.ts';
import type { MetricsOfProcess } from '../telemetry/metrics/metrics.ts';
import { type SessionView, viewOfSession } from './views.ts';

/** Whether a server can do its work, and since when it does. */
export interface Health {
  readonly status: 'ok' | 'stopping' | 'failing';
  /** What is wrong, in a sentence; null if nothing is. */
  readonly problem: string | null;
  readonly version: string;
  readonly pid: number;
  /** ISO 8601 in UTC. */
  readonly started: string;
  readonly sessions: number;
}

export interface OperatorParts {
  readonly visits: Visits;
  readonly version: string;
  /** @throws Error if the records cannot be read */
  readonly checkRecords: () => Promise<unknown>;
  /** The metrics as they are now. */
  readonly metrics: () => Promise<MetricsOfProcess>;
  /** The settings in use, by their keys. */
  readonly settings: () => object;
}

/** What an operator can see and do of the server in this process. */
export class Operator {
  readonly #parts: OperatorParts;
  readonly #started = new Date();
  #isStopping = false;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  sessions(): readonly SessionView[] {
    return [...this.#parts.visits].map(viewOfSession);
  }

  /** Ends a session and what it transfers. @returns false if there is none of that id */
  endSession(id: string): boolean {
    const session = this.#parts.visits.find(id);
    session?.end(new Failure('forbidden', 'An operator has ended this session'));
    return session !== undefined;
  }

  /** Stops a transfer; the session stays. @returns false if none of that id runs */
  stopTransfer(id: string): boolean {
    const running = [...this.#parts.visits].flatMap((session) => [...session.running]);
    const transfer = running.find((one) => one.id === id);
    transfer?.stop(new Failure('interrupted', 'An operator has stopped this transfer'));
    return transfer !== undefined;
  }

  /** From now on its health says so. */
  stopping(): void {
    this.#isStopping = true;
  }

  async health(): Promise<Health> {
    const { visits, version, checkRecords } = this.#parts;
    const problem = await checkRecords().then(
      () => null,
      (error: unknown) => `The records cannot be read: ${String(error)}`,
    );
    return {
      status: this.#isStopping ? 'stopping' : problem === null ? 'ok' : 'failing',
      problem,
      version,
      pid: process.pid,
      started: this.#started.toISOString(),
      sessions: [...visits].length,
    };
  }

  settings(): object {
    return this.#parts.settings();
  }

  metrics(): Promise<MetricsOfProcess> {
    return this.#parts.metrics();
  }
}

import { METRICS_TYPE, metricsText, type MetricsOfProcess } from '../telemetry/metrics/metrics.ts';
import type { Operator } from './operator.ts';

/** What is answered over HTTP. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** What a route works with. */
export interface Asked {
  readonly operator: Operator;
  /** What stands in the place of `*` in its path. */
  readonly name: string;
  /** The metrics of all processes on this data folder. */
  readonly allMetrics: () => Promise<readonly MetricsOfProcess[]>;
}

/** One thing that can be asked of a running server. */
interface Route {
  readonly method: 'GET' | 'DELETE';
  /** `*` stands for one name. */
  readonly path: string;
  /** Whether everybody who reaches the port may ask, or only who may open the socket. */
  readonly everybody: boolean;
  answer(asked: Asked): Promise<Answer> | Answer;
}

/** All there is to ask. */
export const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/health',
    everybody: true,
    answer: async ({ operator }) => {
      const health = await operator.health();
      return json(health, health.status === 'ok' ? 200 : 503);
    },
  },
  {
    method: 'GET',
    path: '/metrics',
    everybody: true,
    answer: async ({ allMetrics }) => ({
      status: 200,
      type: METRICS_TYPE,
      body: await metricsText(await allMetrics()),
    }),
  },
  {
    method: 'GET',
    path: '/metrics/process',
    everybody: false,
    answer: async ({ operator }) => json(await operator.metrics()),
  },
  {
    method: 'GET',
    path: '/settings',
    everybody: false,
    answer: ({ operator }) => json(operator.settings()),
  },
  {
    method: 'GET',
    path: '/sessions',
    everybody: false,
    answer: ({ operator }) => json(operator.sessions()),
  },
  {
    method: 'DELETE',
    path: '/sessions/*',
    everybody: false,
    answer: ({ operator, name }) => done(operator.endSession(name)),
  },
  {
    method: 'DELETE',
    path: '/transfers/*',
    everybody: false,
    answer: ({ operator, name }) => done(operator.stopTransfer(name)),
  },
];

const TEXT = 'text/plain; charset=utf-8';

export const NOT_FOUND: Answer = { status: 404, type: TEXT, body: 'There is no such thing here\n' };
export const FAILED: Answer = { status: 500, type: TEXT, body: 'This failed; the log says why\n' };

function json(value: unknown, status = 200): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

function done(isDone: boolean): Answer {
  return isDone ? { status: 204, type: TEXT, body: '' } : NOT_FOUND;
}

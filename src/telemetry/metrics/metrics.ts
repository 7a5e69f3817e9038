import {
  Counter,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from '@prometheus-io/client';
import type { CommandEvent } from '../../base/command-event.ts';
import type { Events } from '../../base/events.ts';
import type { SessionEvent } from '../../base/session-event.ts';
import type { TransferEvent } from '../../base/transfer-event.ts';
import { METRIC_ROWS, type MetricName } from './table.ts';

type Labels = Readonly<Record<string, string>>;

/** A value with its labels. */
export interface Reading {
  readonly value: number;
  readonly labels?: Labels;
}

/** The values of one process, in a form that can be sent to another. */
export type MetricsOfProcess = readonly MetricObjectWithValues<MetricValue<string>>[];

const MS_PER_SECOND = 1000;

/** Counts what happens, for Prometheus. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<MetricName, Counter<string>>();
  readonly #gauges = new Map<MetricName, Gauge<string>>();
  readonly #histograms = new Map<MetricName, Histogram<string>>();
  /** Commands since the values were last asked for: there are too many to add up one by one. */
  readonly #commands = new Map<string, { readonly labels: Labels; count: number }>();

  constructor() {
    for (const [key, row] of Object.entries(METRIC_ROWS)) {
      const name = key as MetricName;
      const common = {
        name,
        help: row.about,
        labelNames: [...(row.labels ?? [])],
        aggregator: row.together ?? ('sum' as const),
        registers: [this.#registry],
      };
      if (row.kind === 'counter') this.#counters.set(name, new Counter<string>(common));
      else if (row.kind === 'gauge') this.#gauges.set(name, new Gauge<string>(common));
      else {
        const buckets = [...(row.buckets ?? [])];
        this.#histograms.set(name, new Histogram<string>({ ...common, buckets }));
      }
    }
  }

  /** @param by what is added, 1 if not said */
  count(name: MetricName, labels: Labels = {}, by = 1): void {
    this.#counters.get(name)?.inc(labels, by);
  }

  /** What a gauge, or a counter that is read from outside, shows from now on. */
  show(name: MetricName, readings: readonly Reading[]): void {
    const counter = this.#counters.get(name);
    counter?.reset();
    const gauge = this.#gauges.get(name);
    gauge?.reset();
    for (const { value, labels = {} } of readings) {
      counter?.inc(labels, value);
      gauge?.set(labels, value);
    }
  }

  hearTransfers(events: Events<TransferEvent>): void {
    events.listen(({ protocol, direction, outcome, bytes, resumedFrom, durationMs }) => {
      this.count('carryon_transfers_total', { protocol, direction, outcome });
      this.count('carryon_transfer_bytes_total', { protocol, direction }, bytes);
      if (resumedFrom > 0) this.count('carryon_transfers_resumed_total', { protocol, direction });
      const histogram = this.#histograms.get('carryon_transfer_duration_seconds');
      histogram?.observe({ direction }, durationMs / MS_PER_SECOND);
    });
  }

  hearSessions(events: Events<SessionEvent>): void {
    events.listen(({ kind, protocol }) => {
      if (kind !== 'ended') this.count('carryon_logins_total', { protocol, outcome: kind });
    });
  }

  hearCommands(events: Events<CommandEvent>): void {
    events.listen(({ protocol, verb, code }) => {
      const reply = `${Math.floor(code / 100)}xx`;
      const key = `${protocol} ${verb} ${reply}`;
      const tally = this.#commands.get(key);
      if (tally) tally.count += 1;
      else this.#commands.set(key, { labels: { protocol, verb, reply }, count: 1 });
    });
  }

  /** The values as they are now. */
  async values(): Promise<MetricsOfProcess> {
    const tallies = [...this.#commands.values()];
    this.#commands.clear();
    for (const { labels, count } of tallies) this.count('carryon_commands_total', labels, count);
    return this.#registry.getMetricsAsJSON();
  }
}

/** The values of several processes as one text, in the format of Prometheus. */
export async function metricsText(processes: readonly MetricsOfProcess[]): Promise<string> {
  return Registry.aggregate(processes.map((values) => [...values])).metrics();
}

/** What the text is, for whoever asks over HTTP. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

import { statfs } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Visits } from '../session/visits.ts';
import type { Metrics, Reading } from '../telemetry/metrics/metrics.ts';
import type { Totals } from '../vault/totals.ts';

/** Where the values come from that nobody tells of: they are looked at when somebody asks. */
export interface GaugeSources {
  readonly visits: Visits;
  readonly version: string;
  readonly data: string;
  readonly connections: () => number;
  readonly totals: () => Promise<Totals>;
  readonly accounts: () => Promise<number>;
}

const MS_PER_SECOND = 1000;
const US_PER_SECOND = 1_000_000;
const NS_PER_SECOND = 1e9;

/** Looks at everything at once. To be disposed of once. */
export class Gauges implements Disposable {
  readonly #sources: GaugeSources;
  readonly #started = Date.now() / MS_PER_SECOND;
  readonly #delay = monitorEventLoopDelay({ resolution: 50 });

  constructor(sources: GaugeSources) {
    this.#sources = sources;
    this.#delay.enable();
  }

  async look(metrics: Metrics): Promise<void> {
    const { visits, version, data, connections, accounts, totals } = this.#sources;
    const { stored, unfinished } = await totals();
    const { bavail, bsize } = await statfs(data);
    const { user, system } = process.cpuUsage();
    const open = [...visits];
    const running = open.flatMap((session) => [...session.running]);
    const protocols = open.map(({ visitor: { protocol } }) => ({ protocol }));
    const directions = running.map(({ direction }) => ({ direction }));
    const build = { version, node: process.versions.node };
    metrics.show('carryon_build_info', [{ value: 1, labels: build }]);
    metrics.show('carryon_sessions', counted(protocols));
    metrics.show('carryon_transfers_running', counted(directions));
    const plain = {
      carryon_processes: 1,
      carryon_start_time_seconds: this.#started,
      carryon_connections: connections(),
      carryon_accounts: await accounts(),
      carryon_uploads_unfinished: unfinished.uploads,
      carryon_uploads_unfinished_bytes: unfinished.bytes,
      carryon_stored_bytes: stored.bytes,
      carryon_stored_files: stored.files,
      carryon_disk_free_bytes: bavail * bsize,
      carryon_process_cpu_seconds_total: (user + system) / US_PER_SECOND,
      carryon_process_resident_memory_bytes: process.memoryUsage.rss(),
      carryon_event_loop_delay_seconds: (this.#delay.percentile(99) || 0) / NS_PER_SECOND,
    } as const;
    for (const [name, value] of Object.entries(plain)) {
      metrics.show(name as keyof typeof plain, [{ value }]);
    }
    this.#delay.reset();
  }

  [Symbol.dispose](): void {
    this.#delay.disable();
  }
}

/** How many there are with the same labels. */
function counted(all: readonly Readonly<Record<string, string>>[]): Reading[] {
  const groups = Map.groupBy(all, (labels) => JSON.stringify(labels));
  return [...groups.values()].map((group) => ({
    value: group.length,
    ...(group[0] && { labels: group[0] }),
  }));
}

/**
 * Loaded into the server with `--import`: appends what this process weighs to the file that
 * CARRYON_BENCH_SAMPLES names, a line of JSON every ten seconds.
 */
import { appendFileSync, readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** What one line says. Bytes, milliseconds, counts. */
export interface Sample {
  readonly seconds: number;
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  /** What keeps the event loop busy: sockets, servers, timers. */
  readonly handles: number;
  /** Open file descriptors. */
  readonly descriptors: number;
  /** Event-loop delay since the last line. */
  readonly delayP50: number;
  readonly delayP99: number;
  readonly delayMax: number;
}

const EVERY_MS = 10_000;
const NANOSECONDS_PER_MS = 1e6;

const file = process.env['CARRYON_BENCH_SAMPLES'];
// Threads load what their process has loaded.
if (file !== undefined && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  setInterval(() => {
    const { rss, heapUsed, external } = process.memoryUsage();
    const sample: Sample = {
      seconds: Math.round(process.uptime()),
      rss,
      heapUsed,
      external,
      handles: process.getActiveResourcesInfo().length,
      descriptors: readdirSync('/proc/self/fd').length,
      delayP50: delay.percentile(50) / NANOSECONDS_PER_MS,
      delayP99: delay.percentile(99) / NANOSECONDS_PER_MS,
      delayMax: delay.max / NANOSECONDS_PER_MS,
    };
    delay.reset();
    appendFileSync(file, `${JSON.stringify(sample)}\n`);
  }, EVERY_MS).unref();
}

/** One metric, as Prometheus sees it. */
interface Row {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly about: string;
  readonly labels?: readonly string[];
  /** The upper ends of the buckets of a histogram. */
  readonly buckets?: readonly number[];
  /**
   * How the values of several processes on one data folder become one: the sum, unless all of them
   * look at the same thing.
   */
  readonly together?: 'max' | 'min';
}

/** Every metric there is; docs/metrics.md comes from these rows. */
const METRICS = {
  carryon_build_info: {
    kind: 'gauge',
    about: 'Always 1; the labels say what runs.',
    labels: ['version', 'node'],
    together: 'max',
  },
  carryon_processes: { kind: 'gauge', about: 'Server processes on this data folder.' },
  carryon_start_time_seconds: {
    kind: 'gauge',
    about: 'When the oldest of them started, in seconds since 1970.',
    together: 'min',
  },
  carryon_connections: { kind: 'gauge', about: 'Control connections at the moment.' },
  carryon_sessions: {
    kind: 'gauge',
    about: 'Sessions at the moment, each of somebody who has logged in.',
    labels: ['protocol'],
  },
  carryon_transfers_running: {
    kind: 'gauge',
    about: 'Transfers of files at the moment; in is an upload.',
    labels: ['direction'],
  },
  carryon_logins_total: {
    kind: 'counter',
    about: 'Logins since the start; outcome is opened or refused.',
    labels: ['protocol', 'outcome'],
  },
  carryon_commands_total: {
    kind: 'counter',
    about: 'Commands that were answered, by the first digit of the reply.',
    labels: ['protocol', 'verb', 'reply'],
  },
  carryon_transfers_total: {
    kind: 'counter',
    about: 'Transfers that have ended; outcome is complete, interrupted (it can go on) or failed.',
    labels: ['protocol', 'direction', 'outcome'],
  },
  carryon_transfers_resumed_total: {
    kind: 'counter',
    about: 'Those among them that carried on where an earlier one had stopped.',
    labels: ['protocol', 'direction'],
  },
  carryon_transfer_bytes_total: {
    kind: 'counter',
    about: 'Bytes that crossed the wire in transfers that have ended.',
    labels: ['protocol', 'direction'],
  },
  carryon_transfer_duration_seconds: {
    kind: 'histogram',
    about: 'How long transfers took that have ended.',
    labels: ['direction'],
    buckets: [0.01, 0.1, 1, 10, 60, 600, 3600],
  },
  carryon_accounts: { kind: 'gauge', about: 'Accounts there are.', together: 'max' },
  carryon_uploads_unfinished: {
    kind: 'gauge',
    about: 'Uploads that have not been committed; running ones are among them.',
    together: 'max',
  },
  carryon_uploads_unfinished_bytes: {
    kind: 'gauge',
    about: 'What is durable of them.',
    together: 'max',
  },
  carryon_stored_bytes: {
    kind: 'gauge',
    about: 'Bytes in all homes, by the quota ledger.',
    together: 'max',
  },
  carryon_stored_files: {
    kind: 'gauge',
    about: 'Files in all homes, by the quota ledger.',
    together: 'max',
  },
  carryon_disk_free_bytes: {
    kind: 'gauge',
    about: 'What is free on the disk of the data folder.',
    together: 'min',
  },
  carryon_process_cpu_seconds_total: {
    kind: 'counter',
    about: 'Processor time that was used, of user and system.',
  },
  carryon_process_resident_memory_bytes: { kind: 'gauge', about: 'Memory in use.' },
  carryon_event_loop_delay_seconds: {
    kind: 'gauge',
    about: 'How late the event loop was since it was last asked, in 99 of 100 turns at most.',
    together: 'max',
  },
} as const satisfies Readonly<Record<string, Row>>;

export type MetricName = keyof typeof METRICS;

/** The rows as rows, where which one it is does not matter. */
export const METRIC_ROWS: Readonly<Record<string, Row>> = METRICS;

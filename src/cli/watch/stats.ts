import { type Command, Option } from 'commander';
import { askAll } from '../../admin/ask.ts';
import { socketsIn } from '../../admin/supervision.ts';
import { Failure } from '../../base/failure.ts';
import type { LoggedTransfer } from '../../telemetry/logged-transfer.ts';
import { metricsText, type MetricsOfProcess } from '../../telemetry/metrics/metrics.ts';
import { printable } from '../../telemetry/printable.ts';
import { columns, say } from '../output.ts';
import { sizeText } from '../progress/text.ts';
import { settingsOf, withSettings } from '../settings.ts';
import { transfersIn, withRotated } from './log-file.ts';
import { type LogFilter, passes, withLogFilter } from './log-filter.ts';
import { transferLogOf } from './log.ts';

/** By what transfers can be added up. */
const BY = {
  account: ({ account }) => account,
  day: ({ time }) => time.slice(0, 'YYYY-MM-DD'.length),
  hour: ({ time }) => `${time.slice(0, 'YYYY-MM-DDTHH'.length).replace('T', ' ')}h`,
  address: ({ address }) => address,
  protocol: ({ protocol }) => protocol,
} satisfies Readonly<Record<string, (transfer: LoggedTransfer) => string>>;

/** What transfers add up to. Sizes in bytes. */
interface Sum {
  uploads: number;
  bytesIn: number;
  downloads: number;
  bytesOut: number;
  resumed: number;
  interrupted: number;
  failed: number;
}

interface StatsOptions extends LogFilter {
  readonly by: keyof typeof BY;
  readonly json?: boolean;
  readonly prometheus?: boolean;
}

/** `carryon stats` */
export function addStatsCommand(program: Command): void {
  const command = withSettings(program.command('stats'), 'data', 'log.transfers');
  withLogFilter(command)
    .addOption(
      new Option('--by <what>', 'a line for each').choices(Object.keys(BY)).default('account'),
    )
    .option('--json', 'for machines: one line of JSON for each')
    .option('--prometheus', 'instead, what the running servers count, in the format of Prometheus')
    .action(async (options: StatsOptions) => {
      const settings = settingsOf({ ...options });
      if (options.prometheus) return sayMetrics(socketsIn(settings.data));
      const sums = new Map<string, Sum>();
      for await (const transfer of transfersIn(await withRotated(transferLogOf(settings)))) {
        if (!passes(options, transfer)) continue;
        const key = BY[options.by](transfer);
        sums.set(key, add(sums.get(key) ?? NOTHING, transfer));
      }
      const sorted = [...sums].toSorted(([one], [other]) => one.localeCompare(other));
      if (options.json) {
        say(...sorted.map(([key, sum]) => JSON.stringify({ [options.by]: key, ...sum })));
      } else say(...table(options.by, sorted));
    });
}

async function sayMetrics(sockets: string): Promise<void> {
  const values = await askAll<MetricsOfProcess>(sockets, '/metrics/process');
  if (values.length === 0) {
    throw new Failure('not-found', 'No server is running on this data folder');
  }
  process.stdout.write(await metricsText(values));
}

const NOTHING: Sum = {
  uploads: 0,
  bytesIn: 0,
  downloads: 0,
  bytesOut: 0,
  resumed: 0,
  interrupted: 0,
  failed: 0,
};

function add(sum: Sum, { direction, bytes, resumedFrom, outcome }: LoggedTransfer): Sum {
  const [isIn, isComplete] = [direction === 'in', outcome === 'complete'];
  return {
    uploads: sum.uploads + Number(isIn && isComplete),
    bytesIn: sum.bytesIn + (isIn ? bytes : 0),
    downloads: sum.downloads + Number(!isIn && isComplete),
    bytesOut: sum.bytesOut + (isIn ? 0 : bytes),
    resumed: sum.resumed + Number(resumedFrom > 0),
    interrupted: sum.interrupted + Number(outcome === 'interrupted'),
    failed: sum.failed + Number(outcome === 'failed'),
  };
}

function table(by: string, sums: readonly (readonly [string, Sum])[]): string[] {
  const row = (name: string, sum: Sum): string[] => [
    printable(name),
    String(sum.uploads),
    sizeText(sum.bytesIn),
    String(sum.downloads),
    sizeText(sum.bytesOut),
    ...[sum.resumed, sum.interrupted, sum.failed].map(String),
  ];
  const total = sums.reduce((all, [, sum]) => plus(all, sum), NOTHING);
  return columns([
    [by.toUpperCase(), 'UPLOADS', 'IN', 'DOWNLOADS', 'OUT', 'RESUMED', 'CUT', 'FAILED'],
    ...sums.map(([name, sum]) => row(name, sum)),
    row('together', total),
  ]);
}

function plus(one: Sum, other: Sum): Sum {
  const entries = Object.entries(one).map(([key, value]) => [key, value + other[key as keyof Sum]]);
  return Object.fromEntries(entries) as Sum;
}

import { type Command, InvalidArgumentError } from 'commander';
import { Failure } from '../base/failure.ts';
import { Networks, parseNetwork } from '../base/network.ts';
import { parseDuration } from '../base/duration.ts';
import { columns, formatTime, say, tell } from './output.ts';
import { withRecords, withSettings } from './settings.ts';

interface BanOptions {
  readonly for?: number;
  readonly reason?: string;
  readonly json?: boolean;
}

/** `carryon ban …` */
export function addBanCommands(program: Command): void {
  const ban = program.command('ban');

  withSettings(ban.command('list'), 'data')
    .description('list who is kept out, the newest first')
    .option('--json', 'for machines: one line of JSON for each')
    .action((options: BanOptions) =>
      withRecords({ ...options }, async ({ bans }) => {
        const all = await bans.list();
        if (options.json) say(...all.map((one) => JSON.stringify(one)));
        else {
          const rows = all.map(({ network, by, since, until, reason }) => {
            return [network, by, formatTime(since), formatTime(until), reason];
          });
          say(...columns([['NETWORK', 'BY', 'SINCE', 'UNTIL', 'REASON'], ...rows]));
        }
      }),
    );

  withSettings(ban.command('add <network>'), 'data', 'bans.trusted')
    .description(
      'keep an address (192.0.2.7; of IPv6 its /64) or a network (192.0.2.0/24) out, and end its connections',
    )
    .option('--for <time>', 'how long, as 12h or 30d (default: until it is lifted)', time)
    .option('--reason <text>', 'what `ban list` says of it', 'Banned by hand')
    .action((text: string, options: BanOptions) =>
      withRecords({ ...options }, async ({ bans }, settings) => {
        const network = networkIn(text);
        const [address = ''] = network.split('/');
        if (new Networks(settings.bans.trusted).has(address)) {
          throw new Failure('forbidden', `${network} is in bans.trusted, which is never banned`);
        }
        const until = options.for === undefined ? undefined : Date.now() + options.for;
        const reason = options.reason ?? '';
        await bans.add({ network, reason, by: 'operator', until });
        tell(`Nobody may connect from ${network}${until ? ` until ${formatTime(until)}` : ''}.`);
      }),
    );

  withSettings(ban.command('lift <network>'), 'data')
    .description('let an address or network in again')
    .action((text: string, options: BanOptions) =>
      withRecords({ ...options }, async ({ bans }) => {
        const network = networkIn(text);
        if (!(await bans.lift(network))) throw new Failure('not-found', `${network} is not banned`);
        tell(`${network} may connect again.`);
      }),
    );
}

/** @throws Failure `name-refused` */
function networkIn(text: string): string {
  const network = parseNetwork(text);
  if (network !== undefined) return network;
  throw new Failure('name-refused', `${text} is no address and no network such as 192.0.2.0/24`);
}

function time(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds > 0) return milliseconds;
  throw new InvalidArgumentError('A time is written as 90m, 12h or 30d.');
}

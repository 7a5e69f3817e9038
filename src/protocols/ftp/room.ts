import type { CharsetName } from '../../base/charset.ts';
import type { Clock } from '../../base/clock.ts';
import type { CommandEvent } from '../../base/command-event.ts';
import type { EventSource } from '../../base/events.ts';
import type { Log } from '../../base/log.ts';
import type { ByNetwork } from '../../base/network.ts';
import type { Reception } from '../../session/session.ts';
import type { VerbIndex } from './command.ts';
import type { PassiveAddress } from './data/passive-address.ts';
import type { PassivePorts } from './data/passive-ports.ts';
import type { Traffic } from './data/traffic.ts';
import type { Hosts } from './hosts.ts';
import type { FtpOptions } from './options.ts';
import type { Proxies } from './proxies.ts';
import type { Encryption } from './tls/encryption.ts';
import type { Senders } from './transfers/senders.ts';
import type { Verb } from './verbs/verb.ts';

/** What all control connections of one server share. */
export interface Room {
  readonly options: FtpOptions;
  readonly reception: Reception;
  readonly clock: Clock;
  readonly log: Log;
  readonly commands: EventSource<CommandEvent> | undefined;
  readonly traffic: Traffic;
  readonly senders: Senders;
  readonly proxies: Proxies;
  /** How old clients from some networks write names. */
  readonly charsets: ByNetwork<CharsetName>;
  readonly passivePorts: PassivePorts;
  readonly passiveAddress: PassiveAddress;
  /** Uploads in the clear are read into reused buffers. */
  readonly readsInPlace: boolean;
  readonly hosts: Hosts;
  /** Undefined if nothing is ever encrypted. */
  readonly encryption: Encryption | undefined;
  readonly table: readonly Verb[];
  readonly verbs: VerbIndex;
}

import { byNetwork, duration, host, networks, portRange, unless } from './kinds.ts';
import { timer } from './limits.ts';
import { setting } from './setting.ts';

/** Where passive data connections are waited for, and what clients are told of it. */
export const PASSIVE_SETTINGS = [
  setting({
    key: 'ftp.passive-ports',
    kind: unless('any', portRange),
    default: 'any',
    flag: '--passive-ports',
    about:
      'The ports for passive data connections, to be opened in a firewall as well; when all are in use, clients with different addresses share one.',
  }),
  setting({
    key: 'ftp.passive-keep',
    kind: duration('0s', '60s'),
    default: '1s',
    about:
      'How long a passive port that has brought a data connection stays open for the next one of the same session, at most a hundred times; with 0s each gets a port of its own.',
  }),
  setting({
    key: 'ftp.passive-address',
    kind: unless('auto', host),
    default: 'auto',
    flag: '--passive-address',
    about:
      'The address that PASV tells clients when the server is behind NAT, or a name that stands for it; auto tells the one they connected to. EPSV needs none.',
  }),
  setting({
    key: 'ftp.passive-address-by-network',
    kind: byNetwork(host, 'ADDRESS', '"10.8.0.0/16=10.8.0.1, 198.51.100.0/24=ftp.example.org"'),
    default: 'none',
    about: 'Another such address for clients from some networks; the first that fits counts.',
  }),
  setting({
    key: 'ftp.passive-local',
    kind: networks,
    default: '127.0.0.0/8, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16',
    about:
      'Clients on this side of the NAT, whom PASV tells the address they connected to, whatever passive-address says; none if all come through a gateway with a private address, as in some containers.',
  }),
  setting({
    key: 'ftp.passive-lookup-every',
    kind: timer,
    default: '5m',
    about:
      'How often a name in passive-address is looked up again; while it cannot be found, the last address stays.',
  }),
] as const;

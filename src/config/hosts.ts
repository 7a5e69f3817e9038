import { hostNames, path, unless } from './kinds.ts';
import { setting } from './setting.ts';

/** Several hosts in one server, each with accounts of its own. */
export const HOSTS = [
  setting({
    key: 'hosts.names',
    kind: hostNames,
    default: 'none',
    about:
      'Names of hosts that clients choose by HOST, or by the name that they ask for in TLS: there alice is the account alice@NAME.',
  }),
  setting({
    key: 'hosts.folder',
    kind: unless('off', path('DIR')),
    default: 'off',
    relativeTo: 'source',
    about:
      'What hosts have of their own: NAME.pem with certificate and key, read again when it changes, and NAME.txt with the greeting that HOST is answered with.',
  }),
] as const;

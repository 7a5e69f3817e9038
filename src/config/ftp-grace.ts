import { count, duration, share, unless } from './kinds.ts';
import { setting } from './setting.ts';

/** How long an upload without other evidence waits for a sign that its sender was cut off. */
export const FTP_GRACE = [
  setting({
    key: 'ftp.grace-share',
    kind: share,
    default: '0.02',
    about:
      'When a data connection ends, the server may wait for this share of the time the upload took for a sign that its sender was cut off. Uploads that one account sends at once from one address divide it.',
  }),
  setting({
    key: 'ftp.grace-min',
    kind: duration('0s', '60s'),
    default: '10ms',
    about:
      'The shortest such wait; it passes while the bytes are made durable. Files of up to 8 KiB do not wait.',
  }),
  setting({
    key: 'ftp.grace-round-trips',
    kind: unless('off', count(1, 1000)),
    default: 'off',
    about:
      'After so many round trips, but not before 2 ms, the shortest wait is over even if grace-min is longer, unless the bytes that came are a multiple of 1 KiB: programs that are interrupted end so. A round trip takes at most as long as a passive data connection took to come. With off the wait is never shortened: for clients whose control and data connections go different ways.',
  }),
  setting({
    key: 'ftp.grace-max',
    kind: duration('0s', '60s'),
    default: '1s',
    about: 'The longest such wait.',
  }),
] as const;

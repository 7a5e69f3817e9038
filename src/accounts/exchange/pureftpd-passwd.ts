import type { AccountChanges } from '../changes.ts';
import { FIELDS } from '../profile.ts';
import type { Source } from './entry.ts';
import { IDS, readLines } from './lines.ts';

/** Where each limit stands in a line (README.Virtual-Users of Pure-FTPd); 0 and nothing mean none. */
const LIMITS: readonly (readonly [at: number, key: keyof AccountChanges & keyof typeof FIELDS])[] =
  [
    [6, 'uploadRate'],
    [7, 'downloadRate'],
    [10, 'maxSessions'],
    [11, 'quotaFiles'],
    [12, 'quotaBytes'],
  ];

/** What restricts who may come in or when, and has no equal here. */
/** Where the addresses stand that clients may come from. */
const ALLOWED = 15;

const RESTRICTIONS: readonly (readonly [at: number, what: string])[] = [
  [13, 'addresses of the server'],
  [14, 'refused addresses of the server'],
  [ALLOWED, 'names of clients'],
  [16, 'refused addresses of clients'],
  [17, 'hours'],
];

/** The file that pure-pw keeps virtual users in. */
export const PUREFTPD_PASSWD: Source = {
  name: 'pureftpd.passwd',
  about:
    'the virtual users of Pure-FTPd, as pure-pw writes them: names, passwords, homes, quotas, bandwidth, sessions, addresses',
  files: /pureftpd\.passwd$/,
  read: (text) => readLines(text, 6, account, [IDS, ...rateRemark(text)]),
};

function account(fields: readonly string[]) {
  const [, password = '', , , , home = ''] = fields;
  const limits = LIMITS.flatMap(([at, key]) => {
    const said = fields[at]?.trim() ?? '';
    return /^0*$/.test(said) ? [] : [[key, said] as const];
  });
  const read = limits.map(([key, said]) => [key, FIELDS[key].read(said, 0)] as const);
  const unreadable = limits.filter((_, index) => read[index]?.[1] === undefined);
  const allowed = FIELDS.networks.read(fields[ALLOWED]?.trim() || 'any');
  const restrictions = RESTRICTIONS.filter(
    ([at]) => (fields[at]?.trim() ?? '') !== '' && (at !== ALLOWED || allowed === undefined),
  );
  const ratios = [8, 9].some((at) => /[1-9]/.test(fields[at] ?? ''));
  return {
    password,
    changes: {
      // A dot behind the last slash, or a part /./, tells Pure-FTPd to keep people inside.
      ...(home !== '' && { home: home.replace(/\/\.\/?$/, '').replace('/./', '/') || '/' }),
      ...(Object.fromEntries(read.filter(([, value]) => value !== undefined)) as AccountChanges),
      ...(allowed && { networks: allowed }),
      // Who was kept out there is not let in here by our not knowing how.
      ...(restrictions.length > 0 && { enabled: false }),
    },
    remarks: [
      ...unreadable.map(([key, said]) => `${FIELDS[key].name} ${said} is none: left out`),
      ...(ratios ? ['ratios have no equal here'] : []),
      ...(restrictions.length > 0
        ? [
            `disabled, since it was restricted by ${restrictions.map(([, what]) => what).join(', ')}`,
          ]
        : []),
    ],
  };
}

function rateRemark(text: string): string[] {
  const hasRates = text.split('\n').some((line) =>
    line
      .split(':')
      .slice(6, 8)
      .some((said) => /[1-9]/.test(said)),
  );
  return hasRates
    ? ['bandwidth holds for all sessions of an account together here, not for each by itself']
    : [];
}

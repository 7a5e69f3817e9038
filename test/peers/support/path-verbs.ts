import { TABLE } from '../../../src/protocols/ftp/verbs/table.ts';
import { SITE_TABLE } from '../../../src/protocols/ftp/verbs/site.ts';
import type { Verb } from '../../../src/protocols/ftp/verbs/verb.ts';

/** What saying a verb with a name may do. */
export interface PathVerb {
  /** The lines to send, one after the other. */
  readonly lines: (name: Buffer) => readonly Buffer[];
  /** What the last line does to a data connection. */
  readonly data?: 'sends' | 'takes';
  /** It can change what the name leads to: never to be tried on anything but a test's own files. */
  readonly changes?: true;
}

const HEX = '0'.repeat(64);

/** What stands before a name, if it is not simply the verb and a space. */
const USES: Readonly<Record<string, readonly ((name: Buffer) => readonly Buffer[])[]>> = {
  RNTO: [(name) => [Buffer.from('RNFR mine'), joined('RNTO ', name)]],
  RNFR: [
    (name) => [joined('RNFR ', name), Buffer.from('RNTO stolen')],
    (name) => [joined('RNFR ', name)],
  ],
  MFMT: [(name) => [joined('MFMT 20010203040506 ', name)]],
  MDTM: [(name) => [joined('MDTM ', name)], (name) => [joined('MDTM 20010203040506 ', name)]],
  LIST: ['', '-a ', '-R ', '-la '].map((flags) => (name) => [joined(`LIST ${flags}`, name)]),
  'SITE EXPECT': [(name) => [joined(`SITE EXPECT sha-256=${HEX} size=9 `, name)]],
  'SITE UTIME': [
    (name) => [joined('SITE UTIME 200102030405 ', name)],
    (name) => [joined('SITE UTIME ', name, ' 20010203040506 20010203040506 20010203040506 UTC')],
  ],
  'SITE SYMLINK': [
    (name) => [joined('SITE SYMLINK "', name, '" linked')],
    (name) => [joined('SITE SYMLINK mine "', name, '"')],
  ],
  COMB: [
    (name) => [joined('COMB joined "', name, '"')],
    (name) => [joined('COMB "', name, '" mine')],
  ],
  XMRETR: [(name) => [joined('XMRETR ', name)], (name) => [joined('XMRETR mine "', name, '"')]],
  XSHA256: [(name) => [joined('XSHA256 ', name)], (name) => [joined('XSHA256 "', name, '" 0 5')]],
};

/** Verbs that change nothing whatever they are given, and what they do with data connections. */
const READING: Readonly<Record<string, 'sends' | undefined>> = {
  CWD: undefined,
  SIZE: undefined,
  AVBL: undefined,
  DSIZ: undefined,
  MLST: undefined,
  STAT: undefined,
  HASH: undefined,
  MD5: undefined,
  XMD5: undefined,
  XSHA1: undefined,
  XSHA256: undefined,
  XSHA512: undefined,
  RETR: 'sends',
  XMRETR: 'sends',
  LIST: 'sends',
  NLST: 'sends',
  MLSD: 'sends',
};

/** What these take is the name of an account, or of a host. */
const NO_PATHS: ReadonlySet<string> = new Set(['USER', 'HOST']);

/** Every verb whose syntax takes a name, as the server's own table says, with every use of it. */
export function pathVerbs(): ReadonlyMap<string, PathVerb> {
  const rows = [...TABLE, ...SITE_TABLE].map((row): [string, Verb] => [row.name, row]);
  const named = rows.filter(
    ([, { syntax, refusal }]) => refusal === undefined && /path|target|name>|name\]/.test(syntax),
  );
  const others = named.filter(([name]) => !NO_PATHS.has(name));
  return new Map(
    others.flatMap(([name, row]) => {
      const uses = USES[name] ?? [(path: Buffer) => [joined(`${name} `, path)]];
      const isReading = Object.hasOwn(READING, name);
      const data = row.data ? { data: READING[name] ?? ('takes' as const) } : {};
      return uses.map((lines, index): [string, PathVerb] => [
        `${name}${index > 0 ? ` (${index + 1})` : ''}`,
        { lines, ...data, ...(!isReading && { changes: true }) },
      ]);
    }),
  );
}

function joined(before: string, name: Buffer, after = ''): Buffer {
  return Buffer.concat([Buffer.from(before), name, Buffer.from(after)]);
}

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import * as kinds from './kinds.ts';

/** Each kind with what it takes, as [written, meant], and what it refuses. */
const CASES: readonly {
  name: string;
  kind: kinds.Kind<unknown, unknown>;
  takes: readonly (readonly [unknown, unknown])[];
  refuses: readonly unknown[];
}[] = [
  {
    name: 'duration',
    kind: kinds.duration('1s', '24d'),
    takes: [
      ['5m', 300_000],
      [5, 5000],
      [1.5, 1500],
      ['300', 300_000],
    ],
    refuses: ['999ms', '25d', 0, NaN, Infinity, 'soon', true, new Date(0), []],
  },
  {
    name: 'size',
    kind: kinds.size('1KiB', '1MiB'),
    takes: [
      ['64KiB', 65_536],
      [4096, 4096],
      ['4096', 4096],
    ],
    refuses: ['1023', '2MiB', 1024.5, -1, 'big', null],
  },
  {
    name: 'count',
    kind: kinds.count(1, 10),
    takes: [
      [1, 1],
      ['10', 10],
    ],
    refuses: [0, 11, 1.5, '1.5', '-1', '0x1', '', {}],
  },
  {
    name: 'share',
    kind: kinds.share,
    takes: [
      [0.02, 0.02],
      ['0.02', 0.02],
      [1, 1],
    ],
    refuses: [1.1, -0.1, '2%', '1e-2'],
  },
  {
    name: 'yesOrNo',
    kind: kinds.yesOrNo,
    takes: [
      [true, true],
      ['Yes', true],
      ['off', false],
      ['0', false],
    ],
    refuses: ['maybe', 1, '', 'constructor'],
  },
  {
    name: 'oneOf',
    kind: kinds.oneOf('info', 'warn'),
    takes: [
      ['info', 'info'],
      ['WARN', 'warn'],
    ],
    refuses: ['trace', 3, ''],
  },
  {
    name: 'line',
    kind: kinds.line,
    takes: [['Willkommen, Gäste', 'Willkommen, Gäste']],
    refuses: ['two\nlines', 'bell\u0007', '\u202eturned', 'x'.repeat(201), 3],
  },
  {
    name: 'path',
    kind: kinds.path('FILE'),
    takes: [['a b/c', 'a b/c']],
    refuses: ['', 'a\0b', 3],
  },
  {
    name: 'unless',
    kind: kinds.unless('any', kinds.portRange),
    takes: [
      ['any', undefined],
      ['5-6', { first: 5, last: 6 }],
    ],
    refuses: ['some', '6-5', 5],
  },
  {
    name: 'oneOrMore',
    kind: kinds.oneOrMore(kinds.portRange),
    takes: [
      ['5-6', [{ first: 5, last: 6 }]],
      [
        ['5', '7-8'],
        [
          { first: 5, last: 5 },
          { first: 7, last: 8 },
        ],
      ],
      [
        '5, 7-8',
        [
          { first: 5, last: 5 },
          { first: 7, last: 8 },
        ],
      ],
    ],
    refuses: ['', [], '5,x', ['5', 6], 5],
  },
  {
    name: 'host',
    kind: kinds.host,
    takes: [
      ['203.0.113.7', '203.0.113.7'],
      ['ftp.example.org', 'ftp.example.org'],
    ],
    refuses: ['::1', '1.2.3', '300.1.1.1', 'a b', ''],
  },
  {
    name: 'byNetwork',
    kind: kinds.byNetwork(kinds.host, 'ADDRESS', ''),
    takes: [
      ['none', []],
      ['10.0.0.0/8=10.0.0.1', [{ network: '10.0.0.0/8', value: '10.0.0.1' }]],
      [
        ['192.0.2.7=a.example', '2001:db8::/32=b.example'],
        [
          { network: '192.0.2.7', value: 'a.example' },
          { network: '2001:db8::/32', value: 'b.example' },
        ],
      ],
    ],
    refuses: ['10.0.0.0/8', '=10.0.0.1', '10.0.0.0/8=', '10.0.0.0/40=10.0.0.1', '10.1=a=b', 5],
  },
];

for (const { name, kind, takes, refuses } of CASES) {
  suite(name, () => {
    test('takes what it should, and what it writes means the same', () => {
      for (const [written, meant] of takes) {
        assert.deepEqual(kind.schema.parse(written), meant, String(written));
        assert.deepEqual(kind.schema.parse(kind.format(meant)), meant, String(written));
      }
    });

    test('refuses everything else', () => {
      for (const value of refuses) {
        assert.equal(kind.schema.safeParse(value).success, false, JSON.stringify(value));
      }
    });
  });
}

test('a size is written exactly', () => {
  const kind = kinds.size('0', '1TiB');
  fc.assert(
    fc.property(fc.nat(2 ** 40), (bytes) => {
      assert.equal(kind.schema.parse(kind.format(bytes)), bytes);
    }),
  );
});

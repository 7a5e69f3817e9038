import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOMS } from './rooms.ts';
import { cycles, FILE_RULES } from './rules.ts';
import { importsOf, type Source } from './scan.ts';
import { protocolWords } from './words.ts';

function source(path: string, text: string): Source {
  return { path, text, imports: importsOf(text), isTest: path.endsWith('.test.ts') };
}

/** What all rules say about a file with this content. */
function complaints(path: string, text: string): string[] {
  return Object.values(FILE_RULES).flatMap((rule) => rule(source(path, text)));
}

test('every form of import is seen', () => {
  const text = [
    `import a from './a.ts';`,
    `import type { B } from './b.ts';`,
    `import {\n  type C,\n  D as E,\n} from './c.ts';`,
    `import * as f from "./f.ts";`,
    `import './g.ts';`,
    `export { h } from './h.ts';`,
    `export type { I } from './i.ts';`,
    `export * from './j.ts';`,
    `const k = await import('./k.ts');`,
    `new Worker(new URL('./l.ts', import.meta.url));`,
    `import m, { type N } from './m.ts';`,
    `import type from './n.ts';`,
    `export const from = './not-an-import.ts';`,
    `// import o from './not-an-import.ts';`,
  ].join('\n');
  const found = importsOf(text);
  const letters = found.map(({ specifier }) => specifier.charAt(2));
  assert.equal(letters.toSorted(new Intl.Collator('en').compare).join(''), 'abcfghijklmn');
  assert.deepEqual(
    found.filter(({ isType }) => isType).map(({ specifier }) => specifier),
    ['./b.ts', './i.ts'],
  );
});

/** A file that breaks a rule, and what the complaint must say. */
const BROKEN: readonly (readonly [path: string, text: string, says: RegExp])[] = [
  [
    'src/vault/home.ts',
    `import { reply } from '../protocols/reply.ts';`,
    /^src\/vault\/home\.ts imports src\/protocols\/reply\.ts, but vault may import only .*: the core never asks who is calling/,
  ],
  ['src/vault/home.ts', `import { x } from '../storage/local/x.ts';`, /declared fact/],
  ['src/protocols/ftp/a.ts', `import { P } from '../../vault/placement.ts';`, /only through/],
  ['src/protocols/ftp/a.ts', `import { x } from '../http/x.ts';`, /go without the others/],
  ['src/protocols/ftp/a.ts', `import { x } from '../../client/x.ts';`, /protocols may import/],
  ['src/base/a.ts', `import { x } from '../wire/x.ts';`, /base may import nothing/],
  ['src/base/a.ts', `import { readFile } from 'node:fs/promises';`, /does no I\/O/],
  ['src/session/a.ts', `import { x } from '../../test/support/x.ts';`, /session may import/],
  ['src/vault/a.ts', `import { pino } from 'pino/file';`, /belongs to telemetry/],
  ['src/storage/a.ts', `const x = await import('node:child_process');`, /never starts a shell/],
  ['src/attic/a.ts', '', /does not know/],
  ['src/accounts/a.ts', '// as FTP wants it\n', /says "FTP"/],
  ['src/storage/a.ts', 'throw new Reply(550);\n', /says "550"/],
  ['test/a.test.ts', '\n'.repeat(401), /401 lines/],
  ['src/base/a.ts', 'export default 1;\n', /default export/],
  ['src/base/a.ts', 'export { a as default };\n', /default export/],
  ['src/base/a.ts', 'export const enum A { b }\n', /enum/],
];

test('each rule is broken by what breaks it, once, with a sentence that says why', () => {
  for (const [path, text, says] of BROKEN) {
    const found = complaints(path, text);
    assert.equal(found.length, 1, `${path}: ${text}: ${found.join('; ')}`);
    assert.match(found[0] ?? '', says);
  }
});

/** Files that are fine. */
const FINE: readonly (readonly [path: string, text: string])[] = [
  ['src/protocols/ftp/a.ts', `import type { P } from '../../vault/placement.ts';`],
  ['src/protocols/ftp/a.ts', `import { x } from '../shared.ts';`],
  ['src/vault/a.ts', `import type { Store } from '../storage/store.ts';`],
  ['src/vault/a.test.ts', `import { x } from '../protocols/ftp/x.ts';\n// FTP says 550\n`],
  ['src/protocols/ftp/a.ts', '// FTP says 550\n'],
  ['test/peers/a.ts', `import { x } from '../../src/protocols/ftp/x.ts';`],
  ['src/base/a.ts', '\n'.repeat(400)],
];

test('what is allowed is not complained about', () => {
  for (const [path, text] of FINE) assert.deepEqual(complaints(path, text), [], `${path}: ${text}`);
});

test('protocols and numbers are found as words, and nothing else is', () => {
  assert.deepEqual(protocolWords('an FTP_PORT, "tus" and sftp: 226, or 421.'), [
    'FTP',
    'tus',
    'sftp',
    '226',
  ]);
  assert.deepEqual(
    protocolWords('status 0o644 1.550 550_000 ftpd https://x 255 512 2260 v226'),
    [],
  );
});

test('a circle of rooms is told with the way round', () => {
  const circle = [
    source('src/a/x.ts', `import type { y } from '../b/y.ts';`),
    source('src/b/y.ts', `import { z } from '../c/z.ts';`),
    source('src/c/z.ts', `import { x } from '../a/x.ts';`),
    source('src/d/w.ts', `import { x } from '../a/x.ts';`),
  ];
  const found = cycles(circle);
  assert.equal(found.length, 3);
  assert.match(found[0] ?? '', /^a → b → c → a is a circle/);
});

test('what the table allows is no circle either', () => {
  const allowed = Object.entries(ROOMS).flatMap(([room, { imports, types = {} }]) =>
    [...Object.keys(imports), ...Object.keys(types)].map((name) =>
      source(`src/${room}/x.ts`, `import '../${name}${name.endsWith('.ts') ? '' : '/x.ts'}';`),
    ),
  );
  assert.deepEqual(cycles(allowed), []);
});

test('client and protocols share nothing but base and wire', () => {
  const [one, other] = [ROOMS['client'], ROOMS['protocols']].map(
    (room) => new Set(Object.keys({ ...room?.imports, ...room?.types })),
  );
  assert.deepEqual(one?.intersection(other ?? new Set()), new Set(['base', 'wire']));
});

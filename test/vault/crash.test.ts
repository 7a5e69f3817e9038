import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failed } from '../../src/base/failure.ts';
import { KiB } from '../../src/base/size.ts';
import type { Home } from '../../src/vault/home.ts';
import {
  dieAtEveryStep,
  LINES,
  OLD,
  type Scenario,
  stateOf,
  statOrUndefined,
  THERE,
} from './dying.ts';
import { CHECKPOINT_BYTES, at, begin, put, putCut, read, sha256 } from './harness.ts';
import { Died } from './mortal.ts';

const NEW = 'n'.repeat(2 * CHECKPOINT_BYTES + 500);

/** Continues an upload to its end from what is here of it, unless it is complete. */
async function finish(home: Home, path: string, content: string): Promise<void> {
  const seen = await statOrUndefined(home, path);
  const offset = seen?.partial ? seen.size : 0;
  if (!seen || seen.partial) {
    await put(home, path, content.slice(offset), { kind: 'resume', offset });
  }
  assert.equal(await read(home, path), content);
}

/** Stores it in one step where that goes, else as an upload. */
async function store(home: Home, path: string, text: string): Promise<void> {
  const content = Buffer.from(text);
  const digest = { algorithm: 'sha-256', hex: sha256(text) } as const;
  const file = { content, wishes: { length: content.length, digest }, evidence: 'it came so' };
  const stored = await home.store(at(path), file, 'test', () => {});
  if (!stored) await put(home, path, text);
}

function join(home: Home, target: string, sources: readonly string[]): Promise<unknown> {
  const { signal } = new AbortController();
  return home.join(
    at(target),
    sources.map((source) => at(source)),
    'test',
    () => {},
    signal,
  );
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a new upload',
    isWhole: true,
    run: (home) => put(home, '/new', NEW),
    allowed: [THERE, { ...THERE, '/new': NEW }],
    next: (home) => finish(home, '/new', NEW),
  },
  {
    name: 'an overwrite',
    isWhole: true,
    run: (home) => put(home, '/a', NEW),
    allowed: [THERE, { ...THERE, '/a': NEW }],
    next: async (home) => {
      await put(home, '/a', 'newest');
      assert.equal(await read(home, '/a'), 'newest');
    },
  },
  {
    name: 'two small files that come at once with what they are to be',
    isWhole: true,
    run: (home) => Promise.all([store(home, '/new', NEW), store(home, '/a', LINES)]),
    allowed: [
      THERE,
      { ...THERE, '/new': NEW },
      { ...THERE, '/a': LINES },
      { ...THERE, '/new': NEW, '/a': LINES },
    ],
    next: (home) => finish(home, '/new', NEW),
  },
  {
    name: 'an append',
    run: (home) => put(home, '/a', NEW, { kind: 'append' }),
    allowed: [THERE, { ...THERE, '/a': OLD + NEW }],
    next: async (home) => {
      const before = await read(home, '/a');
      await put(home, '/a', 'end', { kind: 'append' });
      assert.equal(await read(home, '/a'), `${before}end`);
    },
  },
  {
    name: 'an append where another version has come meanwhile',
    isWhole: true,
    run: async (home) => {
      const writer = await begin(home, '/a', { kind: 'append' });
      await writer.write([Buffer.from(LINES)]);
      await put(home, '/a', 'other');
      await writer.complete();
    },
    allowed: [THERE, { ...THERE, '/a': 'other' }, { ...THERE, '/a': `other${LINES}` }],
  },
  {
    name: 'the rest of an unfinished upload',
    before: async (home) => {
      await putCut(home, '/new', LINES.slice(0, 1500));
    },
    run: (home) => put(home, '/new', LINES.slice(1500), { kind: 'resume', offset: 1500 }),
    allowed: [THERE, { ...THERE, '/new': LINES }],
    next: (home) => finish(home, '/new', LINES),
  },
  {
    name: 'an unfinished upload that goes on further in front',
    before: async (home) => {
      await putCut(home, '/new', LINES.slice(0, 2500));
    },
    run: (home) => put(home, '/new', LINES.slice(700), { kind: 'resume', offset: 700 }),
    allowed: [THERE, { ...THERE, '/new': LINES }],
    next: (home) => finish(home, '/new', LINES),
  },
  {
    name: 'a rest that is put behind the beginning of a file',
    run: (home) => put(home, '/a', LINES, { kind: 'resume', offset: 4 }),
    allowed: [THERE, { ...THERE, '/a': OLD.slice(0, 4) + LINES }],
  },
  {
    name: 'an upload that is cut, by somebody who lives on',
    isWhole: true,
    run: (home) => putCut(home, '/new', LINES),
    allowed: [THERE],
    next: (home) => finish(home, '/new', LINES),
  },
  {
    name: 'an upload that is not what was promised',
    isWhole: true,
    run: async (home) => {
      const digest = { algorithm: 'sha-256', hex: sha256('good') } as const;
      const writer = await begin(home, '/a', { kind: 'replace' }, { digest });
      await writer.write([Buffer.from(LINES)]);
      await writer.complete();
    },
    allowed: [THERE],
  },
  {
    name: 'an upload that meets the quota',
    isWhole: true,
    before: async (_home, database) => {
      await database.write((write) =>
        write
          .updateTable('homes')
          .set({ quota_bytes: 2 * OLD.length + 1200 })
          .execute(),
      );
    },
    run: async (home) => {
      const writer = await begin(home, '/new');
      const send = async () => {
        await writer.write([Buffer.from(LINES)]);
        await writer.complete();
      };
      await assert.rejects(send(), refusedOrDied);
      await writer.interrupt('quota');
    },
    allowed: [THERE],
    next: async (home) => {
      const { bytes, limits } = await home.usage();
      assert.ok(bytes <= (limits.bytes ?? 0), `${bytes} of ${limits.bytes}`);
    },
  },
  {
    name: 'a copy of what is here already',
    isWhole: true,
    run: async (home) => {
      const digest = { algorithm: 'sha-256', hex: sha256(OLD) } as const;
      await home.expect(at('/copy'), { length: OLD.length, digest }, 'test', () => {});
    },
    allowed: [THERE, { ...THERE, '/copy': OLD }],
  },
  {
    name: 'a removal',
    run: (home) => home.removeFile(at('/a')),
    allowed: [THERE, { '/b': OLD }],
  },
  {
    name: 'the removal of an unfinished upload',
    before: async (home) => {
      await putCut(home, '/new', LINES);
    },
    run: (home) => home.removeFile(at('/new')),
    allowed: [THERE],
    next: (home) => finish(home, '/new', LINES),
  },
  {
    name: 'the removal of a tree',
    before: async (home) => {
      for (const folder of ['/tree', '/tree/deep']) await home.makeFolder(at(folder));
      for (const path of ['/tree/x', '/tree/deep/y']) await put(home, path, NEW);
      await putCut(home, '/tree/cut', LINES);
    },
    run: (home) => home.removeTree(at('/tree')),
    allowed: [
      { ...THERE, '/tree/x': NEW, '/tree/deep/y': NEW },
      { ...THERE, '/tree/x': NEW },
      { ...THERE, '/tree/deep/y': NEW },
      THERE,
    ],
    next: async (home) => {
      if (await statOrUndefined(home, '/tree')) await home.removeTree(at('/tree'));
      assert.deepEqual(await stateOf(home), THERE);
    },
  },
  {
    name: 'a rename over a file',
    run: (home) => home.move(at('/a'), at('/b'), () => {}),
    allowed: [THERE, { '/b': OLD }],
  },
  {
    name: 'a rename of a folder with files and an unfinished upload',
    before: async (home) => {
      await home.makeFolder(at('/from'));
      await put(home, '/from/x', NEW);
      await putCut(home, '/from/cut', LINES.slice(0, 2000));
    },
    run: (home) => home.move(at('/from'), at('/to'), () => {}),
    allowed: [
      { ...THERE, '/from/x': NEW },
      { ...THERE, '/to/x': NEW },
    ],
    next: async (home) => {
      const folder = (await statOrUndefined(home, '/to')) ? '/to' : '/from';
      const digest = await home.digest(at(`${folder}/x`), 'sha-256', undefined, undefined);
      assert.equal(digest.hex, sha256(NEW));
      assert.ok(((await statOrUndefined(home, `${folder}/cut`))?.size ?? 0) > 0);
      await finish(home, `${folder}/cut`, LINES);
    },
  },
  {
    name: 'files that are joined as a new one',
    run: (home) => join(home, '/all', ['/a', '/b']),
    allowed: [THERE, { '/all': OLD + OLD }],
    next: async (home) => {
      if (await statOrUndefined(home, '/a')) await join(home, '/all', ['/a', '/b']);
      assert.deepEqual(await stateOf(home), { '/all': OLD + OLD });
    },
  },
  {
    name: 'a file that is joined to another',
    run: (home) => join(home, '/a', ['/b']),
    allowed: [THERE, { '/a': OLD + OLD }],
    next: async (home) => {
      if (await statOrUndefined(home, '/b')) await join(home, '/a', ['/b']);
      assert.deepEqual(await stateOf(home), { '/a': OLD + OLD });
    },
  },
  {
    name: 'a new time for a file',
    run: (home) => home.setModified(at('/a'), 86_400_000),
    allowed: [THERE],
    next: async (home) => {
      const digest = await home.digest(at('/a'), 'sha-256', undefined, undefined);
      assert.equal(digest.hex, sha256(OLD));
    },
  },
];

/** Whether small files are stored step by step, or in one. */
const WAYS = { 'step by step': 0, 'whole where it can be': 64 * KiB } as const;

describe('a vault whose process dies', () => {
  for (const [way, wholeBytes] of Object.entries(WAYS)) {
    const these = SCENARIOS.filter(({ isWhole }) => isWhole || wholeBytes === 0);
    for (const scenario of these) {
      it(`has the old or the new state at every step of ${scenario.name}, ${way}`, async () => {
        const deaths = await dieAtEveryStep(scenario, wholeBytes);
        assert.ok(deaths > 5, `only ${deaths} steps were tried`);
      });
    }
  }
});

/** A quota refuses with a Failure; a process that dies on the way to it does not come so far. */
function refusedOrDied(error: unknown): boolean {
  return error instanceof Died || failed(error, 'quota-exceeded');
}

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { failed } from '../../src/base/failure.ts';
import { parsePath } from '../../src/base/path.ts';
import { ALL_PERMISSIONS, type Permission } from '../../src/base/permission.ts';
import { HomeSession } from '../../src/session/home-session.ts';
import type { Session } from '../../src/session/session.ts';
import type { Home } from '../../src/vault/home.ts';
import { put, putCut, read, sha256 } from '../vault/harness.ts';
import { type TestReception, openReception, until } from './reception.ts';

const at = parsePath;
const PROMISE = { length: 3, digest: { algorithm: 'sha-256', hex: sha256('abc') } } as const;
const EMPTY = { length: 0, digest: { algorithm: 'sha-256', hex: sha256('') } } as const;

type Method = { [K in keyof Session]: Session[K] extends (...args: never) => unknown ? K : never };

interface Use {
  /** Each of these is enough; an empty one is no permission at all. */
  readonly needs: readonly (readonly Permission[])[];
  readonly call: (session: Session) => PromiseLike<unknown>;
}

const FREE = [[]] as const;

/** Every method of a session, and what each way to use it needs. */
const USES = {
  may: { asking: { needs: FREE, call: async (session) => session.may('read') } },
  stat: {
    'a file': { needs: [['list'], ['read'], ['write']], call: (session) => session.stat(at('/a')) },
    'an unfinished upload': {
      needs: [['list'], ['read'], ['write']],
      call: (session) => session.stat(at('/cut')),
    },
  },
  glance: {
    'a file': {
      needs: [['list'], ['read'], ['write']],
      call: async (session) => session.glance(at('/a')),
    },
  },
  list: { 'a folder': { needs: [['list']], call: (session) => collect(session.list(at('/'))) } },
  download: {
    'a file': {
      needs: [['read']],
      call: async (session) => (await session.download(at('/a'), 0)).finish('complete', 0),
    },
  },
  upload: {
    'a new file': { needs: [['write']], call: (session) => send(session, '/new', 'replace') },
    'a new file, appending': {
      needs: [['write']],
      call: (session) => send(session, '/new', 'append'),
    },
    'over a file': { needs: [['overwrite']], call: (session) => send(session, '/a', 'replace') },
    'over the rest of a file': {
      needs: [['overwrite']],
      call: (session) => send(session, '/a', 'resume'),
    },
    'at the end of a file': {
      needs: [['append']],
      call: (session) => send(session, '/a', 'append'),
    },
    'what was cut': { needs: [['write']], call: (session) => send(session, '/cut', 'resume') },
  },
  store: {
    'a new file': { needs: [['write']], call: (session) => store(session, '/new') },
    'a whole file': { needs: [['overwrite']], call: (session) => store(session, '/a') },
  },
  expect: {
    'a promise': {
      needs: [['write'], ['overwrite']],
      call: (session) => session.expect(at('/a'), PROMISE),
    },
  },
  missing: {
    'of a new file': {
      needs: [['write']],
      call: (session) => session.missing(at('/new'), PROMISE, undefined),
    },
    'of one that replaces a file': {
      needs: [['overwrite']],
      call: (session) => session.missing(at('/a'), PROMISE, undefined),
    },
  },
  segment: {
    'of a new file': { needs: [['write']], call: (session) => sendSegment(session, '/new') },
    'of one that replaces a file': {
      needs: [['overwrite']],
      call: (session) => sendSegment(session, '/a'),
    },
  },
  makeFolder: {
    'a new folder': { needs: [['make-folder']], call: (session) => session.makeFolder(at('/new')) },
  },
  makeLink: {
    // The store in memory has none, which is found out after the permission.
    'to a file': { needs: [['make-link']], call: tryToLink },
  },
  removeFolder: {
    'an empty folder': {
      needs: [['delete']],
      call: (session) => session.removeFolder(at('/empty')),
    },
  },
  removeTree: {
    'a full folder': {
      needs: [['delete-tree']],
      call: (session) => session.removeTree(at('/full')),
    },
  },
  removeFile: {
    'a file': { needs: [['delete']], call: (session) => session.removeFile(at('/a')) },
    'an unfinished upload': {
      needs: [['delete']],
      call: (session) => session.removeFile(at('/cut')),
    },
  },
  move: {
    'to a new name': { needs: [['rename']], call: (session) => session.move(at('/a'), at('/new')) },
    'over a file': {
      needs: [['rename', 'overwrite']],
      call: (session) => session.move(at('/a'), at('/b')),
    },
    'a folder': { needs: [['rename']], call: (session) => session.move(at('/full'), at('/new')) },
  },
  setModified: {
    'of a file': {
      needs: [['write'], ['overwrite']],
      call: (session) => session.setModified(at('/a'), 86_400_000),
    },
  },
  setMode: {
    'of a file': { needs: [['chmod']], call: (session) => session.setMode(at('/a'), 0o600) },
  },
  copy: {
    'to a new name': {
      needs: [['read', 'write']],
      call: (session) => session.copy(at('/a'), at('/new')),
    },
    'over a file': {
      needs: [['read', 'overwrite']],
      call: (session) => session.copy(at('/a'), at('/b')),
    },
  },
  join: {
    'as a new file': {
      needs: [['read', 'delete', 'write']],
      call: (session) => session.join(at('/new'), [at('/a'), at('/b')]),
    },
    'behind a file': {
      needs: [['read', 'delete', 'append']],
      call: (session) => session.join(at('/a'), [at('/b')]),
    },
  },
  digest: {
    'of a file': { needs: [['read']], call: (session) => session.digest(at('/a'), 'md5') },
    'of a range': {
      needs: [['read']],
      call: (session) => session.digest(at('/a'), 'sha-256', { start: 0, end: 1 }),
    },
  },
  recordedDigests: {
    'of a file': {
      needs: [['read']],
      call: (session) => session.recordedDigests(at('/'), [], ['sha-256']),
    },
  },
  room: { asking: { needs: FREE, call: (session) => session.room() } },
  quota: { asking: { needs: FREE, call: (session) => session.quota() } },
  uploads: { asking: { needs: FREE, call: (session) => session.uploads() } },
  [Symbol.asyncDispose]: {
    leaving: { needs: FREE, call: (session) => session[Symbol.asyncDispose]() },
  },
} satisfies Record<Method[keyof Session], Readonly<Record<string, Use>>>;

const CASES = Reflect.ownKeys(USES).flatMap((method) =>
  Object.entries<Use>(USES[method as keyof typeof USES]).map(
    ([how, use]) => [String(method), how, use] as const,
  ),
);

suite('a session and the permissions of its account', () => {
  test('every method of a session is in the table', () => {
    const methods = Reflect.ownKeys(HomeSession.prototype).filter((key) => {
      const { value } = Reflect.getOwnPropertyDescriptor(HomeSession.prototype, key) ?? {};
      return typeof value === 'function' && key !== 'constructor' && key !== 'end';
    });
    assert.deepEqual(new Set(methods), new Set(Reflect.ownKeys(USES)));
  });

  for (const [method, how, { needs, call }] of CASES) {
    for (const enough of needs) {
      const what = enough.length > 0 ? enough.join(' and ') : 'nothing';
      test(`${method} of ${how} is allowed by ${what}`, async () => {
        await using reception = await openReception();
        await call(await sessionWith(reception, enough));
      });
    }

    for (const missing of lacks(needs)) {
      test(`${method} of ${how} is refused without ${missing.join(' and ')}`, async () => {
        await using reception = await openReception();
        const others = ALL_PERMISSIONS.filter((permission) => !missing.includes(permission));
        const session = await sessionWith(reception, others);
        const before = await everything(reception);
        await assert.rejects(async () => call(session), { name: 'Failure', code: 'forbidden' });
        assert.deepEqual(await everything(reception), before);
      });
    }

    test(`${method} of ${how} is refused when the account may do nothing`, async () => {
      if (needs.some((enough) => enough.length === 0)) return;
      await using reception = await openReception();
      const session = await sessionWith(reception, []);
      const before = await everything(reception);
      await assert.rejects(async () => call(session), { name: 'Failure', code: 'forbidden' });
      assert.deepEqual(await everything(reception), before);
    });
  }

  test('an upload that has lost its permission on the way is not committed', async () => {
    await using reception = await openReception();
    const session = await sessionWith(reception, ALL_PERMISSIONS);
    const upload = await session.upload(at('/new'), { kind: 'replace' });
    await upload.write([Buffer.from('content')]);
    await reception.accounts.set('ann', { permissions: ['list', 'read'] });
    await until(() => !session.may('write'));
    await assert.rejects(upload.complete(), { code: 'forbidden' });
    assert.equal((await session.stat(at('/new'))).partial, true);
  });

  test('the name of a file that may be neither listed, read nor written is not told', async () => {
    await using reception = await openReception();
    const session = await sessionWith(reception, ['delete']);
    for (const path of ['/a', '/nothing', '/nowhere/at/all']) {
      await assert.rejects(session.stat(at(path)), { code: 'forbidden' });
    }
  });
});

function store(session: Session, path: string): Promise<unknown> {
  const { signal } = new AbortController();
  return session.store(at(path), Buffer.of(), EMPTY, 'it is empty', signal);
}

async function tryToLink(session: Session): Promise<void> {
  try {
    await session.makeLink(at('/link'), at('/a'));
  } catch (error) {
    if (!failed(error, 'name-refused')) throw error;
  }
}

/** One session in a home with a few things in it. */
async function sessionWith(
  reception: TestReception,
  permissions: readonly Permission[],
): Promise<Session> {
  await reception.add('ann', { permissions });
  const home = await reception.homeOf('ann');
  for (const folder of ['/empty', '/full', '/full/deep']) await home.makeFolder(at(folder));
  for (const path of ['/a', '/b', '/full/c', '/full/deep/d']) await put(home, path, `in ${path}`);
  await putCut(home, '/cut', 'half');
  return reception.enter('ann');
}

/** Every way to take one permission out of each of these, so that none is enough. */
function lacks(needs: readonly (readonly Permission[])[]): Permission[][] {
  return needs
    .reduce<Permission[][]>(
      (ways, enough) => ways.flatMap((way) => enough.map((permission) => [...way, permission])),
      [[]],
    )
    .filter((way) => way.length > 0);
}

async function sendSegment(session: Session, path: string): Promise<void> {
  await session.missing(at(path), PROMISE, undefined);
  await using segment = await session.segment(at(path), { start: 0, end: 3 });
  await segment.write([Buffer.from('abc')]);
  await segment.complete();
}

async function send(
  session: Session,
  path: string,
  kind: 'replace' | 'append' | 'resume',
): Promise<void> {
  const placement = kind === 'resume' ? { kind, offset: 2 } : { kind };
  const upload = await session.upload(at(path), placement);
  await upload.write([Buffer.from('sent')]);
  await upload.complete();
}

async function collect<T>(slices: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const slice of slices) all.push(...slice);
  return all;
}

/** All that a forbidden call could have changed. */
async function everything({ bench, homeOf }: TestReception): Promise<unknown> {
  const tables = ['homes', 'accounts', 'uploads', 'digests', 'journal'] as const;
  const records = await Promise.all(
    tables.map((table) => bench.database.query.selectFrom(table).selectAll().execute()),
  );
  return { records, tree: await walk(await homeOf('ann'), '/') };
}

async function walk(home: Home, folder: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const entry of await collect(home.list(at(folder)))) {
    const path = `${folder === '/' ? '' : folder}/${entry.name}`;
    found.push(entry);
    if (entry.kind === 'folder') found.push(...(await walk(home, path)));
    else if (!entry.partial) found.push(await read(home, path));
  }
  return found;
}

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Path, parsePath } from '../../src/base/path.ts';
import type { RemoteFacts } from '../../src/client/remote.ts';
import type { FtpSecurity } from '../../src/client/remotes/ftp/options.ts';
import { PASSWORD, startLive } from '../ftp/live.ts';
import { type ForeignName, skipWithoutServer } from '../support/foreign-packages.ts';
import { startForeign } from '../support/foreign-servers.ts';
import { CHANGE_CASES } from './remote/cases-changes.ts';
import { CONNECTION_CASES, ENCRYPTION_CASES } from './remote/cases-connections.ts';
import { LOOKING_CASES } from './remote/cases-looking.ts';
import { MANY_CASES } from './remote/cases-many.ts';
import { TRANSFER_CASES } from './remote/cases-transfers.ts';
import { type Case, type Known, type Site, Subject } from './remote/subject.ts';

const CASES: readonly Case[] = [
  ...LOOKING_CASES,
  ...TRANSFER_CASES,
  ...CHANGE_CASES,
  ...CONNECTION_CASES,
  ...MANY_CASES,
];

/** Written by hand: a suite that runs nothing must not pass. */
const EXPECTED = 39;
const EXPECTED_ENCRYPTED = 5;

const PLAIN: RemoteFacts = {
  uploads: 'in-place',
  takesPromises: false,
  takesSegments: false,
  digests: [],
  digestsRanges: false,
  readsFromOffset: true,
  setsTimes: true,
  listsExactly: true,
};

const ALL_DIGESTS = ['sha-256', 'sha-512', 'sha-1', 'md5'] as const;

const OURS: Known = {
  facts: {
    ...PLAIN,
    uploads: 'staged',
    takesPromises: true,
    takesSegments: true,
    digests: ALL_DIGESTS,
    digestsRanges: true,
  },
  beyondTheEnd: 'offset-refused',
};

const FOREIGN: Readonly<Record<ForeignName, Known>> = {
  vsftpd: { facts: { ...PLAIN, listsExactly: false }, beyondTheEnd: 'nothing' },
  proftpd: {
    isLostAfterCuts: true,
    facts: { ...PLAIN, digests: ALL_DIGESTS, digestsRanges: true },
    beyondTheEnd: 'offset-refused',
    notFolders: ['*?[a-z]{b,c}'],
  },
  'pure-ftpd': {
    isLostAfterCuts: true,
    facts: PLAIN,
    beyondTheEnd: 'offset-refused',
    notNames: ['trailing ', 'back\\slash'],
  },
  pyftpdlib: { facts: PLAIN, beyondTheEnd: 'offset-refused' },
};

/** What every server has to be for our client. */
function remoteSuite(
  name: string,
  start: () => Promise<Site>,
  security: FtpSecurity,
  skip: string | false,
): void {
  const cases = security === 'none' ? CASES : [...CASES, ...ENCRYPTION_CASES];
  const expected = EXPECTED + (security === 'none' ? 0 : EXPECTED_ENCRYPTED);
  describe(`${name}, as every server`, { skip }, () => {
    let site: Site;
    let ran = 0;
    before(async () => {
      site = await start();
    });
    for (const [sentence, show] of cases) {
      test(sentence, async () => {
        await using subject = await Subject.open(site);
        await show(subject);
        ran += 1;
      });
    }
    after(async () => {
      await site[Symbol.asyncDispose]();
      assert.equal(ran, expected, 'not every case ran to its end');
    });
  });
}

async function ours(): Promise<Site> {
  const live = await startLive();
  const place = parsePath('/place');
  const disk = join(live.home('anna'), place);
  mkdirSync(disk, { recursive: true });
  return {
    options: { ...live.server.ftp, user: 'anna', password: PASSWORD },
    known: OURS,
    place,
    disk,
    own: () => {},
    certificate: undefined,
    [Symbol.asyncDispose]: () => live[Symbol.asyncDispose](),
  };
}

async function foreign(
  name: ForeignName,
  security: 'none' | 'explicit' | 'implicit',
): Promise<Site> {
  const server = await startForeign(name, security);
  const { host, port, user, password, home, certificate } = server;
  const trust = { kind: 'pinned', fingerprints: [certificate.fingerprint] } as const;
  return {
    options: { host, port, user, password, security, trust },
    known: FOREIGN[name],
    place: server.place as Path,
    disk: join(home, server.place),
    own: server.own,
    certificate,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

remoteSuite('our own server', ours, 'none', false);

for (const name of Object.keys(FOREIGN) as ForeignName[]) {
  for (const security of ['none', 'explicit', 'implicit'] as const) {
    // It knows no connections that are encrypted from the first byte.
    if (name === 'pure-ftpd' && security === 'implicit') continue;
    const title = security === 'none' ? name : `${name} with ${security} TLS`;
    remoteSuite(title, () => foreign(name, security), security, skipWithoutServer(name));
  }
}

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { AccountChanges } from '../../src/accounts/changes.ts';
import { ALL_PERMISSIONS } from '../../src/base/permission.ts';
import { Answers, ROWS } from './answers.ts';
import { startLive, type Live } from './live.ts';
import { play } from './transcript.ts';

const FOLDER = join(import.meta.dirname, 'transcripts');

/** What a transcript says in its first line is the name of its test. */
const TRANSCRIPTS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => {
    const script = readFileSync(join(FOLDER, name), 'utf8');
    return { name, script, title: script.split('\n', 1)[0]?.replace(/^# */, '') ?? name };
  });

/** The accounts that are not as a new one is. */
const ACCOUNTS: Readonly<Record<string, AccountChanges>> = {
  'list-flags': { permissions: ALL_PERMISSIONS },
  links: { permissions: ALL_PERMISSIONS },
  room: { quotaBytes: 1000 },
  trees: { permissions: ALL_PERMISSIONS },
};

suite('transcripts', () => {
  let live: Live;
  const answers = new Answers();
  before(async () => {
    live = await startLive({
      flags: {
        ftpMaxLoginFailures: '3',
        tlsAllowCcc: 'true',
        ftpMaxCountedEntries: '10',
        ftpMaxSortedEntries: '5',
        hostsNames: 'hosts.example',
      },
    });
    await live.addAccount('reader', { permissions: ['list', 'read'], home: 'homes/reader' });
    await live.addAccount('visitor@hosts.example');
    await live.addAccount('small', { quotaBytes: 1000, maxFileBytes: 600 });
  });
  after(() => live[Symbol.asyncDispose]());

  test('there are enough of them to mean something', () => {
    assert.ok(TRANSCRIPTS.length >= 12, `only ${TRANSCRIPTS.length} were found`);
  });

  for (const { name, script, title } of TRANSCRIPTS) {
    const account = name.replace('.txt', '');
    // Each has a home of its own, in which `anna` of the script lives.
    test(`${title} (${name})`, async () => {
      await live.addAccount(account, ACCOUNTS[account]);
      await play(live, account, script.replaceAll('{me}', account), answers);
    });
  }

  test('every verb under each of its names has its usual case and its refusals', () => {
    const missing = [...ROWS].flatMap(([name, row]) => {
      const codes = [...answers.of(name)];
      if (row.refusal !== undefined) return codes.includes(row.replies[0] ?? 0) ? [] : [name];
      const isUsual = codes.some((code) => code < 400);
      const isAlias = name !== row.name;
      const canBeRefused = row.replies.some((code) => code >= 400);
      const isHard = !canBeRefused || isAlias || codes.some((code) => code >= 400);
      if (row.subcommands !== undefined) return [];
      return [...(isUsual ? [] : [`${name} done`]), ...(isHard ? [] : [`${name} refused`])];
    });
    assert.deepEqual(missing, []);
  });

  test('no verb is answered with a code that its row does not tell', () => {
    const untold = [...answers].flatMap(([name, codes]) => {
      const row = ROWS.get(name);
      if (row === undefined) return [];
      return [...codes]
        .filter((code) => !row.replies.includes(code) && !FOR_ANY_LINE.has(code))
        .map((code) => `${code} to ${name}`);
    });
    assert.deepEqual(untold, []);
  });
});

const FOR_ANY_LINE: ReadonlySet<number> = new Set([421, 451, 500]);

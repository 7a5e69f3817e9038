import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
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

suite('transcripts', () => {
  let live: Live;
  before(async () => {
    live = await startLive({ flags: { ftpMaxLoginFailures: '3' } });
    await live.addAccount('reader', { permissions: ['list', 'read'], home: 'homes/reader' });
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
      await live.addAccount(account);
      await play(live, account, script.replaceAll('{me}', account));
    });
  }
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startLive } from './live.ts';

test('an upload is in as many pieces as may be, and each of them can still grow', async () => {
  const content = 'nine bytes';
  await using live = await startLive({ flags: { uploadsSegments: '2' } });
  await using client = await live.logIn();
  const digest = createHash('sha256').update(content).digest('hex');
  const promise = `SITE MISSING sha-256=${digest} size=${content.length} a.txt`;
  const send = async (start: number, end: number): Promise<string> => {
    await client.say(promise, 213);
    await client.say(`RANG ${start} ${end}`, 350);
    const { code, lines } = await client.upload('STOR a.txt', content.slice(start, end + 1));
    return `${code} ${lines.join(' ')}`;
  };
  assert.match(await send(2, 2), /^226 /);
  assert.match(await send(5, 5), /^226 /);
  assert.match(await send(8, 8), /^426 .*in 2 pieces already/);
  assert.match(await client.say(promise, 213), /\n6 9\n/);
  for (const [start, end] of [
    [3, 4],
    [0, 1],
    [6, 9],
  ] as const) {
    assert.match(await send(start, end), /^226 /);
  }
  assert.match(await client.say(promise, 213), /^0 bytes are missing/);
  assert.equal(await readFile(join(live.home('anna'), 'a.txt'), 'utf8'), content);
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fuzz } from './run.ts';

/** What has to have been heard, or the visits do not reach what they are there for. */
const REACHED = [150, 220, 226, 230, 234, 250, 350, 425, 426, 500, 501, 503, 530, 550];

const SEED = 2026;
const ROUNDS = 5;

suite('the control connection under fuzz', { timeout: 240_000 }, () => {
  test('nothing crashes, hangs or is left over', async (context) => {
    const result = await fuzz({ seed: SEED, rounds: ROUNDS, seconds: 0 }, () => {});
    context.diagnostic(`${result.visits} visits, greetings within ${result.longestGreetingMs} ms`);
    for (const code of REACHED) assert.ok(result.heard.has(code), `${code} was never heard`);
  });
});

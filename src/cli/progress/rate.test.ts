import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moved, newRate, perSecond } from './rate.ts';

test('a steady flow is shown as what it is, early and late', () => {
  let rate = newRate(5000, 0);
  for (let now = 10; now <= 60_000; now += 10) {
    rate = moved(rate, 1000, now);
    if (now < 1000) assert.equal(perSecond(rate, now), undefined);
    else assert.ok(Math.abs((perSecond(rate, now) ?? 0) / 100_000 - 1) < 0.02, String(now));
  }
});

test('when nothing moves any more it falls by itself', () => {
  let rate = newRate(5000, 0);
  for (let now = 0; now <= 10_000; now += 100) rate = moved(rate, 1000, now);
  const flow = perSecond(rate, 10_000) ?? 0;
  assert.ok((perSecond(rate, 15_000) ?? 0) < flow * 0.5);
  assert.ok((perSecond(rate, 60_000) ?? 0) < flow * 0.001);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeProblem } from './supported-node.ts';

test('the oldest Node that will do, and every newer one, is fine', () => {
  for (const version of ['24.7.0', '24.10.0', '25.0.0', '100.1.2']) {
    assert.equal(nodeProblem(version, '24.7'), undefined, version);
  }
});

test('an older Node is told which one is needed', () => {
  for (const version of ['24.6.9', '23.11.1', '20.20.2', '4.9.1']) {
    assert.match(nodeProblem(version, '24.7') ?? '', /^Node 24\.7 or newer is needed/, version);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SteppedClock } from '../../../../test/support/stepped-clock.ts';
import { silentLog } from '../../../base/log.ts';
import { Networks } from '../../../base/network.ts';
import { PassiveAddress, type PassiveAddressOptions } from './passive-address.ts';

const REACHED = '10.1.1.1';
const OUTSIDE = '198.51.100.20';

/** One with names that a test can move, and take away. */
async function open(
  options: Partial<PassiveAddressOptions>,
  names: Map<string, string> = new Map(),
): Promise<{ readonly told: PassiveAddress; readonly clock: SteppedClock }> {
  const clock = new SteppedClock();
  const told = await PassiveAddress.open(
    { byNetwork: [], local: new Networks(['10.0.0.0/8']), lookupEveryMs: 1000, ...options },
    {
      clock,
      log: silentLog,
      lookup: (name) => {
        const address = names.get(name);
        return address === undefined
          ? Promise.reject(new Error('ENOTFOUND'))
          : Promise.resolve(address);
      },
    },
  );
  return { told, clock };
}

test('without an address everybody is told what they have connected to', async () => {
  using told = (await open({})).told;
  assert.equal(told.toldTo(OUTSIDE, REACHED), REACHED);
});

test('a fixed address is for those outside; those inside are told the inner one', async () => {
  using told = (await open({ address: '203.0.113.7' })).told;
  assert.equal(told.toldTo(OUTSIDE, REACHED), '203.0.113.7');
  assert.equal(told.toldTo('10.2.2.2', REACHED), REACHED);
});

test('where all come through a private gateway, nobody is inside', async () => {
  using told = (await open({ address: '203.0.113.7', local: new Networks([]) })).told;
  assert.equal(told.toldTo('172.17.0.1', REACHED), '203.0.113.7');
});

test('the first network that fits says another address, for those inside, too', async () => {
  const byNetwork = [
    { network: '10.8.0.0/16', value: '10.8.0.1' },
    { network: '10.0.0.0/8', value: '10.0.0.9' },
    { network: '198.51.100.0/24', value: 'vpn.example' },
  ];
  const names = new Map([['vpn.example', '192.0.2.99']]);
  using told = (await open({ address: '203.0.113.7', byNetwork }, names)).told;
  assert.equal(told.toldTo('10.8.1.1', REACHED), '10.8.0.1');
  assert.equal(told.toldTo('10.9.1.1', REACHED), '10.0.0.9');
  assert.equal(told.toldTo(OUTSIDE, REACHED), '192.0.2.99');
  assert.equal(told.toldTo('192.0.2.1', REACHED), '203.0.113.7');
});

test('a name is looked up again and again, and while it is not found the last address stays', async () => {
  const names = new Map([['home.example', '203.0.113.1']]);
  const { told, clock } = await open({ address: 'home.example' }, names);
  using _told = told;
  assert.equal(told.toldTo(OUTSIDE, REACHED), '203.0.113.1');
  names.set('home.example', '203.0.113.2');
  await clock.pass(999);
  assert.equal(told.toldTo(OUTSIDE, REACHED), '203.0.113.1');
  await clock.pass(1);
  assert.equal(told.toldTo(OUTSIDE, REACHED), '203.0.113.2');
  names.clear();
  await clock.pass(5000);
  assert.equal(told.toldTo(OUTSIDE, REACHED), '203.0.113.2');
  names.set('home.example', '203.0.113.3');
  await clock.pass(1000);
  assert.equal(told.toldTo(OUTSIDE, REACHED), '203.0.113.3');
});

test('a name that was never found tells nothing wrong, and is found later', async () => {
  const names = new Map<string, string>();
  const { told, clock } = await open({ address: 'home.example' }, names);
  assert.equal(told.toldTo(OUTSIDE, REACHED), REACHED);
  names.set('home.example', '203.0.113.1');
  await clock.pass(1000);
  assert.equal(told.toldTo(OUTSIDE, REACHED), '203.0.113.1');
  told[Symbol.dispose]();
  await clock.pass(1);
  assert.equal(clock.sleepers, 0);
});

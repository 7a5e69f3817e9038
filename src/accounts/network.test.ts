import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { networkOf } from './network.ts';

suite('the network of an address', () => {
  for (const [address, network] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['somewhere', 'somewhere'],
    ['', ''],
  ] as const) {
    test(`${address} is ${network}`, () => assert.equal(networkOf(address), network));
  }

  test('is the same for two IPv6 addresses exactly when their first four groups are', () => {
    const group = fc.nat({ max: 0xfffe }).map((value) => value.toString(16));
    const half = fc.array(group, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(half, half, half, (network, one, other) => {
        const at = (host: readonly string[]) => networkOf([...network, ...host].join(':'));
        assert.equal(at(one), at(other));
        assert.equal(at(one), `${network.join(':')}::/64`);
      }),
    );
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { networkOf, Networks, parseNetwork } from './network.ts';

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

suite('a network as it is written', () => {
  for (const [text, network] of [
    ['192.0.2.7', '192.0.2.7'],
    [' 192.0.2.7/32 ', '192.0.2.7'],
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::1', '0:0:0:0::/64'],
    ['2001:DB8::1/64', '2001:db8:0:0::/64'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['::1/128', '::1/128'],
    ['192.0.2.0/33', undefined],
    ['192.0.2/24', undefined],
    ['192.0.2.0/24/2', undefined],
    ['192.0.2.0/-1', undefined],
    ['somewhere', undefined],
    ['fe80::1%eth0', undefined],
    ['', undefined],
  ] as const) {
    test(`"${text}" is ${network ?? 'none'}`, () => assert.equal(parseNetwork(text), network));
  }

  test('holds the addresses in it, however they are written, and no others', () => {
    const written = [
      '192.0.2.7',
      '198.51.100.0/24',
      '2001:db8:1:2::9',
      '2001:db8:ff::/48',
      '::1/128',
    ];
    const networks = new Networks(written.flatMap((text) => parseNetwork(text) ?? []));
    const inside = [
      '192.0.2.7',
      '::ffff:192.0.2.7',
      '198.51.100.255',
      '::ffff:198.51.100.1',
      '2001:db8:1:2:ffff::1',
      '2001:db8:ff:1::1',
      '::1',
    ];
    const outside = [
      '192.0.2.8',
      '198.51.101.0',
      '2001:db8:1:3::9',
      '2001:db8:fe::1',
      '::2',
      '',
      'x',
    ];
    for (const address of inside) assert.ok(networks.has(address), address);
    for (const address of outside) assert.ok(!networks.has(address), address);
  });
});

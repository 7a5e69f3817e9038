import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  formatExtendedPassive,
  formatPassive,
  parseEprtArgument,
  parseExtendedPassiveReply,
  parsePassiveReply,
  parsePortArgument,
  samePeer,
  unmap,
} from './addresses.ts';

const port = fc.integer({ min: 1, max: 65_535 });
const hostPort = fc.record({ host: fc.ipV4(), port }, { noNullPrototype: true });

describe('PORT', () => {
  test('names an address and a port', () => {
    assert.deepEqual(parsePortArgument('192,0,2,1,4,1'), { host: '192.0.2.1', port: 1025 });
  });

  test('takes nothing but six plain numbers up to 255 and a port above 0', () => {
    const bad = [
      '',
      '1,2,3,4,5',
      '1,2,3,4,5,6,7',
      '010,2,3,4,5,6',
      '1,2,3,4,05,6',
      '256,2,3,4,5,6',
      '1,2,3,4,5,256',
      '1,2,3,4,0,0',
      '-1,2,3,4,5,6',
      '+1,2,3,4,5,6',
      ' 1,2,3,4,5,6',
      '1,2,3,4,5,6 ',
      '1,2,3,4,5,',
      '1,2,3,4,5,0x6',
      '1.2.3.4.5.6',
      '١,2,3,4,5,6',
    ];
    for (const argument of bad) assert.equal(parsePortArgument(argument), undefined, argument);
  });
});

describe('a 227', () => {
  test('shows the address in six numbers', () => {
    const text = formatPassive({ host: '192.0.2.1', port: 65_535 });
    assert.equal(text, 'Entering Passive Mode (192,0,2,1,255,255)');
  });

  test('is parsed to the address that it was made of', () => {
    fc.assert(
      fc.property(hostPort, (address) => {
        assert.deepEqual(parsePassiveReply(formatPassive(address)), address);
      }),
    );
  });

  test('holds the same six numbers that PORT would', () => {
    fc.assert(
      fc.property(hostPort, (address) => {
        const numbers = formatPassive(address).replace(/^.*\(|\)$/g, '');
        assert.deepEqual(parsePortArgument(numbers), address);
      }),
    );
  });

  test('may show them anywhere and without parentheses', () => {
    const expected = { host: '1.2.3.4', port: 1286 };
    assert.deepEqual(parsePassiveReply('=1,2,3,4,5,6'), expected);
    assert.deepEqual(parsePassiveReply('227 Ok 2 (1,2,3,4,5,6).'), expected);
  });

  test('without six such numbers is not understood', () => {
    for (const text of ['', '(1,2,3,4,5)', '(1,2,3,4,5,256)', '(1,2,3,4,0,0)', '1,2,3,4,5,6789']) {
      assert.equal(parsePassiveReply(text), undefined, text);
    }
  });
});

describe('EPRT', () => {
  test('names an address of either family, between any printable characters', () => {
    assert.deepEqual(parseEprtArgument('|1|132.235.1.2|6275|'), {
      family: 1,
      host: '132.235.1.2',
      port: 6275,
    });
    assert.deepEqual(parseEprtArgument('!2!1080::8:800:200C:417A!5282!'), {
      family: 2,
      host: '1080::8:800:200C:417A',
      port: 5282,
    });
  });

  test('is understood whatever the delimiter, unless the delimiter is in the address', () => {
    fc.assert(
      fc.property(hostPort, fc.integer({ min: 33, max: 126 }), ({ host, port }, unit) => {
        const delimiter = String.fromCharCode(unit);
        const argument = ['', '1', host, String(port), ''].join(delimiter);
        const clear = !`1${host}${port}`.includes(delimiter);
        const expected = { family: 1, host, port };
        assert.deepEqual(parseEprtArgument(argument), clear ? expected : undefined);
      }),
      // `|1|1.2.3.4|…` with 1 for the bar reads as something else.
      { examples: [[{ host: '10.20.30.40', port: 99 }, 124]] },
    );
  });

  test('of another family is told apart from one that cannot be read', () => {
    assert.deepEqual(parseEprtArgument('|3|whatever|80|'), { unsupportedFamily: true });
    assert.deepEqual(parseEprtArgument('|0|1.2.3.4|80|'), { unsupportedFamily: true });
  });

  test('takes nothing else', () => {
    const bad = [
      '',
      '|',
      '|||80|',
      '|x|1.2.3.4|80|',
      '|1|1.2.3.4|80',
      '1|1.2.3.4|80|',
      '|1|1.2.3.4|80|x',
      '|1|1.2.3.4|80||',
      '|1|1.2.3.4|0|',
      '|1|1.2.3.4|65536|',
      '|1|1.2.3.4|080|',
      '|1|1.2.3.4|-80|',
      '|1|1.2.3.4|80x|',
      '|3x|1.2.3.4|80|',
      '|x3|1.2.3.4|80|',
      '|1|1.2.3.4| 80|',
      '|1|01.2.3.4|80|',
      '|1|::1|80|',
      '|2|1.2.3.4|80|',
      '|1|localhost|80|',
      '|2|fe80::1%eth0|80|',
      ' 1 1.2.3.4 80 ',
      'é1é1.2.3.4é80é',
    ];
    for (const argument of bad) assert.equal(parseEprtArgument(argument), undefined, argument);
  });
});

describe('a 229', () => {
  test('shows the port alone', () => {
    assert.equal(formatExtendedPassive(6446), 'Entering Extended Passive Mode (|||6446|)');
  });

  test('is parsed to the port that it was made of', () => {
    fc.assert(
      fc.property(port, (port) => {
        assert.equal(parseExtendedPassiveReply(formatExtendedPassive(port)), port);
      }),
    );
  });

  test('may use another delimiter, but one only', () => {
    assert.equal(parseExtendedPassiveReply('Ok (!!!80!)'), 80);
    for (const text of ['', '(|||80)', '(||80|)', '(|!|80|)', '(|||0|)', '(|||65536|)', '|||80|']) {
      assert.equal(parseExtendedPassiveReply(text), undefined, text);
    }
  });
});

describe('a peer', () => {
  test('with an IPv4 address written as IPv6 is called by the IPv4 address', () => {
    assert.equal(unmap('::ffff:192.0.2.1'), '192.0.2.1');
    assert.equal(unmap('::FFFF:192.0.2.1'), '192.0.2.1');
    for (const other of [
      '192.0.2.1',
      '::1',
      '::ffff:1.2.3',
      '::ffff:300.1.1.1',
      'x::ffff:1.2.3.4',
      '::ffff:1.2.3.4x',
      '',
    ]) {
      assert.equal(unmap(other), other);
    }
  });

  test('is the same however its address is written', () => {
    assert.ok(samePeer('::ffff:192.0.2.1', '192.0.2.1'));
    assert.ok(samePeer('::ffff:c000:201', '192.0.2.1'));
    assert.ok(samePeer('2001:DB8:0:0::1', '2001:db8::1'));
  });

  test('is another with another address', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), (one, other) => {
        assert.equal(samePeer(one, other), one === other);
        assert.equal(samePeer(`::ffff:${one}`, other), one === other);
      }),
    );
    assert.ok(!samePeer('::1', '127.0.0.1'));
  });

  test('without an address is nobody, not even itself', () => {
    for (const address of ['', 'localhost', '010.1.1.1', '1.2.3']) {
      assert.ok(!samePeer(address, address), address);
    }
  });
});

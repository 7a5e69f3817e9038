import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { encodeName } from '../../base/name.ts';
import { MAX_ARGON2_MEMORY_KIB } from './argon2.ts';
import { MAX_BCRYPT_COST } from './bcrypt.ts';
import type { Scheme } from './scheme.ts';
import { describeStored, isStoredPassword, SCHEMES, usableScheme } from './schemes.ts';
import { MAX_SCRYPT_MEMORY } from './scrypt.ts';
import { MAX_SHA_CRYPT_ROUNDS, shaCrypt } from './sha-crypt.ts';

const LONG = 'long '.repeat(40);
/** "päss" in Latin-1, as `decodeName` gives it: a byte that is not UTF-8. */
const LATIN = 'p\udce4ss';
const MUCH_LONGER =
  'a very much longer text to encrypt.  This one even stretches over morethan one line.';

/**
 * Known answers. argon2id: the test program of the reference implementation. sha512-crypt: the
 * specification's own vectors where the password is a sentence, the others made by libxcrypt or
 * OpenSSL, as those of bcrypt and md5-crypt were.
 */
const VECTORS: Record<Scheme['name'], readonly (readonly [password: string, stored: string])[]> = {
  argon2id: [
    [
      'password',
      '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    ],
    [
      'password',
      '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
    ],
    [
      'password',
      '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc',
    ],
  ],
  argon2i: [
    [
      'password',
      '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
    ],
    [
      'password',
      '$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8',
    ],
    [
      'password',
      '$argon2i$v=19$m=256,t=2,p=2$c29tZXNhbHQ$T/XOJ2mh1/TIpJHfCdQan76Q5esCFVoT5MAeIM1Oq2E',
    ],
  ],
  scrypt: [
    ['pleaseletmein', '$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D'],
    ['correct horse', '$7$86..../....saltsalt$YRaY0fP883D6hIEBaaHPU6xe4ZDV3Y0u3eBaRRIiFw7'],
    ['', '$7$86..../....saltsalt$87gzdZr6ExpA7xsnfqBsnBqYbw4y7OJuKXAQTGWeVF5'],
    [LATIN, '$7$2U..../..../$vSE7OhYPfu6uxgIybV79teiXVveXIoPnHPcA8rBuLMC'],
  ],
  bcrypt: [
    ['correct horse', '$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e'],
    ['pässwörd', '$2y$04$abcdefghijklmnopqrstuuyx2n0Zzopyr9QuYTMCfOJJOj526QVoC'],
    ['', '$2a$04$abcdefghijklmnopqrstuubyCG3zY1GIXMyxfivm.ClDiInHzxjiq'],
    [LONG, '$2b$04$abcdefghijklmnopqrstuuIAle5L4ue5XyAG2HTzAX6K2n8ZK1yhi'],
  ],
  'sha512-crypt': [
    [
      'Hello world!',
      '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
    ],
    [
      'Hello world!',
      '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
    ],
    [
      'This is just a test',
      '$6$rounds=5000$toolongsaltstrin$lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/e1JSbq3y6JMxxl8audkUEm0',
    ],
    [
      MUCH_LONGER,
      '$6$rounds=1400$anotherlongsalts$POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiDwGqd8p4ur1',
    ],
    [
      'we have a short salt string but not a short password',
      '$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0',
    ],
    [
      'a short string',
      '$6$rounds=123456$asaltof16chars..$BtCwjqMJGx5hrJhZywWvt0RLE8uZ4oPwcelCjmw2kSYu.Ec6ycULevoBK25fs2xXgMNrCzIMVcgEJAstJeonj1',
    ],
    [
      'the minimum number is still observed',
      '$6$rounds=10$roundstoolow$kUMsbe306n21p9R.FRkW3IGn.S9NPN0x50YhH1xhLsPuWGsUSklZt58jaTfF4ZEQpyUNGc0dqbpBYYBaHHrsX.',
    ],
    [
      'correct horse',
      '$6$$6LUofpTKYGJWmsxkYcfhDE9wD283B.yVCb5N1sauapb401RaE4WCRGITJhyCTMm1Vn0P9o4AW6q0BRXpOJZc9.',
    ],
    [
      'openssl made',
      '$6$abc$UdznhXkpvG/3yDygK4T.msvB7LvHJQq7GMIazF3WTCXp57/Vje9EyVeJZWyJ7s9zQAHXJSsZAn8xpP49WFRiX1',
    ],
    [
      LONG,
      '$6$rounds=1000$s$xO7IyPzMF04oi/n/FPd6U5EuCbfX0MrH3SR6kKYoD9CCqdcHRnrdRFmgF7axaJ6aU9DyijWUWb3IJNzT72le41',
    ],
    [
      '',
      '$6$saltsalt$qkTgsCrWMTAS9gBGcf9W60sFfH.hU0oTCAOJjhbz5tSp/sU3/xXZK4OFwCtq8lIIdpJ6CatVdOTSHKp97TPkt/',
    ],
    [
      LATIN,
      '$6$saltsalt$S2C32fhurKIrJ6oay3PMeFGWJmiWfezKKMVrcTQBjqn1nF2aL4yeZ2WV31vfiIxD1f8NgjbArQ/5M2G3KmfjV/',
    ],
  ],
  'sha256-crypt': [
    ['secret', '$5$saltstring$C3o4O1TC6aRHF4FI.QSZMXtHbaj2gSXr4sUc/3NcUi.'],
    ['', '$5$saltsalt$09agN5RZ2meWdEdnEusqsq5G7RwwghB8jCKoWWADxW/'],
    ['pässwörd', '$5$rounds=1000$abc$JQ8Zdc9mzuZlmuhnBPjGoWbKWzp40ZOBNh7xy8VZld7'],
    ['openssl made', '$5$abc$z0ptP7G2LFJLb5CkLDrvcrFY9R90HI.gHQAYwGeYzQ6'],
    [LATIN, '$5$saltsalt$dxUIt0GJjd/F3vZMnhxZZW7IZPucAUTtZzUMY9ovhz7'],
  ],
  'md5-crypt': [
    ['correct horse', '$1$saltsalt$NuzA7WTAelpl95xgBGWN60'],
    ['correct horse', '$1$$IfI/mw4YSCwcQoW.D.DSu1'],
    ['pässwörd', '$1$a$E98LgktP6GDXLUgXJ7bs8/'],
    ['', '$1$saltsalt$5Jhcit4zN9UlGiA0txPkO0'],
    ['openssl made', '$1$abcd1234$SudB81z/TlF3AW/2bhlpJ0'],
    ['0.s0.l33t', '$1$deadbeef$0Huu6KHrKLVWfqa4WljDE0'],
    [LONG, '$1$saltsalt$ISqzLRkbQhUQs6DWYas3X/'],
    [LATIN, '$1$saltsalt$KZIXksOjMDElYc/AunUH21'],
  ],
  apr1: [
    ['secret', '$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/'],
    ['correct horse', '$apr1$saltsalt$EGVZDNN6gOqijy.tv9axG/'],
    ['pässwörd', '$apr1$a$2d01Xy0fbE0vXnDa5etP6/'],
    [LONG, '$apr1$saltsalt$.oF7CXrUpuWZX50TUOL6t.'],
  ],
  sha1: [
    ['correct horse', '{SHA}L55TUjtiq8FBorTWAZ0jy6g129A='],
    ['', '{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk='],
    ['pässwörd', '{SHA}9Rfd8dMqES/xrVXGbRsSyzjn6Pc='],
  ],
  md5: [
    ['correct horse', '3cb4e732631f47e6eb961f34554b7cde'],
    ['correct horse', '3CB4E732631F47E6EB961F34554B7CDE'],
    ['', 'd41d8cd98f00b204e9800998ecf8427e'],
    [LATIN, '6d3c82fee0888c83203492f7d41b8233'],
  ],
};

const ALL = Object.values(VECTORS).flat();

suite('the schemes', () => {
  for (const scheme of SCHEMES) {
    const vectors = VECTORS[scheme.name];

    test(`${scheme.name} says yes to the known answers and no to any other password`, async () => {
      assert.ok(vectors.length >= 3);
      for (const [password, stored] of vectors) {
        assert.equal(usableScheme(stored), scheme);
        assert.equal(await scheme.verify(encodeName(password), stored), true, stored);
        assert.equal(await scheme.verify(encodeName(`${password}.`.slice(-70)), stored), false);
      }
    });

    test(`${scheme.name} recognises its own strings and no other scheme's`, () => {
      const own = new Set(vectors.map(([, stored]) => stored));
      for (const [, stored] of ALL) assert.equal(scheme.recognises(stored), own.has(stored));
    });

    test(`${scheme.name} recognises no string that is cut, longer, or holds a line end`, () => {
      for (const [, stored] of vectors) {
        // A tag of argon2 may have any length: cutting one letter may leave a shorter one.
        const cut = scheme.name.startsWith('argon2') ? stored.slice(0, 60) : stored.slice(0, -1);
        for (const broken of [cut, `${stored}\n`, `${stored}!`, ` ${stored}`, `${stored}$`]) {
          assert.equal(usableScheme(broken), undefined, broken);
        }
      }
    });
  }

  test('a changed letter of the stored string is never the same password', async () => {
    const [stored = ''] = VECTORS['md5-crypt'].map(([, text]) => text);
    const scheme = usableScheme(stored);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 3, max: stored.length - 2 }), async (at) => {
        const letter = stored[at] === 'x' ? 'y' : 'x';
        fc.pre(stored[at] !== '$');
        const changed = stored.slice(0, at) + letter + stored.slice(at + 1);
        assert.equal(await scheme?.verify(encodeName('correct horse'), changed), false);
      }),
    );
  });

  test('sha512-crypt reads a salt beyond 16 letters in no stored string, as crypt writes none', () => {
    const digest = shaCrypt('sha512', encodeName('x'), Buffer.from('a'.repeat(17)), 1000);
    assert.equal(isStoredPassword(`$6$${'a'.repeat(17)}$${digest}`), false);
    assert.equal(isStoredPassword(`$6$${'a'.repeat(16)}$${digest}`), true);
  });

  test('bcrypt refuses what its library cannot tell apart: NUL, and bytes that are not UTF-8', async () => {
    const [stored = ''] = VECTORS.bcrypt.map(([, text]) => text);
    const scheme = usableScheme(stored);
    assert.equal(await scheme?.verify(encodeName('correct horse\0correct horse'), stored), false);
    assert.equal(await scheme?.verify(Buffer.of(0xff), stored), false);
  });
});

suite('strings to be imported', () => {
  test('are described by the name of their scheme', () => {
    for (const scheme of SCHEMES) {
      for (const [, stored] of VECTORS[scheme.name]) {
        assert.equal(describeStored(stored), scheme.name);
      }
    }
  });

  const [bcrypt = ''] = VECTORS.bcrypt.map(([, stored]) => stored);
  const [sha512 = ''] = VECTORS['sha512-crypt'].map(([, stored]) => stored);
  const [scrypt = ''] = VECTORS.scrypt.map(([, stored]) => stored);
  const [, argon2id = ''] = VECTORS.argon2id.map(([, stored]) => stored);
  const limits: readonly (readonly [accepted: string, refused: string, why: RegExp])[] = [
    [
      bcrypt.replace('$04$', `$${MAX_BCRYPT_COST}$`),
      bcrypt.replace('$04$', '$31$'),
      /^This bcrypt hash costs too much: cost 31, where at most 14 is accepted$/,
    ],
    [
      sha512.replace('$6$', `$6$rounds=${MAX_SHA_CRYPT_ROUNDS}$`),
      sha512.replace('$6$', '$6$rounds=999999999$'),
      /999999999 rounds/,
    ],
    [
      argon2id.replace('m=256', `m=${MAX_ARGON2_MEMORY_KIB}`),
      argon2id.replace('m=256', 'm=4294967295'),
      /memory 4294967295 KiB/,
    ],
    [argon2id.replace('t=2', 't=16384'), argon2id.replace('t=2', 't=4294967295'), /passes over/],
    [
      scrypt.replace('$7$C6', '$7$G6'),
      scrypt.replace('$7$C6', '$7$H6'),
      new RegExp(`where at most ${MAX_SCRYPT_MEMORY} are accepted`),
    ],
    [argon2id.replace('p=1', 'p=16'), argon2id.replace('p=1', 'p=32'), /32 lanes/],
  ];
  for (const [accepted, refused, why] of limits) {
    test(`are refused when they cost too much: ${String(why)}`, () => {
      assert.equal(isStoredPassword(accepted), true);
      assert.equal(isStoredPassword(refused), false);
      assert.throws(() => describeStored(refused), { code: 'forbidden', message: why });
    });
  }

  test('are refused when no scheme knows them', () => {
    const strange = [
      '',
      '!',
      '*',
      'x',
      'secret',
      '$2x$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e',
      '$2b$03$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e',
      '$2b$32$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e',
      argon2id.replace('$argon2id', '$argon2d'),
      argon2id.replace('v=19', 'v=16'),
      argon2id.replace('m=256', 'm=0'),
      argon2id.replace('t=2', 't=0'),
      argon2id.replace('p=1', 'p=33'),
      `!${sha512}`,
    ];
    for (const text of strange) {
      assert.equal(isStoredPassword(text), false, text);
      assert.throws(() => describeStored(text), { code: 'forbidden', message: /known kind/ });
    }
  });

  test('are never recognised by accident', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.equal(isStoredPassword(text), /^[0-9a-f]{32}$/i.test(text));
      }),
    );
  });
});

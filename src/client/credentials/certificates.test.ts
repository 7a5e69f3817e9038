import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CertificatePolicy, judgeCertificate, parseFingerprint } from './certificates.ts';

const ONE = '1'.repeat(64);
const TWO = '2'.repeat(64);
const STRICT: CertificatePolicy = {
  wanted: undefined,
  known: undefined,
  trustsNew: false,
  takesAny: false,
};
const selfSigned = { fingerprint: ONE, complaint: 'self-signed certificate' };

/** What is decided about a self-signed certificate ONE. */
const CASES: readonly (readonly [Partial<CertificatePolicy>, string])[] = [
  [{}, 'refused'],
  [{ known: ONE }, 'trusted'],
  [{ known: TWO }, 'refused'],
  [{ known: TWO, trustsNew: true }, 'refused'],
  [{ trustsNew: true }, 'new'],
  [{ takesAny: true }, 'trusted'],
  [{ wanted: ONE }, 'trusted'],
  [{ wanted: TWO, known: ONE }, 'refused'],
  [{ wanted: TWO, takesAny: true }, 'refused'],
];

test('a certificate that nobody vouches for is judged by what is known of it', () => {
  for (const [policy, kind] of CASES) {
    const verdict = judgeCertificate(selfSigned, { ...STRICT, ...policy });
    assert.equal(verdict.kind, kind, JSON.stringify(policy));
  }
});

test('one that an authority vouches for is good, also after another was trusted', () => {
  const good = { fingerprint: ONE, complaint: undefined };
  assert.equal(judgeCertificate(good, { ...STRICT, known: TWO }).kind, 'trusted');
  assert.equal(judgeCertificate(good, { ...STRICT, wanted: TWO }).kind, 'refused');
});

test('a refusal shows the fingerprint in a form that can be given back', () => {
  const verdict = judgeCertificate(selfSigned, STRICT);
  const shown = /If (\S+) is/.exec(verdict.kind === 'refused' ? verdict.sentence : '')?.[1] ?? '';
  assert.equal(parseFingerprint(shown), ONE);
});

test('a fingerprint is read as other programs write it', () => {
  const written = [ONE, `sha256:${ONE}`, `SHA256=${'11:'.repeat(31)}11`, '11 '.repeat(32)];
  assert.deepEqual(
    written.map(parseFingerprint),
    written.map(() => ONE),
  );
  assert.equal(parseFingerprint('11:22'), undefined);
});

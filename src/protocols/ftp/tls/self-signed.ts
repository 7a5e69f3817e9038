import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import {
  bitString,
  boolean,
  der,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from './der.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The names of things in a certificate (RFC 5280, RFC 5758 §3.2). */
const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuthentication: '1.3.6.1.5.5.7.3.1',
} as const;

export interface SelfSignedOptions {
  /** The names and IP addresses under which the server is reached. */
  readonly names: readonly string[];
  /** Milliseconds since 1970; valid from a day before it, since clocks differ. */
  readonly now: number;
  readonly days: number;
}

/**
 * Makes a key (ECDSA, P-256) and a certificate that nobody but itself vouches for.
 * node:crypto can do everything for it but write it down.
 * @returns both in one text in PEM
 */
export function selfSigned({ names, now, days }: SelfSignedOptions): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subjectPublicKey = publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = sequence(objectIdentifier(OID.ecdsaWithSha256));
  // The same name cannot mean two keys: some clients remember the issuer by its name.
  const id = createHash('sha256').update(subjectPublicKey).digest().subarray(0, 20);
  const name = commonName(`Carryon ${id.toString('hex', 0, 4)}`);
  const toBeSigned = sequence(
    tagged(0, integer(Buffer.of(2))),
    integer(randomBytes(16)),
    algorithm,
    name,
    sequence(time(new Date(now - DAY_MS)), time(new Date(now + days * DAY_MS))),
    name,
    subjectPublicKey,
    tagged(3, sequence(...extensions(names, id))),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const certificate = sequence(toBeSigned, algorithm, bitString(signature));
  return `${String(privateKey.export({ type: 'pkcs8', format: 'pem' }))}${pem('CERTIFICATE', certificate)}`;
}

function extensions(names: readonly string[], id: Uint8Array): Buffer[] {
  return [
    extension(OID.basicConstraints, sequence(), true),
    // The first bit is digitalSignature, all that ECDSA is used for (RFC 5280 §4.2.1.3).
    extension(OID.keyUsage, bitString(Buffer.of(0x80), 7), true),
    extension(OID.extendedKeyUsage, sequence(objectIdentifier(OID.serverAuthentication))),
    extension(OID.subjectKeyIdentifier, octetString(id)),
    extension(OID.subjectAlternativeName, sequence(...names.map(generalName))),
  ];
}

function extension(oid: string, value: Uint8Array, critical = false): Buffer {
  const flag = critical ? [boolean(true)] : [];
  return sequence(objectIdentifier(oid), ...flag, octetString(value));
}

/** Their tags are of their own kind (RFC 5280 §4.2.1.6): 2 for a name, 7 for an address. */
function generalName(name: string): Buffer {
  return isIP(name) === 0 ? der(0x82, Buffer.from(name)) : der(0x87, addressBytes(name));
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  // A URL writes every IPv6 address in one form, without an IPv4 part at the end.
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = [], tail] = written.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - head.length - (tail?.length ?? 0) }, () => '0');
  const groups = [...head, ...zeros, ...(tail ?? [])].map((group) => Number.parseInt(group, 16));
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function commonName(text: string): Buffer {
  return sequence(set(sequence(objectIdentifier(OID.commonName), utf8String(text))));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

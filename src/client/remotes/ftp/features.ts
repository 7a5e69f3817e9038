import { ALGORITHMS, type Algorithm } from '../../../base/digest.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';

/** What FEAT has told (RFC 2389 §3); what a server can do beyond that shows when it is asked. */
export interface Features {
  /** True if this line, or one that begins with it and a space, was there; in any case. */
  has(name: string): boolean;
  /** What stands behind the name; empty if nothing does, or the name is not there. */
  argument(name: string): string;
}

/** Reads the reply to FEAT; one that does not know the command is no features. */
export function readFeatures(reply: Reply | undefined): Features {
  // The first and the last line are not features, unless the server forgot them.
  const lines = reply?.code === 211 ? reply.lines.slice(1, -1).map((line) => line.trim()) : [];
  const look = (name: string): string | undefined =>
    lines.find((line) => {
      const head = line.slice(0, name.length).toUpperCase();
      return head === name && (line.length === name.length || line[name.length] === ' ');
    });
  // Each is asked for with every file.
  const found = new Map<string, string | undefined>();
  const find = (name: string): string | undefined => {
    if (!found.has(name)) found.set(name, look(name));
    return found.get(name);
  };
  return {
    has: (name) => find(name) !== undefined,
    argument: (name) => find(name)?.slice(name.length).trim() ?? '',
  };
}

/** The verbs for digests that are older than HASH, as servers announce them. */
export const DIGEST_VERBS = [
  ['sha-256', 'XSHA256'],
  ['sha-512', 'XSHA512'],
  ['sha-1', 'XSHA1'],
  ['sha-1', 'XSHA'],
  ['md5', 'XMD5'],
] as const satisfies readonly (readonly [Algorithm, string])[];

/** The facts of MLST that are of use here. */
const WANTED_FACTS = new Set(['type', 'size', 'modify', 'unique', 'x.partial']);

/** The algorithms that HASH knows, `SHA-256*;SHA-512;…`. */
export function hashAlgorithms(features: Features): Algorithm[] {
  const offered = new Set(
    features
      .argument('HASH')
      .toLowerCase()
      .split(/[;*\s]+/),
  );
  return algorithms().filter((name) => offered.has(name));
}

/** The digests that the server says it can tell, the one to prefer first. */
export function digestsOf(features: Features): Algorithm[] {
  const hashes = hashAlgorithms(features);
  return algorithms().filter(
    (name) =>
      hashes.includes(name) ||
      DIGEST_VERBS.some(([algorithm, verb]) => algorithm === name && features.has(verb)) ||
      (name === 'md5' && features.has('MD5')),
  );
}

/** The argument of OPTS MLST that asks for what is of use; undefined if that is told anyway. */
export function factsToAskFor(features: Features): string | undefined {
  const told = features.argument('MLST').split(';').filter(Boolean);
  const offered = new Set(told);
  const names = told.map((fact) => fact.replace('*', ''));
  const wanted = names.filter((name) => WANTED_FACTS.has(name.toLowerCase()));
  const isTold = wanted.every((name) => offered.has(`${name}*`));
  return isTold ? undefined : wanted.map((name) => `${name};`).join('');
}

function algorithms(): Algorithm[] {
  return Object.keys(ALGORITHMS) as Algorithm[];
}

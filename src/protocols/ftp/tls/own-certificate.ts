import { randomUUID, X509Certificate } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { dirname } from 'node:path';
import { selfSigned } from './self-signed.ts';

const YEARS_DAYS = 3650;
const RENEW_MS = 30 * 24 * 60 * 60 * 1000;

/** What to listen on means all addresses, and is none. */
const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * Sees to it that this file holds a key and a certificate of our own, which stay the same for as
 * long as they are valid: clients remember the fingerprint. Several processes may do so at once.
 * @param names under which the server is known, besides what this machine says of itself
 */
export async function ensureOwnCertificate(
  file: string,
  names: readonly string[],
  now: number,
): Promise<void> {
  const there = await readFile(file).catch(() => undefined);
  if (there !== undefined && !endsSoon(there, now)) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${randomUUID()}`;
  const all = new Set([...names, ...ownNames()].filter((name) => !EVERYWHERE.has(name)));
  await writeFile(fresh, selfSigned({ names: [...all], now, days: YEARS_DAYS }), {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  });
  if (there !== undefined) return rename(fresh, file);
  try {
    // Whoever comes second takes what is there.
    await link(fresh, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(fresh);
  }
}

/** Also for a file that is none: it is replaced. */
function endsSoon(pem: Buffer, now: number): boolean {
  try {
    return new X509Certificate(pem).validToDate.getTime() - now < RENEW_MS;
  } catch {
    return true;
  }
}

function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address }) => address)
    .filter((address) => !address.includes('%') && !/^fe80:/i.test(address));
  const host = hostname();
  return ['localhost', ...(/^[\w.-]+$/.test(host) ? [host] : []), ...addresses];
}

import { spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate that nobody vouches for, as files that servers read. */
export interface SelfSigned {
  readonly keyFile: string;
  readonly certificateFile: string;
  /** Both in one file. */
  readonly bothFile: string;
  readonly pem: string;
  /** SHA-256, 64 hexadecimal digits in lower case. */
  readonly fingerprint: string;
}

/**
 * Makes one in this folder.
 * @param names for whom, as openssl writes it
 * @throws Error if there is no openssl
 */
export function selfSigned(
  folder: string,
  name = 'server',
  names = 'DNS:localhost,IP:127.0.0.1',
): SelfSigned {
  const keyFile = join(folder, `${name}.key.pem`);
  const certificateFile = join(folder, `${name}.crt.pem`);
  const bothFile = join(folder, `${name}.pem`);
  const { status, stderr, error } = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', `subjectAltName=${names}`],
      ...['-keyout', keyFile, '-out', certificateFile],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`openssl: ${error?.message ?? stderr}`);
  const pem = readFileSync(certificateFile, 'utf8');
  writeFileSync(bothFile, readFileSync(keyFile, 'utf8') + pem, { mode: 0o600 });
  const { raw } = new X509Certificate(pem);
  const fingerprint = createHash('sha256').update(raw).digest('hex');
  return { keyFile, certificateFile, bothFile, pem, fingerprint };
}

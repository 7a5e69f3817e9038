import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Finding, type Patient, ok, problem, warning } from './check.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_DAYS = 21;

/** What shows clients who the server is. */
export async function certificate({ settings }: Patient): Promise<readonly Finding[]> {
  const { policy, certificate: given, key: givenKey } = settings.tls;
  if (policy === 'off') {
    return [
      warning(
        'Nothing is encrypted: passwords and files can be read on the way',
        'Set tls.policy to allowed or required.',
      ),
    ];
  }
  const file = given ?? join(settings.data, 'tls', 'self-signed.pem');
  const key = givenKey ?? file;
  let pem: Buffer;
  try {
    pem = await readFile(file);
  } catch (error) {
    if (given === undefined) return [ok('A certificate is made when the server starts')];
    return [problem(`${file} cannot be read: ${String(error)}`, 'Set tls.certificate to a file.')];
  }
  let shown: X509Certificate;
  try {
    shown = new X509Certificate(pem);
  } catch {
    return [problem(`${file} is no certificate in PEM`, 'Set tls.certificate to one.')];
  }
  return [
    ...period(shown, Date.now()),
    await keyFinding(shown, key),
    ...(await permissions(key)),
    names(shown, given !== undefined),
  ];
}

/** How long it is valid. */
function period({ validFromDate, validToDate }: X509Certificate, now: number): Finding[] {
  const until = validToDate.toISOString().slice(0, 10);
  const days = Math.floor((validToDate.getTime() - now) / DAY_MS);
  if (validFromDate.getTime() > now) {
    return [
      problem(
        `The certificate is not valid before ${validFromDate.toISOString()}`,
        'Look at the clock of this machine, or wait.',
      ),
    ];
  }
  if (days < 0) {
    return [
      problem(`The certificate has ended on ${until}`, 'Renew it; it is read again by itself.'),
    ];
  }
  return days < SOON_DAYS
    ? [
        warning(
          `The certificate ends in ${days} days, on ${until}`,
          'Renew it; it is read again by itself.',
        ),
      ]
    : [ok(`The certificate is valid until ${until}`)];
}

async function keyFinding(shown: X509Certificate, file: string): Promise<Finding> {
  try {
    return shown.checkPrivateKey(createPrivateKey(await readFile(file)))
      ? ok('Its key belongs to it')
      : problem(`The key in ${file} is that of another certificate`, 'Set tls.key to its own.');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return problem(
      `The key in ${file} cannot be read: ${why}`,
      'Set tls.key to a key in PEM, without a password.',
    );
  }
}

async function permissions(file: string): Promise<Finding[]> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && (found.mode & 0o077) !== 0
    ? [warning(`Others on this machine can read the key in ${file}`, `chmod 600 ${file}`)]
    : [];
}

/** Clients compare the names with what they connect to. */
function names({ subjectAltName, issuer, subject }: X509Certificate, isGiven: boolean): Finding {
  const all = (subjectAltName ?? '').replaceAll(/(?:DNS|IP Address):/g, '') || 'none';
  if (!isGiven || issuer === subject) {
    return warning(
      'Nobody vouches for the certificate: clients ask their users whether the fingerprint is right',
      'Set tls.certificate to one from an authority, as Let’s Encrypt, for the name that people use.',
    );
  }
  return ok(
    `It is for ${all}; clients have to use one of these names (this machine is ${hostname()})`,
  );
}

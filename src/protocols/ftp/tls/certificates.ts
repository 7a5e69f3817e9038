import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Log } from '../../../base/log.ts';

/** A key and its certificate, with those that vouch for it, in PEM. */
export interface Certificate {
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** SHA-256 of the certificate, as clients show it: `AB:CD:…`. */
  readonly fingerprint: string;
  readonly validTo: Date;
}

export interface CertificateFiles {
  readonly certificate: string;
  /** May be the same file. */
  readonly key: string;
}

const SOON_MS = 14 * 24 * 60 * 60 * 1000;

/**
 * The certificate as it is in its files now. Every new control connection looks whether they have
 * changed; what cannot be used, say one file without the other, is logged once and changes
 * nothing. Whoever is connected keeps what they were shown.
 */
export class Certificates {
  readonly #files: CertificateFiles;
  readonly #log: Log;
  #current: Certificate;
  /** How the files looked when they were last read. */
  #seen: string;

  /** @throws the system's error, or what is wrong with the files */
  static async open(files: CertificateFiles, log: Log): Promise<Certificates> {
    const seen = await look(files);
    return new Certificates(files, log, await read(files), seen);
  }

  private constructor(files: CertificateFiles, log: Log, current: Certificate, seen: string) {
    this.#files = files;
    this.#log = log;
    this.#current = current;
    this.#seen = seen;
    this.#warnOfEnd();
  }

  /** As it was when somebody last looked. */
  get current(): Certificate {
    return this.#current;
  }

  /** As it is now. Never rejects: what was usable stays. */
  async latest(): Promise<Certificate> {
    try {
      const seen = await look(this.#files);
      if (seen !== this.#seen) {
        // Whatever comes of it: the same files are not read again.
        this.#seen = seen;
        await this.#read();
      }
    } catch (error) {
      this.#complain(error);
    }
    return this.#current;
  }

  /** Reads the files again, changed or not. Never rejects. */
  async reload(): Promise<void> {
    await this.#read().catch((error: unknown) => this.#complain(error));
  }

  async #read(): Promise<void> {
    const current = await read(this.#files);
    const { certificate, key } = this.#current;
    if (current.certificate.equals(certificate) && current.key.equals(key)) return;
    this.#current = current;
    this.#log.info('A new certificate is in use', { fingerprint: current.fingerprint });
    this.#warnOfEnd();
  }

  #complain(error: unknown): void {
    this.#log.error('The certificate cannot be read; the one before stays', { error });
  }

  #warnOfEnd(): void {
    const { validTo } = this.#current;
    if (validTo.getTime() - Date.now() > SOON_MS) return;
    this.#log.warn('The certificate ends soon or has ended', { validTo: validTo.toISOString() });
  }
}

async function read(files: CertificateFiles): Promise<Certificate> {
  const [certificate, key] = await Promise.all([readFile(files.certificate), readFile(files.key)]);
  // Finds out whether the key is the one of this certificate.
  createSecureContext({ cert: certificate, key, ca: [] });
  const { fingerprint256, validToDate } = new X509Certificate(certificate);
  return { certificate, key, fingerprint: fingerprint256, validTo: validToDate };
}

/** What is different when another file is there, also behind a symbolic link. */
async function look({ certificate, key }: CertificateFiles): Promise<string> {
  const both = await Promise.all([certificate, key].map((file) => stat(file, { bigint: true })));
  return both.map(({ dev, ino, size, mtimeNs }) => [dev, ino, size, mtimeNs].join(':')).join(' ');
}

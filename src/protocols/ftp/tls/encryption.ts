import type { Clock } from '../../../base/clock.ts';
import type { Certificates } from './certificates.ts';
import type { TlsOptions } from './options.ts';
import { Protection } from './protection.ts';

export interface EncryptionParts {
  readonly certificates: Certificates;
  readonly options: TlsOptions;
}

/** TLS as all control connections of one server share it: the certificate and what was chosen. */
export class Encryption {
  readonly options: TlsOptions;
  readonly #certificates: Certificates;
  readonly #clock: Clock;

  constructor({ certificates, options }: EncryptionParts, clock: Clock) {
    this.options = options;
    this.#certificates = certificates;
    this.#clock = clock;
  }

  /** For one control connection, with the certificate as it is now. */
  async protection(): Promise<Protection> {
    const certificate = await this.#certificates.latest();
    return new Protection({ certificate, options: this.options, clock: this.#clock });
  }
}

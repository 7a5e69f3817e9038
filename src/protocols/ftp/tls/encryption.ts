import type { Clock } from '../../../base/clock.ts';
import type { Hosts } from '../hosts.ts';
import type { Certificate, Certificates } from './certificates.ts';
import type { TlsOptions } from './options.ts';
import { Protection } from './protection.ts';

export interface EncryptionParts {
  readonly certificates: Certificates;
  readonly hosts: Hosts;
  readonly options: TlsOptions;
  /** Node shows how a peer ends TLS, and where it puts what it decrypts (self-test.ts). */
  readonly receivesInPlace: boolean;
}

/** TLS as all control connections of one server share it: the certificate and what was chosen. */
export class Encryption {
  readonly options: TlsOptions;
  readonly #receivesInPlace: boolean;
  readonly #certificates: Certificates;
  readonly #hosts: Hosts;
  readonly #clock: Clock;

  constructor(parts: EncryptionParts, clock: Clock) {
    const { certificates, hosts, options, receivesInPlace } = parts;
    this.options = options;
    this.#receivesInPlace = receivesInPlace;
    this.#certificates = certificates;
    this.#hosts = hosts;
    this.#clock = clock;
  }

  /**
   * For one control connection, with the certificate as it is now.
   * @param host what HOST said, whose certificate is then shown
   */
  async protection(host: string | undefined): Promise<Protection> {
    const certificate = await (this.#of(host) ?? this.#certificates).latest();
    return new Protection({
      certificate,
      ...(this.#hosts.areThere && { certificateOf: (name) => this.#certificateOf(name) }),
      options: this.options,
      receivesInPlace: this.#receivesInPlace,
      clock: this.#clock,
    });
  }

  async #certificateOf(host: string): Promise<Certificate | undefined> {
    return this.#of(host)?.latest();
  }

  #of(host: string | undefined): Certificates | undefined {
    return this.#hosts.find(host)?.certificates;
  }
}

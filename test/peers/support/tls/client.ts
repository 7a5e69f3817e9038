import type { PeerName } from '../../../support/peers.ts';

export const TLS_VERSIONS = ['1.2', '1.3'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

/** How a client is to come in. */
export interface TlsLogin {
  readonly port: number;
  readonly name: string;
  readonly password: string;
  /** The only version of TLS that it may speak. */
  readonly version: TlsVersion;
  /** TLS from the first byte on; else by AUTH TLS. */
  readonly implicit: boolean;
}

/** Files on this machine, and what the one on the server is called. */
export interface TlsJob {
  readonly path: string;
  /** All of the content, and the first half of it. */
  readonly whole: string;
  readonly half: string;
  /** Where the download goes. */
  readonly got: string;
  /** Holds the first half already: the download of the rest goes there. */
  readonly gotHalf: string;
}

/** A real client that encrypts. */
export interface TlsClient {
  readonly needs: readonly PeerName[];
  /** Why it cannot resume the session of its control connection; undefined if it does. */
  readonly startsAfresh?: string;
  /**
   * Uploads the half, continues the upload to the whole, lists, downloads, and continues a
   * download, all in the words that its users type.
   * @returns the listing, in whatever form
   * @throws Error with all that it said, if anything of it fails
   */
  readonly work: (login: TlsLogin, job: TlsJob) => Promise<string>;
}

/** What the operator chooses about TLS. */
export interface TlsOptions {
  /** `required`: nobody logs in and nothing is transferred in the clear. */
  readonly policy: 'allowed' | 'required';
  /** Whether a data connection has to prove that it belongs to its control connection. */
  readonly sessionReuse: 'required' | 'preferred';
  /** `required`: an upload that ends without close_notify is cut, whoever sends it. */
  readonly closeNotify: 'required' | 'expected';
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Those who may have signed the certificate of a client, in PEM; clients need none if not said. */
  readonly clientAuthorities?: Buffer | undefined;
  /** `allowed`: a client without one is as welcome; one that shows another is not. */
  readonly clientCertificates: 'allowed' | 'required';
  /** CCC may take TLS off the control connection again. */
  readonly allowsClear: boolean;
  readonly handshakeTimeoutMs: number;
}

/** What a server has shown of itself. */
export interface SeenCertificate {
  /** SHA-256 of the certificate, 64 hexadecimal digits in lower case. */
  readonly fingerprint: string;
  /** Why the certificate proves nothing by itself, in the words of TLS; undefined if it does. */
  readonly complaint: string | undefined;
}

/** What is known and wanted of the server that is about to be talked to. */
export interface CertificatePolicy {
  /** The one and only certificate that will do, whoever has signed it. */
  readonly wanted: string | undefined;
  /** The one that was trusted before. */
  readonly known: string | undefined;
  /** True to trust, and remember, one that was never seen before. */
  readonly trustsNew: boolean;
  /** True to take any: nothing is proven then. */
  readonly takesAny: boolean;
}

export type CertificateVerdict =
  | { readonly kind: 'trusted' }
  /** Trusted from now on: to be remembered. */
  | { readonly kind: 'new' }
  | { readonly kind: 'refused'; readonly sentence: string };

const TRUSTED: CertificateVerdict = { kind: 'trusted' };

/** Decides whether the server is the one that is meant. */
export function judgeCertificate(
  { fingerprint, complaint }: SeenCertificate,
  { wanted, known, trustsNew, takesAny }: CertificatePolicy,
): CertificateVerdict {
  const shown = formatFingerprint(fingerprint);
  if (wanted !== undefined) {
    return fingerprint === wanted
      ? TRUSTED
      : refused(`The certificate is not the one that --fingerprint names, but ${shown}`);
  }
  // A certificate that an authority vouches for is renewed all the time, and is no less good for it.
  if (takesAny || complaint === undefined || fingerprint === known) return TRUSTED;
  if (known !== undefined) {
    return refused(
      `The certificate has CHANGED since it was trusted: it is now ${shown}. Somebody may be in between. If the server has a new one, give --fingerprint once, or remove its line from the known servers`,
    );
  }
  if (trustsNew) return { kind: 'new' };
  return refused(
    `The certificate cannot be verified (${complaint}). If ${shown} is the server's, --trust-new-certificate remembers it, and --fingerprint takes it this time`,
  );
}

/** A fingerprint as people copy it, `AB:CD:…` or bare digits, in the form used here. */
export function parseFingerprint(text: string): string | undefined {
  const hex = text
    .trim()
    .replace(/^sha-?256[:= ]/i, '')
    .replaceAll(/[:\s]/g, '')
    .toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? hex : undefined;
}

/** As other programs show it: `AB:CD:…`. */
export function formatFingerprint(hex: string): string {
  return (hex.toUpperCase().match(/../g) ?? []).join(':');
}

function refused(sentence: string): CertificateVerdict {
  return { kind: 'refused', sentence };
}

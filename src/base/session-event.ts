/** Whose session it is, or would have been. */
interface Whose {
  /** Milliseconds since 1970 (UTC). */
  readonly time: number;
  readonly account: string;
  /** The peer's IP address. */
  readonly address: string;
  readonly protocol: string;
}

/** What happens to sessions: somebody came in, left, or was not let in. */
export type SessionEvent =
  | (Whose & { readonly kind: 'opened'; readonly session: string })
  | (Whose & { readonly kind: 'ended'; readonly session: string; readonly reason: string })
  | (Whose & { readonly kind: 'refused' });

/** One command that was answered. */
export interface CommandEvent {
  readonly protocol: string;
  /** Its word, if it is one that is known. */
  readonly verb: string;
  /** The code of the reply, in the protocol's own numbers. */
  readonly code: number;
}

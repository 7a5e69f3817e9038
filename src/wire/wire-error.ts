/**
 * What came over the wire breaks its protocol so badly that the connection cannot go on, or what
 * was to be sent cannot be written in it. Each door turns it into an answer or closes.
 */
export class WireError extends Error {
  override readonly name = 'WireError';
}

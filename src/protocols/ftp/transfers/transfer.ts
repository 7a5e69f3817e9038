import type { Socket } from 'node:net';
import type { Soon } from '../../../storage/store.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import type { CloseNotify, ControlWatch } from '../completion.ts';

/** What a running transfer works with. */
export interface Link {
  readonly socket: Socket;
  /**
   * No round trip to the peer takes longer, in milliseconds: so long it was from our saying where
   * the data connection is waited for until it was there. Undefined if we made the connection.
   */
  readonly roundTripMs: number | undefined;
  /** Aborted when the transfer has to stop; the reason is a Failure that says why. */
  readonly signal: AbortSignal;
  /** Begins to look at the control connection. */
  readonly watchControl: () => ControlWatch;
  /** Sends a preliminary reply; resolves when more can be said. */
  readonly say: (reply: Reply) => Soon<void>;
  /** What TLS says of the end, when the stream has ended; nothing, where there is no TLS. */
  readonly closeNotify?: () => CloseNotify;
}

/**
 * One use of a data connection, ready to begin: everything that can be refused beforehand has been.
 * Disposing gives back what it holds, whether it ran or not.
 */
export interface Transfer extends AsyncDisposable {
  /** The text of the 150 reply. */
  readonly opening: string;
  /** Aborted with a Failure when what is transferred has to stop. */
  readonly signal?: AbortSignal;
  /** Nobody is left to send to when the control connection is gone; an upload goes on. */
  readonly endsWithControl: boolean;
  /** The peer sends, and how it ends matters. */
  readonly receives: boolean;
  /** What comes is stored as it is, and may come in buffers that are used again. */
  readonly storesAsIs?: boolean;
  /** One sentence for STAT. */
  progress(): string;
  /** Moves the bytes and closes the data connection. @returns the final reply. */
  run(link: Link): Promise<Reply>;
}

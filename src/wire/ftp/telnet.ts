/** Telnet's "interpret as command" (RFC 854); a data byte of this value is sent twice. */
export const IAC = 0xff;

/** Interrupt process: part of what comes before an ABOR (RFC 959 §4.1). */
export const INTERRUPT_PROCESS = 0xf4;

/** The mark at the end of Telnet's Synch signal. */
export const DATA_MARK = 0xf2;

const FIRST_COMMAND = 0xec;
const FIRST_NEGOTIATION = 0xfb;

/** {@link TelnetFilter.feed}: this byte carries nothing. */
export const NOTHING = -1;

/** {@link TelnetFilter.feed}: this byte ends an Interrupt Process or a Synch. */
export const ATTENTION = -2;

/**
 * Takes Telnet's commands out of a control connection, byte by byte, so that it does not matter
 * how the bytes are cut into chunks. Options are never negotiated (RFC 3659 §2.2).
 */
export class TelnetFilter {
  #state: 'data' | 'command' | 'option' = 'data';

  /** True in the middle of a Telnet command. */
  get unfinished(): boolean {
    return this.#state !== 'data';
  }

  /** The data byte that `byte` stands for, or {@link NOTHING}, or {@link ATTENTION}. */
  feed(byte: number): number {
    switch (this.#state) {
      case 'data':
        if (byte !== IAC) return byte;
        this.#state = 'command';
        return NOTHING;
      case 'command':
        return this.#command(byte);
      case 'option':
        this.#state = 'data';
        return NOTHING;
    }
  }

  #command(byte: number): number {
    this.#state = byte >= FIRST_NEGOTIATION && byte !== IAC ? 'option' : 'data';
    if (byte === INTERRUPT_PROCESS || byte === DATA_MARK) return ATTENTION;
    // Below the commands it was an IAC alone: its command travelled as TCP urgent data, which the
    // system takes out of the stream, and this byte belongs to the line.
    return byte === IAC || byte < FIRST_COMMAND ? byte : NOTHING;
  }
}

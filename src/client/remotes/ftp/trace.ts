import type { Reply } from '../../../wire/ftp/reply.ts';

/** What goes over the control connection, for people who want to see it; without passwords. */
export type Trace = (event: TraceEvent) => void;

export interface TraceEvent {
  /** Counts the connections of one remote, from 1. */
  readonly connection: number;
  readonly kind: 'sent' | 'received' | 'noted';
  readonly text: string;
}

/** Verbs whose argument nobody else is to see. */
const SECRET = /^(PASS|ACCT) .*$/is;

/** One connection's own trace. */
export class Tracer {
  readonly #trace: Trace | undefined;
  readonly #connection: number;
  readonly #secret: string;

  constructor(trace: Trace | undefined, connection: number, password: string) {
    this.#trace = trace;
    this.#connection = connection;
    this.#secret = password;
  }

  sent(command: string): void {
    if (this.#trace) this.#tell('sent', command.replace(SECRET, '$1 ***'));
  }

  received({ code, lines }: Reply): void {
    if (!this.#trace) return;
    const last = lines.length - 1;
    const text = lines.map((line, at) => `${code}${at < last ? '-' : ' '}${line}`).join('\n');
    // A server may well repeat what it was told.
    this.#tell('received', this.#secret === '' ? text : text.replaceAll(this.#secret, '***'));
  }

  noted(text: string): void {
    this.#tell('noted', text);
  }

  #tell(kind: TraceEvent['kind'], text: string): void {
    this.#trace?.({ connection: this.#connection, kind, text });
  }
}

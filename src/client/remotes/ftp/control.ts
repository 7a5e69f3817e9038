import type { Socket } from 'node:net';
import { encodeLines, endLine } from '../../../wire/ftp/lines.ts';
import { ReplyParser, type Reply } from '../../../wire/ftp/reply.ts';
import { unmap } from '../../../wire/ftp/addresses.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import { reasonOf } from './dial.ts';
import type { Encryption } from './encryption.ts';
import type { Settled } from './options.ts';
import { shown } from './reply-failures.ts';
import type { Tracer } from './trace.ts';
import { failing, within } from './waiting.ts';

/** Replies to one command, or nobody's; more are no conversation. */
const MAX_WAITING_REPLIES = 16;

export interface ReplyWait {
  readonly signal: AbortSignal;
  /** Undefined to wait as long as it takes; the stall time-out unless said. */
  readonly milliseconds?: number | undefined;
}

/**
 * One control connection: sends commands and hands out the replies in their order, so that a
 * command may be sent before the one before it is answered. What is said in one turn goes in one
 * packet. As soon as it is not sure which reply belongs to which command it is broken for good,
 * and says so.
 */
export class Control implements AsyncDisposable {
  readonly #options: Settled;
  readonly #tracer: Tracer;
  #socket: Socket;
  #parser: ReplyParser;
  /** Heard, and asked for by nobody yet. */
  #replies: Reply[] = [];
  /** Who waits for the next one, the one after that, … */
  #waiters: PromiseWithResolvers<Reply>[] = [];
  /** Lines that go at the end of this turn. */
  #unsent = '';
  #broken: TransferFailure | undefined;
  #isEncrypted = false;

  constructor(socket: Socket, options: Settled, tracer: Tracer) {
    this.#options = options;
    this.#tracer = tracer;
    this.#socket = socket;
    this.#parser = new ReplyParser({ maxBytes: options.maxReplyBytes });
    if (options.keepAliveMs > 0) socket.setKeepAlive(true, options.keepAliveMs);
    this.#listen();
  }

  /** False once it is broken, closed, or has heard something that nobody asked for. */
  get isUsable(): boolean {
    return this.#broken === undefined && this.#replies.length === 0;
  }

  get isEncrypted(): boolean {
    return this.#isEncrypted;
  }

  /** The server's address: the only one that data connections go to and come from. */
  get peer(): string {
    return unmap(this.#socket.remoteAddress ?? '');
  }

  /** Our own address, as the server sees it if nobody translates it. */
  get localAddress(): string {
    return unmap(this.#socket.localAddress ?? '');
  }

  /**
   * Sends a command and waits for its one reply.
   * @throws TransferFailure if there is none; never because of what it says, unless it is a goodbye
   */
  async ask(command: string, wait: ReplyWait): Promise<Reply> {
    this.send(command);
    const reply = await this.reply(wait);
    if (reply.code < 200) throw this.break(outOfStep(reply));
    return reply;
  }

  /** Sends a command; what it leads to is read by {@link reply}. */
  send(command: string): void {
    const [stray] = this.#replies;
    if (stray?.code === 421) throw this.break(goodbye(stray));
    if (stray) throw this.break(outOfStep(stray));
    this.interject(command);
  }

  /** Sends a command while the reply to another is still to come. */
  interject(command: string): void {
    if (this.#broken) throw this.#broken;
    // A CR could be sent as RFC 2640 wants it, but there are servers that take it for a line's end.
    // oxlint-disable-next-line no-control-regex -- these three are exactly what is refused
    if (/[\r\n\0]/.test(command)) {
      throw new TransferFailure('unsupported', 'A command cannot hold CR, LF or NUL');
    }
    this.#tracer.sent(command);
    if (this.#unsent === '') process.nextTick(() => this.flush());
    this.#unsent += endLine(command);
  }

  /** Sends now what would else go at the end of this turn, together. */
  flush(): void {
    const lines = this.#unsent;
    this.#unsent = '';
    if (lines !== '' && this.#socket.writable) this.#socket.write(encodeLines(lines));
  }

  /** The next reply. @throws TransferFailure; the connection is broken then */
  async reply({ signal, ...wait }: ReplyWait): Promise<Reply> {
    const milliseconds = 'milliseconds' in wait ? wait.milliseconds : this.#options.stallTimeoutMs;
    const late = failing('stalled', 'The server does not answer any more');
    const { clock } = this.#options;
    try {
      const reply = await within(this.#next(), { clock, signal, milliseconds, late });
      if (reply.code === 421) throw goodbye(reply);
      return reply;
    } catch (error) {
      throw this.break(error);
    }
  }

  /** The next reply, for one who watches the time of many. @throws TransferFailure */
  async hear(): Promise<Reply> {
    const reply = await this.#next();
    if (reply.code === 421) throw this.break(goodbye(reply));
    return reply;
  }

  /**
   * From here on everything is encrypted. What came in clear behind the permission to encrypt is
   * not believed: somebody in between may have put it there (CVE-2021-22947).
   */
  async encrypt(encryption: Encryption, signal: AbortSignal): Promise<void> {
    if (this.#replies.length > 0 || this.#parser.unfinished) {
      throw this.break(
        new TransferFailure('protocol-broken', 'Something was slipped in before the encryption'),
      );
    }
    this.#socket.removeAllListeners('data');
    this.#socket.pause();
    try {
      this.#socket = await encryption.wrap(this.#socket, signal);
    } catch (error) {
      throw this.break(error);
    }
    this.#parser = new ReplyParser({ maxBytes: this.#options.maxReplyBytes });
    this.#isEncrypted = true;
    this.#listen();
  }

  /** Ends it at once, for this reason. @returns the reason for which it was ended first */
  break(error: unknown): TransferFailure {
    this.#broken ??=
      error instanceof TransferFailure
        ? error
        : new TransferFailure('connection-lost', 'The control connection is lost', {
            cause: error,
          });
    this.#socket.destroy();
    this.#giveUp(this.#broken);
    return this.#broken;
  }

  /** Says goodbye without waiting for an answer. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isUsable) {
      this.#tracer.sent('QUIT');
      this.flush();
      this.#socket.end('QUIT\r\n');
    }
    this.#broken ??= new TransferFailure('connection-lost', 'The connection has been closed');
    this.#giveUp(this.#broken);
    const { clock } = this.#options;
    const closed = new Promise<void>((resolve) => {
      if (this.#socket.destroyed || this.#socket.closed) resolve();
      else this.#socket.once('close', () => resolve());
    });
    const late = failing('stalled', 'It does not close');
    await within(closed, {
      clock,
      signal: new AbortController().signal,
      milliseconds: GOODBYE_MS,
      late,
    }).catch(() => {});
    this.#socket.destroy();
  }

  #listen(): void {
    const socket = this.#socket;
    const lose = (error?: unknown): void => {
      if (socket === this.#socket) this.#lose(error);
    };
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('end', () => lose());
    socket.on('close', () => lose());
    socket.on('error', lose);
  }

  #take(chunk: Buffer): void {
    if (this.#broken) return;
    try {
      for (const reply of this.#parser.push(chunk)) {
        this.#tracer.received(reply);
        const waiter = this.#waiters.shift();
        if (waiter) waiter.resolve(reply);
        else this.#replies.push(reply);
      }
      if (this.#replies.length > MAX_WAITING_REPLIES) {
        throw new TransferFailure('protocol-broken', 'The server talks without being asked');
      }
    } catch (error) {
      this.break(
        error instanceof TransferFailure
          ? error
          : new TransferFailure('protocol-broken', reasonOf(error), {
              cause: error,
            }),
      );
    }
  }

  /** The end comes behind everything that was said before it. */
  #lose(error: unknown): void {
    if (this.#broken) return;
    const stray = this.#replies.find(({ code }) => code === 421);
    this.#broken = stray
      ? goodbye(stray)
      : new TransferFailure('connection-lost', 'The server has closed the control connection', {
          ...(error !== undefined && { cause: error }),
        });
    this.#socket.destroy();
    this.#giveUp(this.#broken);
  }

  #next(): Promise<Reply> {
    const reply = this.#replies.shift();
    if (reply) return Promise.resolve(reply);
    if (this.#broken) return Promise.reject(this.#broken);
    const waiter = Promise.withResolvers<Reply>();
    this.#waiters.push(waiter);
    return waiter.promise;
  }

  #giveUp(failure: TransferFailure): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(failure);
  }
}

/** How long a server may take to close after QUIT, in milliseconds. */
const GOODBYE_MS = 500;

function outOfStep(reply: Reply): TransferFailure {
  return new TransferFailure(
    'connection-lost',
    `The server has said something that nobody asked for (${shown(reply)})`,
    { replyCode: reply.code },
  );
}

function goodbye(reply: Reply): TransferFailure {
  return new TransferFailure('busy', `The server ends the connection: ${shown(reply)}`, {
    replyCode: reply.code,
  });
}

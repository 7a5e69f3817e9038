import { connect, type Socket } from 'node:net';
import { KiB } from '../../../../base/size.ts';
import { parseExtendedPassiveReply } from '../../../../wire/ftp/addresses.ts';
import type { Reply } from '../../../../wire/ftp/reply.ts';
import { TransferFailure } from '../../../transfer-failure.ts';
import { canCallAhead } from '../data-channel.ts';
import { reasonOf } from '../dial.ts';
import type { Link } from '../link.ts';
import { isPositive, shown } from '../reply-failures.ts';
import { interruption } from '../waiting.ts';
import { Watchdog } from '../watchdog.ts';

/** Of a data connection, read at a time: a small file comes in one go, or a few. */
const READ_BYTES = 64 * KiB;

/** Replies that say nothing new, such as a second 150: more are no conversation. */
const MAX_EXTRA_REPLIES = 4;

/**
 * True if commands can go ahead of the replies to those before them: where EPSV is known to lead
 * somewhere, in clear, as long as replies have come in order. Else each file takes its turns alone.
 */
export function canPipeline(link: Link): boolean {
  return canCallAhead(link) && link.encryption === undefined && link.experience.takesPipelines;
}

/**
 * A conversation in which commands go ahead of the replies, which cost a small file more time than
 * its bytes. Nothing is sent while a transfer runs: some servers read commands then and forget them.
 * There is one watch over the time in which nothing is heard. As soon as a reply does not fit its
 * command the connection is given up, and no other is used in this way: so no reply can be taken
 * for that to another command.
 */
export class Conversation implements Disposable {
  readonly #link: Link;
  readonly #signal: AbortSignal;
  readonly #watchdog: Watchdog;
  readonly #interrupt = (): void => void this.#end(interruption(this.#signal));
  /** What every data connection is read into, one after the other. */
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  #data: Socket | undefined;

  /** @throws TransferFailure `interrupted` */
  constructor(link: Link, signal: AbortSignal) {
    if (signal.aborted) throw interruption(signal);
    const { clock, stallWarningMs, stallTimeoutMs, onStall } = link.options;
    this.#link = link;
    this.#signal = signal;
    this.#watchdog = new Watchdog({
      clock,
      warnAfter: stallWarningMs,
      barkAfter: stallTimeoutMs,
      warn: onStall,
      bark: () => this.#fail('stalled', 'The server does not answer any more'),
    });
    signal.addEventListener('abort', this.#interrupt, { once: true });
  }

  /** Says more, in one packet with all that is said in this turn. @throws TransferFailure */
  say(...commands: readonly string[]): void {
    const { control, experience } = this.#link;
    // Something that nobody has asked for: before this is answered, it would be taken for that.
    if (!control.isUsable) experience.takesPipelines = false;
    for (const command of commands) control.send(command);
    this.#watchdog.waiting();
  }

  /**
   * The reply to the next command: a refusal, or one with this code.
   * @throws TransferFailure if it is anything else; the connection is lost then
   */
  async answer(...expected: readonly number[]): Promise<Reply> {
    const reply = await this.#hear();
    if (reply.code >= 400 || expected.includes(reply.code)) return reply;
    throw this.#outOfStep(reply);
  }

  /** The replies to the next commands, whatever they say, none of which is to wait for another. */
  async answers(count: number): Promise<readonly Reply[]> {
    const replies: Reply[] = [];
    while (replies.length < count) {
      const reply = await this.#hear();
      if (reply.code < 200 || (reply.code >= 300 && reply.code < 400)) throw this.#outOfStep(reply);
      replies.push(reply);
    }
    return replies;
  }

  /**
   * The data connection of EPSV and the command behind it; undefined if it is refused.
   * @param take is given all that comes over it, for as long as the call takes; nothing is to come
   *   unless said, and what does is dropped
   */
  async open(take: (bytes: Uint8Array) => void = drop): Promise<Socket | undefined> {
    const { control, experience } = this.#link;
    const reply = await this.answer(229);
    const port = reply.code === 229 ? parseExtendedPassiveReply(reply.lines.join(' ')) : undefined;
    if (port !== undefined) return this.#call(control.peer, port, take);
    experience.reachesData = false;
    // The command has come all the same, and has nowhere to send or get anything.
    const refusal = await this.#hear();
    if (refusal.code < 400) throw this.#outOfStep(refusal);
    return undefined;
  }

  /** Waits until the transfer that {@link open} has begun has ended. @returns whether all went well */
  async ended(): Promise<boolean> {
    let reply = await this.#hear();
    for (let extras = 0; reply.code < 200; extras += 1) {
      if (extras > MAX_EXTRA_REPLIES) throw this.#outOfStep(reply);
      reply = await this.#hear();
    }
    if (reply.code < 400 && !isPositive(reply)) throw this.#outOfStep(reply);
    return isPositive(reply);
  }

  /** Ends the connection, since nothing good will come of it. */
  giveUp(sentence: string): void {
    this.#end(new TransferFailure('connection-lost', sentence));
  }

  /** Waits until so many bytes may move. */
  async pace(bytes: number): Promise<void> {
    this.#watchdog.resting();
    await this.#link.options.pace.take(bytes, this.#signal);
  }

  [Symbol.dispose](): void {
    this.#watchdog[Symbol.dispose]();
    this.#signal.removeEventListener('abort', this.#interrupt);
    this.#data?.destroy();
  }

  async #hear(): Promise<Reply> {
    const reply = await this.#link.control.hear();
    this.#watchdog.waiting();
    return reply;
  }

  /** Whatever host the server names, data comes from where the control connection goes. */
  #call(host: string, port: number, take: (bytes: Uint8Array) => void): Socket {
    let hasArrived = false;
    const callback = (count: number, buffer: Uint8Array): true => {
      this.#watchdog.waiting();
      take(buffer.subarray(0, count));
      return true;
    };
    const onread = { buffer: this.#buffer, callback };
    const socket = connect({ host, port, noDelay: true, onread });
    socket.once('connect', () => {
      hasArrived = true;
    });
    socket.on('error', (error) => {
      // Later on the server will say what it thinks of it; but now it waits for nobody.
      if (!hasArrived) this.#fail('unreachable', `No data connection: ${reasonOf(error)}`);
    });
    this.#data = socket;
    return socket;
  }

  #fail(code: 'stalled' | 'unreachable', sentence: string): void {
    const { experience } = this.#link;
    experience.takesPipelines = false;
    if (this.#data?.connecting || code === 'unreachable') experience.reachesData = false;
    this.#end(new TransferFailure(code, sentence));
  }

  #outOfStep(reply: Reply): TransferFailure {
    this.#link.experience.takesPipelines = false;
    const sentence = `The server has said something that does not fit (${shown(reply)})`;
    const failure = new TransferFailure('connection-lost', sentence, { replyCode: reply.code });
    return this.#end(failure);
  }

  #end(failure: TransferFailure): TransferFailure {
    this.#data?.destroy();
    return this.#link.control.break(failure);
  }
}

function drop(): void {}

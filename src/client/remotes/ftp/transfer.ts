import type { Socket } from 'node:net';
import { MiB } from '../../../base/size.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import type { TransferFailure, Trouble } from '../../transfer-failure.ts';
import { callAhead, canCallAhead, type DataChannel, openDataChannel } from './data-channel.ts';
import { EXPLANATION_MS, Flow, NEVER } from './flow.ts';
import { ask, type Link } from './link.ts';
import { takesPromises } from './promises.ts';
import { failureOf, isPositive, isUnknown, troubleOf } from './reply-failures.ts';
import { failing, within } from './waiting.ts';

export interface TransferRequest {
  readonly command: string;
  /** Continues "could not". */
  readonly doing: string;
  /** Where the server is to begin, in bytes. */
  readonly offset?: number;
  /** Where it is to stop, in bytes; at the end unless said. */
  readonly until?: number;
  /** What replies mean when they are the last word, where that is something of its own. */
  readonly lastWords?: Readonly<Record<number, Trouble>>;
}

/**
 * How long the server may take to notice that a transfer was ended early, in milliseconds. What
 * has come is made durable by some. Pure-FTPd says nothing at all after some TLS downloads, and
 * whoever asks meanwhile could take the answer that comes late for that to another question.
 */
const ABANDON_MS = { incoming: 2000, outgoing: 5000 } as const;

/** The same when somebody waits for the end of it all: a line that is dead must not hold them up. */
const HURRIED_MS = 1000;

/** The least time for the last reply, in milliseconds, and the bytes that buy more of it. */
const LAST_REPLY_MS = 60_000;
const LAST_REPLY_BYTES_PER_MS = (20 * MiB) / 1000;

/** Replies between the end of a transfer and the answer to NOOP. */
const MAX_LAST_WORDS = 4;

/**
 * The sequence of RFC 959 §5.4: the data connection, the marker, the command, 150, the bytes, the
 * last reply, which may come before the bytes have ended or long after.
 */
export class Transfer {
  readonly link: Link;
  readonly doing: string;
  /** The data connection, encrypted if it is to be. */
  readonly socket: Socket;
  /** What the server said before the bytes. */
  readonly opening: Reply;
  /** The last reply; never rejects without somebody listening. */
  readonly #last: Promise<Reply>;
  readonly #flow: Flow;
  readonly #lastWords: Readonly<Record<number, Trouble>>;

  constructor(request: TransferRequest, link: Link, parts: Parts) {
    this.link = link;
    this.doing = request.doing;
    this.socket = parts.socket;
    this.opening = parts.opening;
    this.#last = parts.flow.last;
    this.#flow = parts.flow;
    this.#lastWords = request.lastWords ?? {};
  }

  /** Hears when the server ends it before we have, well or not. */
  onLast(hear: (reply: Reply) => void, lost: (error: unknown) => void): void {
    this.#last.then(hear, lost);
  }

  /**
   * The server's confirmation.
   * @param bytes that were transferred: what is to be written to a disk takes its time
   * @throws TransferFailure
   */
  async confirmed(bytes: number, signal: AbortSignal): Promise<void> {
    const milliseconds = Math.max(LAST_REPLY_MS, bytes / LAST_REPLY_BYTES_PER_MS);
    const late = failing('stalled', 'The server does not confirm the transfer');
    const reply = await this.#lastWithin(milliseconds, late, signal);
    if (!isPositive(reply)) throw this.refusal(reply);
    await this.#flow.settle();
    this.socket.destroy();
  }

  /** The refusal as a failure; one that tells of a lost connection leaves no connection. */
  refusal(reply: Reply): TransferFailure {
    const failure = failureOf(reply, this.doing, this.#lastWords[reply.code] ?? troubleOf(reply));
    return failure.code === 'connection-lost' ? this.link.control.break(failure) : failure;
  }

  /** What to throw when the data connection has broken: the server may know better why. */
  async broken(error: TransferFailure): Promise<TransferFailure> {
    this.socket.destroy();
    try {
      const reply = await this.#lastWithin(EXPLANATION_MS, () => error, NEVER);
      if (isPositive(reply)) return this.link.control.break(error);
      await this.#flow.settle();
      return this.refusal(reply);
    } catch (failure) {
      return this.link.control.break(failure);
    }
  }

  /**
   * Ends it in the middle, in a way that cannot be taken for the end of a file, and brings the
   * control connection back to where replies are known to belong to their commands; one for which
   * that cannot be done is closed.
   */
  async abandon(direction: 'incoming' | 'outgoing', { aborted }: AbortSignal): Promise<void> {
    const { control, features, options } = this.link;
    const most = aborted ? HURRIED_MS : ABANDON_MS[direction];
    const patience = Math.min(most, options.stallTimeoutMs);
    try {
      const late = failing('stalled', 'The server does not notice the end of a transfer');
      // Pure-FTPd's last word on a download that was ended early is a second 150.
      const { clock } = options;
      if (direction === 'outgoing' && takesPromises(features)) {
        // A FIN, which is all that Node can send for certain, would say that this is all.
        control.interject('ABOR');
        await this.#lastWithin(patience, late, NEVER);
      }
      this.socket.destroy();
      const ending = Promise.race([this.#last, this.#flow.again]);
      const word = await within(ending, { clock, signal: NEVER, milliseconds: patience, late });
      const isLast = word.code >= 200;
      if (isLast) await this.#flow.settle();
      // Some say more than one last word, and NOOP is answered by what no transfer ends with.
      control.interject('NOOP');
      const next = (): Promise<Reply> => control.reply({ signal: NEVER, milliseconds: patience });
      let reply = isLast ? await next() : await this.#lastWithin(patience, late, NEVER);
      for (let extras = 0; reply.code !== 200; extras += 1) {
        if (extras > MAX_LAST_WORDS) throw late();
        reply = await next();
      }
    } catch (error) {
      control.break(error);
      this.socket.destroy();
    }
  }

  async #lastWithin(
    milliseconds: number,
    late: () => TransferFailure,
    signal: AbortSignal,
  ): Promise<Reply> {
    const { clock } = this.link.options;
    return within(this.#last, { clock, signal, milliseconds, late });
  }
}

interface Parts {
  readonly socket: Socket;
  readonly opening: Reply;
  readonly flow: Flow;
}

/** Begins a transfer. @throws TransferFailure; then nothing is under way */
export async function beginTransfer(
  link: Link,
  request: TransferRequest,
  signal: AbortSignal,
): Promise<Transfer> {
  const { doing, offset = 0 } = request;
  // A marker that no transfer has used up may be waiting for this one, even if it begins at 0.
  if (link.hasMarker) await setMarker(link, { offset: 0 }, doing, signal);
  const isWhole = offset === 0 && request.until === undefined;
  const asked = await (isWhole && canCallAhead(link)
    ? askAhead(link, request, signal)
    : askInTurn(link, request, signal));
  using guard = new DisposableStack();
  const channel = guard.use(asked.channel);
  const connecting = connected(link, channel.take(signal), signal);
  connecting.catch(() => {});
  const opening = await asked.opening;
  if (opening.code >= 300) throw failureOf(opening, doing);
  link.hasMarker = false;
  const flow = new Flow(link, opening);
  try {
    // A refusal after all, such as for TLS without a resumed session, comes instead.
    const early = flow.last.then((reply) => {
      if (!isPositive(reply)) throw failureOf(reply, doing);
      return connecting;
    });
    const socket = await Promise.race([connecting, early]);
    guard.move();
    return new Transfer(request, link, { socket, opening, flow });
  } catch (error) {
    throw await flow.explain(error, doing);
  }
}

/** A transfer that the server has been asked for, and what it will say to that. */
interface Asked {
  readonly channel: DataChannel;
  readonly opening: Promise<Reply>;
}

async function askInTurn(
  link: Link,
  { command, doing, offset = 0, until }: TransferRequest,
  signal: AbortSignal,
): Promise<Asked> {
  const { control } = link;
  using guard = new DisposableStack();
  const channel = guard.use(await openDataChannel(link, signal));
  if (offset > 0 || until !== undefined) await setMarker(link, { offset, until }, doing, signal);
  control.send(command);
  // The handshake is for this command: pyftpdlib resets one that comes before it.
  control.flush();
  const opening = control.reply({ signal });
  guard.move();
  return { channel, opening };
}

/** One turn less, which is what small files are made of. */
async function askAhead(
  link: Link,
  { command, doing }: TransferRequest,
  signal: AbortSignal,
): Promise<Asked> {
  const { control, options } = link;
  const agreement = ask(link, 'EPSV', signal);
  agreement.catch(() => {});
  control.send(command);
  const opening = control.reply({ signal });
  opening.catch(() => {});
  try {
    return { channel: await callAhead(link, agreement, signal), opening };
  } catch (error) {
    // What is refused for its own reasons is not waited for by anybody there.
    const late = (): TransferFailure => control.break(error);
    const { clock } = options;
    const reply = await within(opening, { clock, signal, milliseconds: EXPLANATION_MS, late });
    throw reply.code >= 300 ? failureOf(reply, doing) : control.break(error);
  }
}

async function setMarker(
  link: Link,
  { offset, until }: { readonly offset: number; readonly until?: number | undefined },
  doing: string,
  signal: AbortSignal,
): Promise<void> {
  const isAll = offset === 0 && until === undefined;
  const words = until === undefined ? `REST ${offset}` : `RANG ${offset} ${until - 1}`;
  const reply = await ask(link, words, signal);
  link.hasMarker = !isAll;
  if (reply.code >= 200 && reply.code < 400) return;
  if (isAll) throw link.control.break(failureOf(reply, doing, 'connection-lost'));
  link.hasMarker = false;
  throw failureOf(reply, doing, isUnknown(reply) ? 'unsupported' : 'offset-refused');
}

async function connected({ encryption }: Link, arriving: Promise<Socket>, signal: AbortSignal) {
  const raw = await arriving;
  // The handshake may begin before the 150 as well as after it: it waits where it is.
  return encryption ? encryption.wrap(raw, signal) : raw;
}

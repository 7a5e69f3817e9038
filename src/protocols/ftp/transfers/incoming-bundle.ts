import { failed } from '../../../base/failure.ts';
import { type Path, parsePath } from '../../../base/path.ts';
import { KiB } from '../../../base/size.ts';
import type { Session } from '../../../session/session.ts';
import { BundleDecoder, type Bundled } from '../../../wire/ftp/bundle.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { hangUp, linger } from '../data/linger.ts';
import { receive } from '../data/receive.ts';
import type { StreamEnd } from '../data/stream-end.ts';
import { logFailure, replyTo } from '../failures.ts';
import { reply } from '../replies.ts';
import type { State } from '../state.ts';
import type { Desk } from '../visit.ts';
import { folderOf } from '../verbs/grammar.ts';
import type { Link, Transfer } from './transfer.ts';

/** The most that is gathered while what came before is stored. */
const GATHER_BYTES = 256 * KiB;

/** Files that are stored at once; the sender waits for the others. */
const AT_ONCE = 64;

const EVIDENCE = 'it came with its length and digest';

/**
 * Many small files over one data connection. Each is an upload like any other, but for its end:
 * length and digest stand in front of it, so that it is known to be whole. The final reply tells
 * what has become of each.
 */
export class IncomingBundle implements Transfer {
  readonly opening = 'Waiting for the files';
  readonly endsWithControl = true;
  readonly receives = true;
  readonly #session: Session;
  readonly #desk: Desk;
  readonly #folder: Path;
  readonly #mode: number | undefined;
  readonly #decoder = new BundleDecoder();
  /** What has become of each, in order. */
  readonly #stored: Promise<Reply>[] = [];
  readonly #running = new Set<Promise<Reply>>();

  constructor(session: Session, state: State, desk: Desk) {
    this.#session = session;
    this.#desk = desk;
    this.#folder = folderOf(state);
    this.#mode = state.umask === undefined ? undefined : 0o666 & ~state.umask;
  }

  progress(): string {
    return `Receiving a bundle: ${this.#stored.length} files so far`;
  }

  async run({ socket, signal }: Link): Promise<Reply> {
    const { clock, options, traffic } = this.#desk;
    const end = await receive(socket, (chunks) => this.#take(chunks, signal), {
      signal,
      stallTimeoutMs: options.stallTimeoutMs,
      minBytesPerSecond: options.minUploadRate,
      gatherBytes: traffic.bufferBytes(GATHER_BYTES),
      onBytes: () => {},
    });
    if (end.kind === 'refused') linger(socket, clock, options.refusalLingerMs);
    else hangUp(socket, end, options.refusalLingerMs);
    const outcomes = await Promise.all(this.#stored);
    const { code, lines } = this.#verdict(end);
    const told = outcomes.map((one) => `${one.code} ${one.lines.join(' ')}`);
    return reply(code, ...lines, ...told, 'That is all');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running);
  }

  async #take(chunks: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    for (const chunk of chunks) {
      for (const one of this.#decoder.push(chunk)) {
        while (this.#running.size >= AT_ONCE) await Promise.race(this.#running);
        const stored = this.#store(one, signal);
        this.#stored.push(stored);
        this.#running.add(stored);
        void stored.then(() => this.#running.delete(stored));
      }
    }
  }

  /** Never rejects. */
  async #store(one: Bundled, signal: AbortSignal): Promise<Reply> {
    if (one.kind === 'missing') return reply(501, 'A file that is stored has bytes');
    const { head, bytes } = one;
    try {
      const path = parsePath(head.path, this.#folder);
      const { size: length, digest, modified } = head;
      const wishes = {
        length,
        digest,
        ...(modified !== undefined && { modified }),
        ...(this.#mode !== undefined && { mode: this.#mode }),
      };
      const entry = await this.#session.store(path, bytes, wishes, EVIDENCE, signal);
      return reply(226, `Stored, ${entry.size} bytes`);
    } catch (error) {
      logFailure(this.#desk.log, 'A file of a bundle could not be stored', error);
      return replyTo(error, failed(error, 'interrupted') ? 'flowing' : 'naming');
    }
  }

  #verdict(end: StreamEnd): Reply {
    switch (end.kind) {
      case 'finished':
        return this.#decoder.unfinished
          ? reply(426, 'The last file has not come whole, and is not kept')
          : reply(226, `${this.#stored.length} files have come`);
      case 'refused':
        return reply(451, end.reason instanceof Error ? end.reason.message : 'It is no bundle');
      case 'aborted':
        return replyTo(end.reason, 'flowing');
      case 'stalled':
      case 'reset':
        return reply(426, 'The data connection broke');
    }
  }
}

import { type Hash, createHash } from 'node:crypto';
import { ALGORITHMS, type Algorithm } from '../../base/digest.ts';
import { GiB, MiB } from '../../base/size.ts';
import type { Soon } from '../../storage/store.ts';
import { type Readable, digestByReading } from './digest-by-reading.ts';
import type { FollowedHash, HashThread } from './hash-thread.ts';

/** Up to here a file is hashed as it passes: asking the thread would cost more than doing it. */
const INLINE_BYTES = MiB;

/** How much the thread is given at a time: telling it more often costs more than it gains. */
const ADVANCE_BYTES = 4 * MiB;

/** How often the thread tells how far it is: a sender that has to wait waits for so much of it. */
const TELL_BYTES = 64 * MiB;

/** How far the thread may be behind the writer; then the sender waits for it. */
const MAX_BEHIND_BYTES = 1.25 * GiB;

/**
 * How the digest is being made: in passing while the file is small, by the thread that reads the
 * file behind the writer, or, where there is no descriptor for it to read, all at once when asked.
 */
type Method =
  | { readonly kind: 'inline'; readonly hash: Hash }
  | { readonly kind: 'followed'; readonly hash: FollowedHash }
  | { readonly kind: 'afterwards' };

/** The digest of an upload as it grows. */
export class RunningDigest {
  readonly #algorithm: Algorithm;
  readonly #file: Readable;
  readonly #thread: HashThread;
  #method: Method;
  #position = 0;
  #advanced = 0;
  /** Where the thread was last asked to tell of itself. */
  #told = 0;
  /** The digests that the thread has been asked for and has not told yet, in order. */
  readonly #asked: { readonly at: number; readonly hex: Promise<string> }[] = [];
  /** Up to here the thread has come, or need not have. */
  #hashed = 0;

  constructor(algorithm: Algorithm, file: Readable, thread: HashThread) {
    this.#algorithm = algorithm;
    this.#file = file;
    this.#thread = thread;
    this.#method = { kind: 'inline', hash: createHash(ALGORITHMS[algorithm].openssl) };
  }

  /**
   * Takes up the `length` bytes that are in the file already. To be called first, if at all.
   * @param proofAt also wanted: the digest of the first `proofAt` bytes
   * @returns that digest, as soon as it is known
   */
  async catchUp(length: number, proofAt?: number): Promise<string | undefined> {
    if (length === 0) return undefined;
    const hash = this.#follow();
    const proof = proofAt === undefined ? undefined : this.#digestAt(proofAt);
    this.#position = length;
    // What was there before holds up nobody who sends more.
    this.#hashed = this.#told = length;
    hash?.advance(length);
    return proof;
  }

  /** Hears of chunks that have just been written behind what came before. */
  append(chunks: readonly Uint8Array[], bytes: number): void {
    this.#position += bytes;
    if (this.#method.kind === 'inline') {
      if (this.#position > INLINE_BYTES) this.#follow();
      else for (const chunk of chunks) this.#method.hash.update(chunk);
    }
    this.#advance(ADVANCE_BYTES);
    this.#askToTell();
  }

  /** The digest of the bytes so far, in hexadecimal. */
  digest(): Promise<string> {
    return this.#digestAt(this.#position);
  }

  /** Done when the thread is not too far behind. Never rejects. */
  keepUp(): Soon<void> {
    return this.#method.kind === 'followed' && this.#isFarBehind ? this.#catchUp() : undefined;
  }

  get #isFarBehind(): boolean {
    return this.#position - this.#hashed > MAX_BEHIND_BYTES;
  }

  async #catchUp(): Promise<void> {
    while (this.#isFarBehind) {
      try {
        await (this.#asked[0]?.hex ?? this.digest());
      } catch {
        // Whoever wants the digest is told what is wrong with it.
        return;
      }
    }
  }

  /** No more will come. */
  whole(): void {
    if (this.#method.kind === 'followed') this.#method.hash.whole();
  }

  /** True if {@link digest} costs nothing more. */
  get isReady(): boolean {
    return this.#method.kind === 'inline';
  }

  /** Resolves when the file is not read any more. */
  async close(): Promise<void> {
    if (this.#method.kind === 'followed') await this.#method.hash.close();
  }

  #askToTell(): void {
    if (this.#method.kind !== 'followed' || this.#position - this.#told < TELL_BYTES) return;
    this.#told = this.#position;
    // Whoever wants the digest is told what is wrong with it.
    this.#ask(this.#method.hash, this.#position).catch(() => {});
  }

  /** Lets the thread go on when at least so many bytes are waiting for it. */
  #advance(least: number): void {
    if (this.#method.kind !== 'followed' || this.#position - this.#advanced < least) return;
    this.#method.hash.advance(this.#position);
    this.#advanced = this.#position;
  }

  #follow(): FollowedHash | undefined {
    const descriptor = this.#file.descriptor;
    if (descriptor === undefined) {
      this.#method = { kind: 'afterwards' };
      return undefined;
    }
    const hash = this.#thread.follow(this.#algorithm, descriptor);
    this.#method = { kind: 'followed', hash };
    return hash;
  }

  async #ask(hash: FollowedHash, at: number): Promise<string> {
    const asked = { at, hex: hash.digestAt(at) };
    this.#asked.push(asked);
    try {
      const hex = await asked.hex;
      this.#hashed = Math.max(this.#hashed, at);
      return hex;
    } finally {
      this.#asked.splice(this.#asked.indexOf(asked), 1);
    }
  }

  async #digestAt(position: number): Promise<string> {
    switch (this.#method.kind) {
      case 'inline':
        return this.#method.hash.copy().digest('hex');
      case 'followed':
        return this.#ask(this.#method.hash, position);
      case 'afterwards':
        return digestByReading(this.#algorithm, this.#file, { start: 0, end: position });
    }
  }
}

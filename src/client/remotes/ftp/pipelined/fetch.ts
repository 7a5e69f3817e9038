import type { Socket } from 'node:net';
import type { Algorithm } from '../../../../base/digest.ts';
import { MiB } from '../../../../base/size.ts';
import type { FetchedFile, FileToFetch, Supply, Wanted } from '../../../remote.ts';
import { digestCommand, digestIn } from '../digests.ts';
import type { Link } from '../link.ts';
import { isPositive } from '../reply-failures.ts';
import { sizeIn, timeIn } from '../stat.ts';
import { canPipeline, Conversation } from './conversation.ts';

/** Bytes beyond the listed size that may still come before the connection is given up. */
const MOST_TOO_MANY = MiB;

type WantedFile = Wanted<FileToFetch, FetchedFile>;

/** One that is asked for. */
interface Fetching {
  readonly wanted: WantedFile;
  readonly digest: { readonly command: string; readonly algorithm: Algorithm } | undefined;
  /** True if the listing may be wrong about sizes and times, so that both are asked for. */
  readonly isVague: boolean;
}

/** One that has come, and of which the digest has still to be told. */
interface Received {
  readonly wanted: WantedFile;
  readonly file: FetchedFile;
  readonly digest: { readonly command: string; readonly algorithm: Algorithm };
}

/**
 * Fetches small files, one after the other; what the server is asked of each besides is asked
 * together with the next one.
 * @param algorithm in which the server tells digests, if in any
 * @throws TransferFailure; the connection is lost then
 */
export async function fetchPipelined(
  link: Link,
  supply: Supply<FileToFetch, FetchedFile>,
  algorithm: Algorithm | undefined,
  signal: AbortSignal,
): Promise<void> {
  using conversation = new Conversation(link, signal);
  let received: Received | undefined;
  for (;;) {
    const next = canPipeline(link) ? nextOf(link, supply, algorithm) : undefined;
    if (next) await conversation.pace(next.wanted.item.size);
    if (received) conversation.say(received.digest.command);
    if (next) conversation.say(...questionsAbout(next));
    if (!received && !next) return;
    // The replies come in the order of what was said.
    if (received) await prove(conversation, received);
    received = next && (await receive(conversation, next));
  }
}

/** The next one that can come in this way; what cannot is told so. */
function nextOf(
  link: Link,
  supply: Supply<FileToFetch, FetchedFile>,
  algorithm: Algorithm | undefined,
): Fetching | undefined {
  for (;;) {
    const [wanted] = supply(1);
    if (!wanted) return undefined;
    const { path, proving } = wanted.item;
    const asked = proving === 'size' ? undefined : algorithm;
    const command = asked && digestCommand(link, path, asked);
    if (command || proving !== 'digest') {
      return {
        wanted,
        digest: asked && command ? { command, algorithm: asked } : undefined,
        isVague: !link.features.has('MLST'),
      };
    }
    wanted.settle(undefined);
  }
}

function questionsAbout({ wanted, isVague }: Fetching): string[] {
  const { path } = wanted.item;
  return [...(isVague ? [`SIZE ${path}`, `MDTM ${path}`] : []), 'EPSV', `RETR ${path}`];
}

/** @returns it if something is still to be asked of it; else whoever waits has been told */
async function receive(
  conversation: Conversation,
  { wanted, digest, isVague }: Fetching,
): Promise<Received | undefined> {
  const { size } = wanted.item;
  const [told, time] = await conversation.answers(isVague ? 2 : 0);
  const modified = time ? timeIn(time) : wanted.item.modified;
  const coming = new Coming(size, conversation);
  const socket = await conversation.open((bytes) => coming.take(bytes));
  const ending = socket && endOf(socket);
  const isConfirmed = socket !== undefined && (await conversation.ended());
  if (!isConfirmed) socket?.destroy();
  const hasEnded = await ending;
  socket?.destroy();
  const bytes = hasEnded ? coming.whole : undefined;
  if (!isConfirmed || !bytes || (told && sizeIn(told) !== size)) {
    wanted.settle(undefined);
    return undefined;
  }
  const file: FetchedFile = { bytes, modified, digest: undefined };
  if (digest) return { wanted, file, digest };
  wanted.settle(file);
  return undefined;
}

/** The bytes of a file of that size, as they come. */
class Coming {
  readonly #conversation: Conversation;
  readonly #bytes: Buffer;
  #length = 0;

  constructor(size: number, conversation: Conversation) {
    this.#conversation = conversation;
    this.#bytes = Buffer.allocUnsafe(size);
  }

  /** All of it, if it is as long as was listed. */
  get whole(): Buffer | undefined {
    return this.#length === this.#bytes.length ? this.#bytes : undefined;
  }

  take(bytes: Uint8Array): void {
    const size = this.#bytes.length;
    // What is longer is not what was listed: nobody keeps it.
    if (this.#length + bytes.length <= size) this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    if (this.#length > size + MOST_TOO_MANY) {
      this.#conversation.giveUp(`${size} bytes were listed, and more and more come`);
    }
  }
}

/** @returns false if it breaks before its end */
function endOf(socket: Socket): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.on('end', () => resolve(true));
  socket.on('close', () => resolve(false));
  return promise;
}

async function prove(
  conversation: Conversation,
  { wanted, file, digest }: Received,
): Promise<void> {
  const [told] = await conversation.answers(1);
  const theirs = told && isPositive(told) ? digestIn(told, digest.algorithm) : undefined;
  const isEnough = theirs !== undefined || wanted.item.proving !== 'digest';
  wanted.settle(isEnough ? { ...file, digest: theirs } : undefined);
}

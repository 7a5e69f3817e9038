import { type Algorithm, type Digest, sameDigest } from '../../../../base/digest.ts';
import type { Path } from '../../../../base/path.ts';
import type { FileToStore, StoredFile, Supply, Wanted } from '../../../remote.ts';
import { digestOfBytes } from '../../../transfer/in-memory.ts';
import { fingerprintOfBytes, partialPath } from '../../../transfer/upload/partial-name.ts';
import { digestCommand, digestIn } from '../digests.ts';
import type { Link } from '../link.ts';
import { isPositive } from '../reply-failures.ts';
import { sizeIn } from '../stat.ts';
import { setTimeInOneGo, type TimeInOneGo } from '../times.ts';
import { canPipeline, Conversation } from './conversation.ts';

type WantedFile = Wanted<FileToStore, StoredFile>;

/** A file on its way to its partial name, and what will be said of it there. */
interface Sending {
  readonly wanted: WantedFile;
  readonly partial: Path;
  readonly digest: { readonly command: string; readonly algorithm: Algorithm } | undefined;
  readonly time: TimeInOneGo | undefined;
}

/** One that is there whole, as far as the server can prove it, and needs only its name. */
interface Proven {
  readonly wanted: WantedFile;
  readonly partial: Path;
  readonly stored: StoredFile;
}

/**
 * Stores small files where nothing is, one after the other: each goes to a partial name, is looked at
 * and given its time there while the next one goes, and gets its own name while the one after that
 * does. What a dead process leaves is what any other leaves.
 * @param algorithm in which the server tells digests, if in any
 * @throws TransferFailure; the connection is lost then
 */
export async function storePipelined(
  link: Link,
  supply: Supply<FileToStore, StoredFile>,
  algorithm: Algorithm | undefined,
  signal: AbortSignal,
): Promise<void> {
  using conversation = new Conversation(link, signal);
  let sent: Sending | undefined;
  let proven: Proven | undefined;
  for (;;) {
    const next = canPipeline(link) ? nextOf(link, supply, algorithm) : undefined;
    if (next) await conversation.pace(next.wanted.item.bytes.length);
    if (proven) conversation.say(`RNFR ${proven.partial}`, `RNTO ${proven.wanted.item.path}`);
    if (sent) conversation.say(...checksOf(sent));
    if (next) conversation.say('EPSV', `STOR ${next.partial}`);
    if (!proven && !sent && !next) return;
    // The replies come in the order of what was said.
    if (proven) proven.wanted.settle((await isNamed(conversation)) ? proven.stored : undefined);
    proven = sent && (await prove(conversation, sent));
    sent = next && (await hasArrived(conversation, next)) ? next : undefined;
  }
}

/** The next one that can go in this way; what cannot is told so. */
function nextOf(
  link: Link,
  supply: Supply<FileToStore, StoredFile>,
  algorithm: Algorithm | undefined,
): Sending | undefined {
  for (;;) {
    const [wanted] = supply(1);
    if (!wanted) return undefined;
    const { path, bytes, modified, isNew, proving } = wanted.item;
    const partial = partialPath(path, fingerprintOfBytes(bytes));
    const asked = proving === 'size' ? undefined : algorithm;
    const command = asked && digestCommand(link, partial, asked);
    if (isNew && (command || proving !== 'digest')) {
      return {
        wanted,
        partial,
        digest: asked && command ? { command, algorithm: asked } : undefined,
        time: modified === undefined ? undefined : setTimeInOneGo(link, partial, modified),
      };
    }
    wanted.settle(undefined);
  }
}

function checksOf({ partial, digest, time }: Sending): string[] {
  return [`SIZE ${partial}`, ...(digest ? [digest.command] : []), ...(time?.commands ?? [])];
}

async function hasArrived(conversation: Conversation, sending: Sending): Promise<boolean> {
  const { bytes } = sending.wanted.item;
  const socket = await conversation.open();
  socket?.end(bytes);
  const isConfirmed = socket !== undefined && (await conversation.ended());
  socket?.destroy();
  if (!isConfirmed) sending.wanted.settle(undefined);
  return isConfirmed;
}

async function prove(
  conversation: Conversation,
  { wanted, partial, digest, time }: Sending,
): Promise<Proven | undefined> {
  const { bytes, modified } = wanted.item;
  const size = sizeIn(await conversation.answer(213));
  const told = digest && (await conversation.answers(1))[0];
  const timed = await conversation.answers(time?.commands.length ?? 0);
  const theirs = digest && told && isPositive(told) ? digestIn(told, digest.algorithm) : undefined;
  const isProven = size === bytes.length && (!theirs || isOf(theirs, bytes));
  if (!isProven || (wanted.item.proving === 'digest' && !theirs)) {
    wanted.settle(undefined);
    return undefined;
  }
  const stored: StoredFile = {
    proof: theirs ? { kind: 'digest', algorithm: theirs.algorithm } : { kind: 'size' },
    isTimed: modified === undefined || (time?.isProvenBy(timed) ?? false),
  };
  return { wanted, partial, stored };
}

function isOf(digest: Digest, bytes: Uint8Array): boolean {
  return sameDigest(digest, digestOfBytes(digest.algorithm, bytes));
}

/** Both are always answered: where the first is refused, the second has nothing to do. */
async function isNamed(conversation: Conversation): Promise<boolean> {
  const source = await conversation.answer(350);
  const target = await conversation.answer(250);
  return source.code === 350 && target.code === 250;
}

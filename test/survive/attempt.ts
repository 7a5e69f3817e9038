import type { Reply } from '../../src/wire/ftp/reply.ts';
import type { Chance } from './chance.ts';
import type { FtpClient } from './client.ts';
import type { Version } from './content.ts';
import { type Target, randomFault } from './faults.ts';
import { IDIOMS, type Idiom, type Prepared, Refused } from './idioms.ts';
import type { Change } from './model.ts';
import type { LiveName } from './names.ts';
import type { Round } from './round.ts';
import { visit } from './session.ts';
import { Violation, hold } from './violation.ts';

/** Bytes that a client hands over at once. */
const PIECE_BYTES = 32 * 1024;

/** How an attempt has ended. `lost`: nobody knows. */
export type Ending = 'done' | 'refused' | 'full' | 'lost';

export interface AttemptOptions {
  /** Something may happen to its connections. */
  readonly isRisky: boolean;
  /** Another one may be doing the same at the same time. */
  readonly isRaced?: boolean;
  readonly idiom?: Idiom;
  /** Called when the server has said that it waits for the bytes. */
  readonly onBegun?: () => void;
}

/** One attempt to bring a content to a name, entered into the model. */
export async function attempt(
  round: Round,
  name: LiveName,
  version: Version,
  chance: Chance,
  options: AttemptOptions,
): Promise<Ending> {
  const idiom = options.idiom ?? fitting(name, version, chance);
  const target = targetOf(idiom, name, version);
  const fault = options.isRisky && chance.yes(0.75) ? randomFault(chance, target) : undefined;
  const killAt = options.isRisky && !fault ? chance.below(version.length + 1) : undefined;
  round.note(name, `${idiom.name} of ${version.toString()}`, { fault, killAt });
  const change = name.model.begin(version);
  name.mayLeave(version);
  let isFresh = false;
  let known: Ending | undefined;
  try {
    await visit(round, name.account, chance, fault, async ({ client, isExcused }) => {
      const prepared = await idiom.prepare(client, name, version);
      round.note(name, `  from ${prepared.start}${prepared.isThere ? ', all is there' : ''}`);
      if (prepared.isThere) {
        known = isThere(round, name, change);
        return;
      }
      isFresh = prepared.verb === 'STOR' && prepared.start === 0;
      if (isFresh) name.forget();
      const reply = await transfer(client, name, version, prepared, {
        chance,
        killAt,
        // A command that has followed all of the data is proof, even if some of it was held back.
        mayQuit: fault === undefined || idiom.isSized,
        onBegun: () => {
          if (prepared.start > 0) round.tally.add(`resumes: ${idiom.name}`);
          round.tally.add('bytes: not sent again', prepared.start);
          options.onBegun?.();
        },
      });
      if (reply === undefined) {
        round.tally.add('cuts: client killed');
        return;
      }
      round.tally.add('bytes: sent', version.length - prepared.start);
      known = conclude(round, { name, version, change, idiom, options }, reply, isExcused());
      const isCertain = known === 'done' && name.model.isCertain;
      if (isCertain && chance.yes(0.4)) await checkDigest(round, client, name, version);
    });
    if (known !== undefined) return known;
    round.note(name, '  lost');
    if (isFresh) name.lostFresh();
    return 'lost';
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    change.refused();
    round.note(name, `  ${error.message}`);
    if (error.isFull) return 'full';
    hold(
      options.isRaced,
      () => `${name.toString()} was refused without a reason: ${error.message}`,
    );
    return 'refused';
  }
}

/** Mostly one that goes on, where there may be something to go on with. */
function fitting(name: LiveName, version: Version, chance: Chance): Idiom {
  const fits = IDIOMS.filter((one) => one.fits(name, version));
  const goesOn = fits.filter((one) => one.goesOn);
  return chance.weighted(name.leavesNothing || chance.yes(0.3) ? fits : goesOn);
}

/** Where the fault may strike: anywhere, and at the bytes at which implementations change what they do. */
function targetOf(idiom: Idiom, name: LiveName, version: Version): Target {
  const start = name.exact ?? 0;
  const rest = version.length - start;
  const edges = [0, 1, 65_535, 65_536, 65_537, rest - 1, rest, version.length - 1, version.length];
  // Here the whole file has as many bytes as ALLO has said of the rest of it.
  edges.push(rest - start, rest - start + 2);
  return { data: { direction: 'up', bytes: version.length }, isSized: idiom.isSized, edges };
}

interface Manner {
  readonly chance: Chance;
  /** The client is killed when it has sent the bytes before this position. */
  readonly killAt: number | undefined;
  /** It says QUIT without waiting for the reply. */
  readonly mayQuit: boolean;
  readonly onBegun: () => void;
}

/** @returns the last reply, undefined if the client was killed. @throws Lost */
async function transfer(
  client: FtpClient,
  name: LiveName,
  version: Version,
  { verb, start }: Prepared,
  { chance, killAt, mayQuit, onBegun }: Manner,
): Promise<Reply | undefined> {
  const data = await client.openData();
  const first = await client.say(`${verb} ${name.path}`);
  if (first.code >= 200) return first;
  onBegun();
  const stop = killAt === undefined ? version.length : Math.max(start, killAt);
  const pieces = version.pieces(start, stop).flatMap((piece) => [...inPieces(piece)]);
  const isSent = await client.pour(data, pieces);
  if (killAt !== undefined) {
    client.kill();
    return undefined;
  }
  // Ending it now would end it in order, with bytes missing.
  if (isSent) data.end();
  if (isSent && mayQuit && chance.yes(0.2)) client.send('QUIT');
  return client.reply();
}

function* inPieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

function isThere(round: Round, name: LiveName, change: Change): Ending {
  change.succeeded();
  name.found();
  round.tally.add('found there already');
  return 'done';
}

interface Told {
  readonly name: LiveName;
  readonly version: Version;
  readonly change: Change;
  readonly idiom: Idiom;
  readonly options: AttemptOptions;
}

/** What the last reply means. @throws Violation for a refusal without a reason */
function conclude(
  round: Round,
  { name, version, change, idiom, options }: Told,
  { code, lines }: Reply,
  isExcused: boolean,
): Ending {
  const text = `${code} ${lines.join(' ')}`;
  round.note(name, `  ${text}`);
  if (code === 226) {
    change.succeeded();
    name.committed();
    round.tally.add(`commits: ${idiom.name}`);
    return 'done';
  }
  hold(code >= 400, () => `${name.toString()}: ${text}`);
  change.refused();
  const kept = /; (\d+) bytes are kept$/.exec(text)?.[1];
  if (kept !== undefined && !options.isRaced && name.leavesOnly(version)) {
    name.toldKept(Number(kept));
  }
  if (code === 552) return 'full';
  const isExpected = isExcused || round.house.isGoing || options.isRaced || name.model.isMoving;
  if (!isExpected) throw new Violation(`${name.toString()} was refused without a reason: ${text}`);
  return 'refused';
}

/** The digest that the server tells is that of what was sent. */
async function checkDigest(
  round: Round,
  client: FtpClient,
  name: LiveName,
  version: Version,
): Promise<void> {
  const { code, lines } = await client.say(`XSHA256 ${name.path}`);
  if (code === 221) return;
  hold(
    code === 250 && lines[0]?.toLowerCase() === version.sha256,
    () => `XSHA256 of ${name.toString()}: ${code} ${lines.join(' ')}, not ${version.sha256}`,
  );
  round.tally.add('digests compared');
}

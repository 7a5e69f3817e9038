import type { Chance } from './chance.ts';
import type { FtpClient } from './client.ts';
import type { Fault } from './faults.ts';
import { type Look, type Value, list } from './model.ts';
import type { LiveName } from './names.ts';
import type { Round } from './round.ts';
import { type Visit, visit } from './session.ts';
import { Violation, hold } from './violation.ts';

/** Fetches a name in a session of its own. @returns what it was, undefined if that was lost */
export async function fetchOnce(
  round: Round,
  name: LiveName,
  chance: Chance,
): Promise<readonly Value[] | undefined> {
  return visit(round, name.account, chance, undefined, (one) => fetchIn(round, name, one));
}

/**
 * Fetches a name and compares what comes, while it comes, with all that can stand there.
 * @returns the contents that it can have been; several only if they are too short to be told apart
 * @throws Violation if it is none of them, Lost
 */
export async function fetchIn(
  round: Round,
  name: LiveName,
  { client, isExcused }: Visit,
): Promise<readonly Value[] | undefined> {
  const look = name.model.look();
  try {
    const seen = await read(round, name, client, look, isExcused);
    if (seen === undefined) return undefined;
    round.tally.add('reader checks');
    look.saw(seen);
    return seen;
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    throw new Violation(`${name.toString()}: ${error.message}`);
  } finally {
    look.end();
  }
}

async function read(
  round: Round,
  name: LiveName,
  client: FtpClient,
  look: Look,
  isExcused: () => boolean,
): Promise<readonly Value[] | undefined> {
  const data = await client.openData();
  const first = await client.say(`RETR ${name.path}`);
  if (first.code === 550 || first.code === 450) return [undefined];
  if (first.code !== 150) {
    hold(isExcused(), () => `RETR: ${first.code} ${first.lines.join(' ')}`);
    return undefined;
  }
  // What is begun from now on cannot be what has been opened.
  let candidates = look.allowed.flatMap((value) => value ?? []);
  const known = list(candidates);
  let at = 0;
  const isEnded = await client.drink(data, (chunk) => {
    candidates = candidates.filter((version) => version.has(chunk, at));
    at += chunk.length;
  });
  round.tally.add('bytes: fetched', at);
  hold(candidates.length > 0, () => `the first ${at} bytes begin none of ${known}`);
  const last = await client.reply();
  if (!isEnded && isExcused()) return undefined;
  if (last.code !== 226) {
    hold(isExcused(), () => `RETR ended with ${last.code} ${last.lines.join(' ')}`);
    return undefined;
  }
  const whole = candidates.filter(({ length }) => length === at);
  hold(whole.length > 0, () => `${at} bytes are only the beginning of ${list(candidates)}`);
  return whole;
}

/** Fetches a name that nobody changes meanwhile in two parts: the first is cut, the rest follows. */
export async function fetchCut(
  round: Round,
  name: LiveName,
  chance: Chance,
  fault: Fault,
): Promise<void> {
  const version = name.model.certain;
  if (version === undefined) return;
  let got = 0;
  const part = async ({ client, isExcused }: Visit): Promise<void> => {
    const data = await client.openData();
    if (got > 0) await client.say(`REST ${got}`);
    const { code, lines } = await client.say(`RETR ${name.path}`);
    if (code !== 150 && isExcused()) return;
    hold(code === 150, () => `RETR of ${name.toString()}: ${code} ${lines.join(' ')}`);
    await client.drink(data, (chunk) => {
      hold(version.has(chunk, got), () => `${name.toString()} is not itself behind ${got}`);
      got += chunk.length;
    });
  };
  await visit(round, name.account, chance, fault, part);
  const first = got;
  await visit(round, name.account, chance, undefined, async (one) => {
    await part(one);
    hold(
      got === version.length || one.isExcused(),
      () => `${got} of ${version.length} bytes of ${name.toString()} came, in two parts`,
    );
    if (first > 0 && got > first) round.tally.add('downloads resumed');
  });
}

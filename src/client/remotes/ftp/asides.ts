import type { Digest } from '../../../base/digest.ts';
import type { Path } from '../../../base/path.ts';
import type { Asides, RemoteEntry } from '../../remote.ts';
import { troubled } from '../../transfer-failure.ts';
import { moveInOneGo } from './changes.ts';
import { digestInOneGo } from './digests.ts';
import { entryOfAnswers } from './entries.ts';
import { ask, type Link } from './link.ts';
import { askFacts, entryInFacts, sizeIn, timeIn } from './stat.ts';
import { setByMfmt } from './times.ts';

/**
 * Every command of each is sent before anything is waited for: what the connection is used for next
 * stands behind them. A refusal is no answer, whatever its reason: whoever needs one asks at length.
 */
export function asidesOf(link: Link): Asides {
  return {
    entry: (path, signal) =>
      unlessRefused(
        link.features.has('MLST') ? byFacts(link, path, signal) : byAnswers(link, path, signal),
      ),
    digest: (path, algorithm, signal) =>
      unlessRefused<Digest>(digestInOneGo(link, path, algorithm, signal)),
    move: (from, to, signal) => moveInOneGo(link, from, to, signal),
    setModified: (path, milliseconds, signal) => setByMfmt(link, path, milliseconds, signal),
  };
}

async function byFacts(link: Link, path: Path, signal: AbortSignal) {
  const reply = await askFacts(link, path, signal);
  const entry = reply.code === 250 ? entryInFacts(reply, path) : undefined;
  return entry?.kind === 'file' ? entry : undefined;
}

async function byAnswers(
  link: Link,
  path: Path,
  signal: AbortSignal,
): Promise<RemoteEntry | undefined> {
  const [size, time] = await Promise.all([
    ask(link, `SIZE ${path}`, signal),
    ask(link, `MDTM ${path}`, signal),
  ]);
  const bytes = sizeIn(size);
  return bytes === undefined ? undefined : entryOfAnswers(path, 'file', bytes, timeIn(time));
}

async function unlessRefused<T>(answer: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (troubled(error, 'busy', 'refused', 'unsupported', 'protocol-broken')) return undefined;
    throw error;
  }
}

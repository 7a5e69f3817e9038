import { Chance } from '../../survive/chance.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { Subject } from './subject.ts';
import { visit } from './visitor.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** Which round is the first; each has a chance of its own. */
  readonly firstRound?: number;
  /** It goes on until both are reached. */
  readonly rounds: number;
  readonly seconds: number;
  /** Visits in one round, and how many of them at the same time. */
  readonly visits?: number;
  readonly together?: number;
}

export interface FuzzResult {
  readonly visits: number;
  readonly rounds: number;
  /** The longest that a stranger waited for the greeting, in milliseconds. */
  readonly longestGreetingMs: number;
  /** How often each code was heard. */
  readonly heard: ReadonlyMap<number, number>;
  /** Of the server after each round, in MiB. */
  readonly memory: readonly number[];
}

/** Rounds after which the memory of a server has its usual size. */
const WARM = 20;

/** What it may grow by, as a share of what it was when it was warm, and in MiB. */
const GROWTH = { share: 0.5, mebibytes: 48 };

/** @throws Error naming the seed and the round that led to it */
export async function fuzz(options: FuzzOptions, say: (text: string) => void): Promise<FuzzResult> {
  const { seed, firstRound = 0, rounds, seconds, visits = 40, together = 10 } = options;
  await using folder = await temporaryFolder();
  await using subject = await Subject.open(folder.path);
  await subject.settled();
  const end = performance.now() + seconds * 1000;
  const memory: number[] = [];
  const heard = new Map<number, number>();
  let longestGreetingMs = 0;
  let done = 0;
  for (let round = firstRound; done < rounds || performance.now() < end; round += 1) {
    try {
      const chance = new Chance(seed).fork(round);
      const greeted = await roundOf(subject, chance, visits, together, heard);
      longestGreetingMs = Math.max(longestGreetingMs, greeted);
      await subject.settled();
      memory.push(await subject.memory());
      checkMemory(memory);
    } catch (error) {
      throw new Error(`seed ${seed}, round ${round}: ${(error as Error).message}`, {
        cause: error,
      });
    }
    done += 1;
    if (done % 10 === 0) {
      const now = Math.round(memory.at(-1) ?? 0);
      say(
        `${done * visits} visits, the longest greeting ${Math.round(longestGreetingMs)} ms, ${now} MiB`,
      );
    }
  }
  await subject.audit();
  return { visits: done * visits, rounds: done, longestGreetingMs, memory, heard };
}

/** @returns the longest greeting of a stranger meanwhile, in milliseconds */
async function roundOf(
  subject: Subject,
  chance: Chance,
  visits: number,
  together: number,
  heard: Map<number, number>,
): Promise<number> {
  let next = 0;
  let longest = 0;
  const row = async (): Promise<void> => {
    while (next < visits) {
      for (const [code, times] of await visit(subject.door, chance.fork(next++))) {
        heard.set(code, (heard.get(code) ?? 0) + times);
      }
      longest = Math.max(longest, await subject.greeting());
    }
  };
  await Promise.all(Array.from({ length: together }, row));
  return longest;
}

/** @throws Error if it grows and grows */
function checkMemory(memory: readonly number[]): void {
  const [warm, now] = [memory[WARM - 1], memory.at(-1)];
  if (warm === undefined || now === undefined) return;
  if (now <= warm * (1 + GROWTH.share) + GROWTH.mebibytes) return;
  throw new Error(`memory has grown from ${Math.round(warm)} to ${Math.round(now)} MiB`);
}

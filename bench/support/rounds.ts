import type { Subject } from './claim.ts';
import { settle } from './load.ts';

/** What one subject has shown. */
export interface Figures {
  readonly label: string;
  readonly values: readonly number[];
  /** Why it did not get through; undefined if it did. */
  readonly problem: string | undefined;
}

const NO_TIME = 'there was no time for it';

/** How much is done. */
interface Effort {
  /** Counted rounds, at most. */
  readonly rounds: number;
  /**
   * After this time, in milliseconds, no other round begins that would be more than the first; and
   * after half of it nobody else gets a round that is not counted.
   */
  readonly enoughMs: number;
  /** When it has to stop, with whatever it has: as performance.now() tells the time. */
  readonly until: number;
}

/** What alternating rounds have shown. */
export interface Alternated {
  readonly figures: readonly Figures[];
  /** Rounds that were counted. */
  readonly rounds: number;
  /** How busy the machine was with other things, at most. */
  readonly noise: number;
}

/**
 * A round each subject, in turns: A B C, B C A, C A B, … so that whatever drifts drifts for all.
 * The first round is not counted. Who fails drops out, and the others go on.
 * @param onFigure told of every figure, for those who watch
 */
export async function alternate(
  subjects: readonly Subject[],
  { rounds, enoughMs, until }: Effort,
  onFigure: (label: string, round: number, value: number) => void,
): Promise<Alternated> {
  const began = performance.now();
  let most = 0;
  const values = new Map<Subject, number[]>(subjects.map((subject) => [subject, []]));
  const problems = new Map<Subject, string>();
  /** What stands for those who come to no other. */
  const uncounted = new Map<Subject, number>();
  let noise = 0;
  for (let round = 0; round <= rounds; round += 1) {
    const took = performance.now() - began;
    const isEnough = round > 1 && took + took / round > enoughMs;
    if (isEnough || performance.now() > until) break;
    most = round;
    const first = round % subjects.length;
    for (const subject of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      if (problems.has(subject) || performance.now() > until) continue;
      if (round === 0 && performance.now() - began > enoughMs / 2) break;
      noise = Math.max(noise, await settle());
      try {
        const value = await subject.once();
        onFigure(subject.label, round, value);
        if (round > 0) values.get(subject)?.push(value);
        else uncounted.set(subject, value);
      } catch (error) {
        problems.set(subject, error instanceof Error ? error.message : String(error));
      }
    }
  }
  const counted = (subject: Subject): readonly number[] => {
    const own = values.get(subject) ?? [];
    return own.length > 0 ? own : [uncounted.get(subject)].filter((value) => value !== undefined);
  };
  const figures = subjects.map((subject) => ({
    label: subject.label,
    values: counted(subject),
    problem: problems.get(subject) ?? (counted(subject).length === 0 ? NO_TIME : undefined),
  }));
  return { figures, rounds: most, noise };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = [
    sorted[Math.ceil(middle) - 1],
    sorted[Math.floor(middle)],
  ];
  return (low + high) / 2;
}

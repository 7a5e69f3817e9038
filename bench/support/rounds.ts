import type { Subject } from './claim.ts';
import { settle } from './load.ts';

/** What one subject has shown. */
export interface Figures {
  readonly label: string;
  readonly values: readonly number[];
  /** Why it did not get through; undefined if it did. */
  readonly problem: string | undefined;
}

/** How much is done. */
interface Effort {
  /** Counted rounds, at most. */
  readonly rounds: number;
  /**
   * After this time, in milliseconds, no other round begins that would be more than the first; and
   * after half of it nobody else gets a round that is not counted.
   */
  readonly enoughMs: number;
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
  { rounds, enoughMs }: Effort,
  onFigure: (label: string, round: number, value: number) => void,
): Promise<Alternated> {
  const began = performance.now();
  let counted = 0;
  const values = new Map<Subject, number[]>(subjects.map((subject) => [subject, []]));
  const problems = new Map<Subject, string>();
  let noise = 0;
  for (let round = 0; round <= rounds; round += 1) {
    const took = performance.now() - began;
    if (round > 1 && took + took / round > enoughMs) break;
    counted = round;
    const first = round % subjects.length;
    for (const subject of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      if (problems.has(subject)) continue;
      if (round === 0 && performance.now() - began > enoughMs / 2) break;
      noise = Math.max(noise, await settle());
      try {
        const value = await subject.once();
        onFigure(subject.label, round, value);
        if (round > 0) values.get(subject)?.push(value);
      } catch (error) {
        problems.set(subject, error instanceof Error ? error.message : String(error));
      }
    }
  }
  const figures = subjects.map((subject) => ({
    label: subject.label,
    values: values.get(subject) ?? [],
    problem: problems.get(subject),
  }));
  return { figures, rounds: counted, noise };
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

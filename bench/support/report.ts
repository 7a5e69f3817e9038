import { BEST, type Goal, type Row } from './claim.ts';
import { type Alternated, type Figures, median } from './rounds.ts';

/** How a goal stands. */
interface Standing {
  readonly text: string;
  readonly reached: boolean;
}

/** A row with its figures as a table in Markdown, and whether every goal is reached. */
export function tableOf(
  row: Row,
  { figures, rounds, noise }: Alternated,
): { readonly text: string; readonly reached: boolean } {
  const standings = row.goals.map((goal) => standingOf(goal, row, figures));
  const ours = median(figures[0]?.values ?? []);
  const lines = figures.map(({ label, values, problem }) => {
    if (problem !== undefined) return `| ${label} | failed: ${problem.split('\n')[0]} | | |`;
    const value = median(values);
    const range = `${shown(Math.min(...values))} – ${shown(Math.max(...values))}`;
    const ratio = label === figures[0]?.label ? '' : factor(row, ours, value).toFixed(2);
    return `| ${label} | ${shown(value)} | ${range} | ${ratio} |`;
  });
  const text = [
    `**${row.title}**, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`,
    '',
    `| | ${row.unit} | from – to | ours is … × as good |`,
    '|---|---:|---:|---:|',
    ...lines,
    '',
    ...standings.map((standing) => `- ${standing.text}`),
    ...(noise > 0.1 ? [`- (Up to ${percent(noise)} of the machine was busy with others.)`] : []),
  ].join('\n');
  return { text, reached: standings.every((standing) => standing.reached) };
}

function standingOf(goal: Goal, row: Row, figures: readonly Figures[]): Standing {
  const ours = figures.find(({ label }) => label === (goal.ours ?? figures[0]?.label));
  const own = ours === undefined ? Number.NaN : median(ours.values);
  const who = ours?.label ?? goal.ours ?? '';
  if ('atMost' in goal) {
    const stretch = goal.stretch === undefined ? '' : ` (stretch: ${goal.stretch})`;
    return verdict(
      own <= goal.atMost,
      `${who}: ${shown(own)}, at most ${goal.atMost} ${row.unit}${stretch}`,
    );
  }
  const others = figures
    .filter(({ label, values }) => label !== who && values.length > 0)
    .filter(({ label }) => goal.versus === BEST || label === goal.versus);
  if (others.length === 0) return verdict(false, `${goal.versus} was not measured`);
  const ratio = Math.min(...others.map(({ values }) => factor(row, own, median(values))));
  const stretch = goal.stretch === undefined ? '' : ` (stretch: ${goal.stretch})`;
  return verdict(
    ratio >= goal.atLeast,
    `${who}: ${ratio.toFixed(2)} × ${goal.versus}, at least ${goal.atLeast}${stretch}`,
  );
}

function verdict(reached: boolean, text: string): Standing {
  return { reached, text: `${reached ? 'reached' : '**missed**'}: ${text}` };
}

/** Above 1, `own` is better. */
function factor({ better }: Row, own: number, other: number): number {
  return better === 'more' ? own / other : other / own;
}

export function shown(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  if (value >= 10_000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

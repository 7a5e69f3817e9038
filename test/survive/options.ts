import { parseArgs } from 'node:util';

/** What a run of the suite is to try. It goes on until all of these are reached. */
export interface Options {
  readonly seed: number;
  /** Rounds with the real server; 0 leaves them out. */
  readonly rounds: number;
  /** How often the server dies in each round. */
  readonly lives: number;
  readonly cuts: number;
  readonly kills: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Schedules on the vault alone, in each of its worlds, for each round. */
  readonly schedules: number;
  /** Violations after which it gives up. */
  readonly patience: number;
}

const DEFAULTS = { lives: 10, schedules: 40, patience: 5 } as const;

export const USAGE = `node test/survive/main.ts [flags]

  --seed S         the same seed tries the same; without it, another one each time
  --minutes M      goes on for so long
  --rounds N       so many rounds: 1 if nothing else is said
  --cuts C         until so many connections have been cut
  --kills K        until the server has been killed so often
  --lives N        how often the server dies in one round (${DEFAULTS.lives})
  --schedules N    schedules on the vault alone with each round (${DEFAULTS.schedules})
  --violations N   gives up after so many (${DEFAULTS.patience})
`;

/** @throws TypeError for what is not a flag, or not a number */
export function readOptions(args: readonly string[]): Options {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: string,
      minutes: string,
      rounds: string,
      cuts: string,
      kills: string,
      lives: string,
      schedules: string,
      violations: string,
    },
  });
  const number = (name: keyof typeof values, without: number): number => {
    const text = values[name];
    if (text === undefined) return without;
    const value = Number(text);
    if (text.trim() === '' || !(value >= 0)) throw new TypeError(`--${name} wants a number`);
    return value;
  };
  const isOpen = values.minutes ?? values.cuts ?? values.kills;
  return {
    seed: number('seed', Math.floor(Math.random() * 2 ** 31)),
    rounds: number('rounds', isOpen === undefined ? 1 : 0),
    lives: number('lives', DEFAULTS.lives),
    cuts: number('cuts', 0),
    kills: number('kills', 0),
    duration: number('minutes', 0) * 60_000,
    schedules: number('schedules', DEFAULTS.schedules),
    patience: number('violations', DEFAULTS.patience),
  };
}

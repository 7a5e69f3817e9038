import { rm, stat } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MiB } from '../../src/base/size.ts';
import { Chance } from '../survive/chance.ts';
import type { Direction, Fault, FaultKind } from '../survive/faults.ts';
import { sha256Of, writeNoise } from './content.ts';
import { CuttingLine, type Leg } from './cutting-line.ts';
import { largestIn, type Site } from './site.ts';

export interface Plan {
  readonly direction: Direction;
  /** Bytes of the file. */
  readonly size: number;
  readonly cuts: number;
  readonly seed: number;
  /** How long the command may take, in milliseconds. */
  readonly patience: number;
  /** More words for the command. */
  readonly flags?: readonly string[];
}

/** How one file went over a line that was cut. All sizes in bytes. */
export interface Report {
  readonly code: number | null;
  readonly stderr: string;
  readonly isSame: boolean;
  /** Names beside the file that should not be there when all is done. */
  readonly left: readonly string[];
  readonly cuts: number;
  readonly attempts: number;
  /** That the sender sent. */
  readonly sent: number;
  /** Of these, what the receiver did not have on its disk when the next attempt began. */
  readonly lost: number;
  /** What went the other way. */
  readonly readBack: number;
  readonly proof: string;
  readonly milliseconds: number;
}

/** Slower than any of its ends, as lines are: what is on its way is on the line, and not in a queue. */
const RATE = 64 * MiB;

/** A half of a download that is closed lets the server send all the rest to nobody. */
const KINDS = {
  up: ['fin', 'rst', 'half-close'],
  down: ['fin', 'rst'],
} as const satisfies Record<Direction, readonly FaultKind[]>;

/** Cuts at bytes of the file that are drawn at random, each as a line can be cut. */
export function cutsOf({ direction, size, cuts, seed }: Plan): Fault[] {
  const chance = new Chance(seed);
  const places = Array.from({ length: cuts }, () => chance.below(size)).toSorted((a, b) => a - b);
  return places.map((place, index) => ({
    kind: chance.pick<FaultKind>(KINDS[direction]),
    channel: 'data',
    direction,
    at: place - (places[index - 1] ?? 0),
    both: chance.yes(0.7),
    end: chance.pick(['fin', 'rst'] as const),
    rate: 0,
  }));
}

/** Puts or gets one file by the command line, over a line that is cut. */
export async function tryCuts(site: Site, plan: Plan): Promise<Report> {
  const { direction, size, seed, patience, flags = [] } = plan;
  const isUp = direction === 'up';
  const here = join(site.here, 'film.mkv');
  const there = join(site.place, 'film.mkv');
  const digest = await writeNoise(isUp ? here : there, size, seed);
  if (!isUp) site.own(there);
  await using line = await CuttingLine.open({
    serverPort: site.port,
    bytesPerSecond: RATE,
    direction,
    faults: cutsOf(plan),
    keptNow: () => largestIn(isUp ? site.staging : site.here),
  });
  const url = site.url(line.port);
  const words = isUp ? ['put', 'film.mkv', url] : ['get', `${url}film.mkv`];
  const began = performance.now();
  const { code, stdout, stderr } = await site.run([...words, ...flags, '--json'], patience);
  const milliseconds = performance.now() - began;
  const end = stdout.split('\n').find((text) => text.includes('"type":"done"'));
  const { attempts = 0, proof = 'none' } = JSON.parse(end ?? '{}') as {
    readonly attempts?: number;
    readonly proof?: string;
  };
  const target = isUp ? there : here;
  const isThere = (await stat(target).catch(() => undefined)) !== undefined;
  const report = {
    code,
    stderr,
    isSame: isThere && (await sha256Of(target)) === digest,
    left: readdirSync(isUp ? site.place : site.here).filter(
      (name) => name !== 'film.mkv' && name !== '.state',
    ),
    cuts: line.struck,
    attempts,
    sent: line.legs.reduce((sum, { sent }) => sum + sent, 0),
    lost: lostOf(line.legs),
    readBack: line.readBack,
    proof,
    milliseconds,
  };
  await rm(here, { force: true });
  await rm(there, { force: true });
  return report;
}

/** What is not as it has to be. */
export function problemsOf(report: Report, size: number, cuts: number): readonly string[] {
  const { code, isSame, left, sent, lost } = report;
  return [
    ...(code === 0 ? [] : [`exit ${code}: ${report.stderr.trim()}`]),
    ...(isSame ? [] : ['the digests differ']),
    ...(left.length === 0 ? [] : [`left: ${left.join(', ')}`]),
    ...(report.cuts === cuts ? [] : [`only ${report.cuts} cuts happened`]),
    ...(sent - size - lost <= size / 100 ? [] : ['more than 1 % was sent without need']),
  ];
}

/** What had been delivered and was not there any more when the next attempt began. */
function lostOf(legs: readonly Leg[]): number {
  return legs.reduce((sum, { kept, sent }, index) => {
    const next = legs[index + 1];
    return next ? sum + Math.max(0, kept + sent - next.kept) : sum;
  }, 0);
}

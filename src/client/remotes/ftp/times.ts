import type { Path } from '../../../base/path.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { formatTimeValue, parseTimeValue } from '../../../wire/ftp/time.ts';
import type { Features } from './features.ts';
import { ask, type Link } from './link.ts';
import { isPositive } from './reply-failures.ts';
import { modifiedAt, timeIn } from './stat.ts';

/** A way of setting the time of a file. */
interface Setting {
  readonly name: string;
  readonly isOffered: (features: Features) => boolean;
  readonly command: (time: string, path: Path) => string;
  /** True if this reply proves that it was done; else, and where no reply does, MDTM is asked. */
  readonly proves?: (reply: Reply, milliseconds: number) => boolean;
}

/** Made for it (draft-somers-ftp-mfxx-04 §3). */
const MFMT = {
  name: 'MFMT',
  isOffered: (features) => features.has('MFMT'),
  command: (time, path) => `MFMT ${time} ${path}`,
  proves: ({ lines }, milliseconds) =>
    toldTime(lines[0] ?? '') === Math.floor(milliseconds / 1000) * 1000,
} satisfies Setting;

/** The surest first: the others are in use. */
const SETTINGS: readonly Setting[] = [
  MFMT,
  {
    name: 'SITE UTIME',
    isOffered: (features) => features.has('SITE UTIME'),
    command: (time, path) => `SITE UTIME ${path} ${time} ${time} ${time} UTC`,
  },
  {
    name: 'MDTM',
    isOffered: (features) => features.has('MDTM'),
    command: (time, path) => `MDTM ${time} ${path}`,
  },
];

/** True if there is a way that has not been seen to fail. */
export function maySetTimes(link: Link): boolean {
  return settingsFor(link).length > 0;
}

/** The ways that have not been seen to fail. */
function settingsFor({ features, experience }: Link): readonly Setting[] {
  return SETTINGS.filter(
    ({ name, isOffered }) => isOffered(features) && !experience.uselessClocks.has(name),
  );
}

/** Commands that set a time in one go, and what their answers tell: whether it is certain that it was done. */
export interface TimeInOneGo {
  readonly commands: readonly string[];
  readonly isProvenBy: (answers: readonly Reply[]) => boolean;
}

/** Undefined if this server sets no times. */
export function setTimeInOneGo(
  link: Link,
  path: Path,
  milliseconds: number,
): TimeInOneGo | undefined {
  const [setting] = settingsFor(link);
  if (!setting) return undefined;
  const { name, command, proves } = setting;
  const { tacitClocks } = link.experience;
  const seen = tacitClocks.get(name) ?? (proves ? undefined : 'unknown');
  const set = command(formatTimeValue(milliseconds), path);
  return {
    commands: seen === 'unknown' ? [set, `MDTM ${path}`] : [set],
    isProvenBy: ([reply, told]) => {
      if (!reply || !isPositive(reply)) return false;
      if (proves?.(reply, milliseconds)) return true;
      if (seen === 'honest') return true;
      const isHonest = told !== undefined && isAt(timeIn(told), milliseconds);
      // Once is enough to know whether its yes means this, and in which zone.
      tacitClocks.set(name, isHonest ? 'honest' : 'unknown');
      return isHonest;
    },
  };
}

/** @returns false if the server did not do it. @throws TransferFailure if the connection is lost */
export async function setModified(
  link: Link,
  path: Path,
  milliseconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  const { features, experience } = link;
  for (const setting of SETTINGS) {
    const { name, isOffered, command, proves } = setting;
    if (!isOffered(features) || experience.uselessClocks.has(name)) continue;
    const reply = await ask(link, command(formatTimeValue(milliseconds), path), signal);
    if (isPositive(reply)) {
      if (proves?.(reply, milliseconds)) return true;
      const now = await modifiedAt(link, path, signal);
      // Some say yes and mean another zone, or nothing at all.
      if (isAt(now, milliseconds)) return true;
    }
    // A file may be refused for reasons of its own; a command that is not known stays unknown.
    if (reply.code !== 550 && reply.code !== 450 && reply.code !== 553) {
      experience.uselessClocks.add(name);
    }
  }
  return false;
}

/** @returns false if MFMT, where there is one, does not say by itself that it was done */
export async function setByMfmt(
  link: Link,
  path: Path,
  milliseconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  const { name, isOffered, command, proves } = MFMT;
  if (!isOffered(link.features) || link.experience.uselessClocks.has(name)) return false;
  const reply = await ask(link, command(formatTimeValue(milliseconds), path), signal);
  return isPositive(reply) && proves(reply, milliseconds);
}

/** Times that servers tell are whole seconds. */
function isAt(told: number | undefined, milliseconds: number): boolean {
  return told !== undefined && Math.abs(told - milliseconds) < 1000;
}

/** `Modify=20200102030405; /path`, as MFMT answers. */
function toldTime(text: string): number | undefined {
  const [, time = ''] = /modify=(\d{14})/i.exec(text) ?? [];
  return parseTimeValue(time);
}

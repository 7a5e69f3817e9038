import type { Path } from '../../../base/path.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { formatTimeValue, parseTimeValue } from '../../../wire/ftp/time.ts';
import type { Features } from './features.ts';
import { ask, type Link } from './link.ts';
import { isPositive } from './reply-failures.ts';
import { modifiedAt } from './stat.ts';

/** A way of setting the time of a file. */
interface Setting {
  readonly name: string;
  readonly isOffered: (features: Features) => boolean;
  readonly command: (time: string, path: Path) => string;
  /** True if this reply proves that it was done; else MDTM is asked. */
  readonly proves: (reply: Reply, milliseconds: number) => boolean;
}

/** The surest first: MFMT is made for it, the others are in use (draft-somers-ftp-mfxx-04 §3). */
const SETTINGS: readonly [Setting, ...Setting[]] = [
  {
    name: 'MFMT',
    isOffered: (features) => features.has('MFMT'),
    command: (time, path) => `MFMT ${time} ${path}`,
    proves: ({ lines }, milliseconds) =>
      toldTime(lines[0] ?? '') === Math.floor(milliseconds / 1000) * 1000,
  },
  {
    name: 'SITE UTIME',
    isOffered: (features) => features.has('SITE UTIME'),
    command: (time, path) => `SITE UTIME ${path} ${time} ${time} ${time} UTC`,
    proves: () => false,
  },
  {
    name: 'MDTM',
    isOffered: (features) => features.has('MDTM'),
    command: (time, path) => `MDTM ${time} ${path}`,
    proves: () => false,
  },
];

/** True if there is a way that has not been seen to fail. */
export function maySetTimes({ features, experience }: Link): boolean {
  return SETTINGS.some(
    ({ name, isOffered }) => isOffered(features) && !experience.uselessClocks.has(name),
  );
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
      if (proves(reply, milliseconds)) return true;
      const now = await modifiedAt(link, path, signal);
      // Some say yes and mean another zone, or nothing at all.
      if (now !== undefined && Math.abs(now - milliseconds) < 1000) return true;
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
  const [{ name, isOffered, command, proves }] = SETTINGS;
  if (!isOffered(link.features) || link.experience.uselessClocks.has(name)) return false;
  const reply = await ask(link, command(formatTimeValue(milliseconds), path), signal);
  return isPositive(reply) && proves(reply, milliseconds);
}

/** `Modify=20200102030405; /path`, as MFMT answers. */
function toldTime(text: string): number | undefined {
  const [, time = ''] = /modify=(\d{14})/i.exec(text) ?? [];
  return parseTimeValue(time);
}

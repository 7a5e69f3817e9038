import { statfs } from 'node:fs/promises';
import { formatSize, GiB, MiB } from '../base/size.ts';
import { type Finding, type Patient, ok, problem, warning } from './check.ts';
import { placesOf } from './places.ts';

/** Less than this, or than the share, is little room. */
const LITTLE_BYTES = GiB;
const NO_BYTES = 64 * MiB;
const LITTLE_SHARE = 0.05;

/** Room for files, and for their names. */
export async function disk(patient: Patient): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { folder } of await placesOf(patient)) {
    const { bavail, blocks, bsize, ffree, files } = await statfs(folder);
    const [free, size] = [bavail * bsize, blocks * bsize];
    const says = `${folder}: ${formatSize(free)} of ${formatSize(size)} free`;
    const isLittle = free < LITTLE_BYTES || free < size * LITTLE_SHARE;
    if (free < NO_BYTES) findings.push(problem(says, ROOM));
    else findings.push(isLittle ? warning(says, ROOM) : ok(says));
    // Some file systems have no such number.
    if (files > 0 && ffree < files * LITTLE_SHARE) {
      findings.push(
        (ffree < 100 ? problem : warning)(
          `${folder}: ${ffree} more files fit, of ${files} (inodes)`,
          'Remove files that nobody needs, or move the folder to a larger file system.',
        ),
      );
    }
  }
  return findings;
}

const ROOM = 'Remove files, lower quotas, or move homes elsewhere: account set NAME --home DIR.';

import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Finding, type Patient, ok, problem, warning } from './check.ts';

/** Beyond this, times of files and of records do not go together. */
const SKEW_MS = 2000;
/** How long two clocks are watched, and how far they may differ after that. */
const WATCHED_MS = 200;
const DRIFT_MS = 50;
/** Before this program was written. */
const TOO_EARLY = Date.UTC(2026, 0, 1);

/** Whether times can be believed: ends of accounts, bans and certificates hang on them. */
export async function clock({ settings, records }: Patient): Promise<readonly Finding[]> {
  const findings = [await watched()];
  const now = Date.now();
  if (now < TOO_EARLY) {
    findings.push(problem(`This machine says it is ${new Date(now).toISOString()}`, SET));
  } else if (records.latest !== undefined && records.latest > now + SKEW_MS) {
    const latest = new Date(records.latest).toISOString();
    findings.push(
      problem(
        `There are records of ${latest}, which is still to come: the clock was set back`,
        SET,
      ),
    );
  }
  const skew = await fileSkew(settings.data).catch(() => undefined);
  if (skew !== undefined) {
    findings.push(
      Math.abs(skew) > SKEW_MS
        ? warning(
            `New files in ${settings.data} are ${Math.abs(Math.round(skew / 1000))} s ${skew > 0 ? 'ahead' : 'behind'}`,
            'The clock of a file server differs: let both machines follow the same time server.',
          )
        : ok('New files have the time of this machine'),
    );
  }
  return findings;
}

const SET = 'Set the clock, and let it follow a time server (timedatectl set-ntp true).';

/** Whether the clock is just being set. */
async function watched(): Promise<Finding> {
  const [time, mark] = [Date.now(), performance.now()];
  await sleep(WATCHED_MS);
  const drift = Date.now() - time - (performance.now() - mark);
  return Math.abs(drift) > DRIFT_MS
    ? warning(`The clock has jumped by ${Math.round(drift)} ms while it was watched`, SET)
    : ok(
        `It is ${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC, and the clock runs evenly`,
      );
}

async function fileSkew(folder: string): Promise<number> {
  const file = join(folder, `.doctor-${process.pid}`);
  try {
    await writeFile(file, 'x');
    return (await stat(file)).mtimeMs - Date.now();
  } finally {
    await rm(file, { force: true });
  }
}

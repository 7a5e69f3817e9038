import { formatSize, MiB } from '../base/size.ts';
import { type Finding, type Patient, ok, problem, warning } from './check.ts';

/** A log of this size has not been written back for long. */
const LARGE_LOG = 256 * MiB;

/** Whether the records are sound and of this version. */
export function records({ records, settings, opened }: Patient): readonly Finding[] {
  const { file, state, says, bytes, logBytes, copies } = records;
  const findings: Finding[] = [];
  switch (state) {
    case 'none':
      return [ok(`There are no records in ${file} yet; they are made when the server starts`)];
    case 'damaged':
      return [
        problem(
          `The records in ${file} are damaged: ${says}`,
          `Stop the server and go back to a backup or a copy in ${settings.data}/copies: carryon restore FILE --replace`,
        ),
      ];
    case 'newer':
      return [
        problem(
          `The records were written by a newer version of Carryon (${says})`,
          'Use that version, or go back to a copy of before the upgrade: carryon restore FILE --replace',
        ),
      ];
    case 'older':
      findings.push(
        warning(
          `The records are of an older version (${says})`,
          `The next start or command brings them up to date${settings.database.copies > 0 ? ', after copying them' : ', and database.copies 0 has them not copied before'}.`,
        ),
      );
      break;
    case 'current':
      findings.push(
        ok(
          `${file} is sound: ${formatSize(bytes)}, as of ${says}; ${copies === 1 ? '1 copy' : `${copies} copies`} of before`,
        ),
      );
  }
  if (logBytes > LARGE_LOG) {
    findings.push(
      warning(
        `Its log has grown to ${formatSize(logBytes)}`,
        'Some program holds the records open for reading and does not let go; look with lsof.',
      ),
    );
  }
  if (opened === undefined) findings.push(ok('What stands in them is not looked at'));
  return findings;
}

/** Whether the ledgers say what is in the homes. */
export async function drift({ opened }: Patient): Promise<readonly Finding[]> {
  if (opened === undefined) return [];
  const accounts = await opened.accounts.list();
  const findings: Finding[] = [];
  for (const { name, homeId } of accounts) {
    try {
      const { found, recorded } = await opened.vault.audit(homeId, false);
      if (found.bytes === recorded.bytes && found.files === recorded.files) continue;
      findings.push(
        warning(
          `${name}: ${found.files} files, ${formatSize(found.bytes)} in the home, but ${recorded.files} files, ${formatSize(recorded.bytes)} in the ledger`,
          `Somebody else changes files there. To count them: carryon quota audit ${name} --repair`,
        ),
      );
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      findings.push(
        problem(
          `${name}: the home cannot be looked through: ${why}`,
          'Look at its folder and who owns it.',
        ),
      );
    }
  }
  return findings.length > 0
    ? findings
    : [ok(`The ledgers of ${accounts.length} accounts are right`)];
}

import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type Finding, type Patient, ok, problem, warning } from './check.ts';

/** What nobody else may read: password hashes, keys, and sockets by which the server is told. */
const PRIVATE = ['carryon.sqlite', 'copies', 'tls', 'sockets', 'staging'];

/** Who can get at the data folder. */
export async function permissions({ settings: { data } }: Patient): Promise<readonly Finding[]> {
  const folder = await stat(data).catch(() => undefined);
  if (folder === undefined) return [ok(`${data} is made when the server starts`)];
  if (!folder.isDirectory()) {
    return [problem(`${data} is no folder`, 'Set data to a folder.')];
  }
  const findings: Finding[] = [];
  // Nobody gets past a folder that is closed to them.
  if ((folder.mode & 0o007) !== 0) {
    for (const name of PRIVATE) {
      const path = join(data, name);
      const found = await stat(path).catch(() => undefined);
      if (found !== undefined && (found.mode & 0o007) !== 0) {
        findings.push(
          problem(`Everybody on this machine can get at ${path}`, `chmod o-rwx ${data}`),
        );
      }
    }
  }
  const { uid, username } = userInfo();
  if (uid >= 0 && folder.uid !== uid) {
    findings.push(
      warning(
        `${data} belongs to user ${folder.uid}, and this runs as ${username}`,
        'Run the server and its commands as one user, or some will not be able to write what others made.',
      ),
    );
  }
  return findings.length > 0
    ? findings
    : [ok(`${data} belongs to ${username}, and to nobody else`)];
}

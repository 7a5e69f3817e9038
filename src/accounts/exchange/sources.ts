import { basename } from 'node:path';
import { AUTH_USER_FILE } from './auth-user-file.ts';
import type { Source } from './entry.ts';
import { HTPASSWD } from './htpasswd.ts';
import { PUREFTPD_PASSWD } from './pureftpd-passwd.ts';
import { CSV, JSON_FILE } from './tables.ts';

/** The kinds of files that accounts can come from. */
export const SOURCES: readonly Source[] = [
  CSV,
  JSON_FILE,
  HTPASSWD,
  PUREFTPD_PASSWD,
  AUTH_USER_FILE,
];

/** What kind a file is, by its name. */
export function sourceOf(file: string): Source | undefined {
  return SOURCES.find(({ files }) => files.test(basename(file)));
}
